Feature: Flow

  @flow.sequence
  Scenario: Tasks run in the order of their list
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-tasks-run-in-the-order-of-their-list
      version: '1.0.0'
    do:
      - one:
          set:
            x: 1
      - two:
          set:
            x: 2
      - three:
          set:
            x: 3
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 3
    """
    And one should run first
    And two should run after one
    And three should run last

  @flow.then-continue
  Scenario: continue goes to the next task
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-continue-goes-to-the-next-task
      version: '1.0.0'
    do:
      - one:
          set:
            x: 1
          then: continue
      - two:
          set:
            x: 2
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 2
    """

  @flow.then-name
  Scenario: then jumps over tasks
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-then-jumps-over-tasks
      version: '1.0.0'
    do:
      - one:
          set:
            x: 1
          then: three
      - two:
          set:
            x: 2
      - three:
          set:
            y: ${ .x }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    y: 1
    """
    And two should not run

  @flow.then-exit-main
  Scenario: exit at the top ends the workflow
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-exit-at-the-top-ends-the-workflow
      version: '1.0.0'
    do:
      - one:
          set:
            x: 1
          then: exit
      - two:
          set:
            x: 2
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 1
    """
    And two should not run

  @flow.then-exit-nested
  Scenario: exit in a composite ends the composite only
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-exit-in-a-composite-ends-the-composite-only
      version: '1.0.0'
    do:
      - outer:
          do:
            - one:
                set:
                  x: 1
                then: exit
            - two:
                set:
                  x: 2
      - after:
          set:
            y: ${ .x }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    y: 1
    """
    And two should not run

  @flow.then-exit-nested
  Scenario: exit in an inner composite leaves the outer one going
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-exit-in-an-inner-composite-leaves-the-outer
      version: '1.0.0'
    do:
      - outer:
          do:
            - inner:
                do:
                  - one:
                      set:
                        x: 1
                      then: exit
                  - two:
                      set:
                        x: 2
            - sibling:
                set:
                  y: ${ .x }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    y: 1
    """
    And two should not run

  @flow.then-end
  Scenario: end ends the workflow from the depth
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-end-ends-the-workflow-from-the-depth
      version: '1.0.0'
    do:
      - outer:
          do:
            - one:
                set:
                  x: 1
                then: end
            - two:
                set:
                  x: 2
      - after:
          set:
            x: 3
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 1
    """
    And two should not run
    And after should not run

  @flow.then-end
  Scenario: end in a loop ends the workflow
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-end-in-a-loop-ends-the-workflow
      version: '1.0.0'
    do:
      - loop:
          for:
            in: '[1, 2, 3]'
          do:
            - one:
                set:
                  n: ${ $item }
                then: end
      - after:
          set:
            x: 3
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 1
    """
    And one should run 1 time

  @flow.then-end
  Scenario: The workflow's output is shaped after end as well
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-the-workflow-s-output-is-shaped-after-end-a
      version: '1.0.0'
    output:
      as: .x
    do:
      - one:
          set:
            x: 1
          then: end
      - two:
          set:
            x: 2
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    1
    """

  @flow.then-back
  Scenario: Going back is a loop
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-going-back-is-a-loop
      version: '1.0.0'
    do:
      - count:
          set:
            n: ${ (.n // 0) + 1 }
      - again:
          switch:
            - more:
                when: .n < 5
                then: count
            - enough:
                then: continue
      - done:
          set:
            counted: ${ .n }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    counted: 5
    """
    And count should run 5 times
    And done should run last

  @flow.then-scope
  Scenario: A task of another list cannot be gone to
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-a-task-of-another-list-cannot-be-gone-to
      version: '1.0.0'
    do:
      - outer:
          do:
            - one:
                set:
                  x: 1
                then: after
      - after:
          set:
            x: 2
    """
    Then the definition should be invalid at '/do/0/outer/do/0/one/then'

  @flow.then-scope
  Scenario: A task of an inner list cannot be gone to
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-a-task-of-an-inner-list-cannot-be-gone-to
      version: '1.0.0'
    do:
      - one:
          set:
            x: 1
          then: inner
      - outer:
          do:
            - inner:
                set:
                  x: 2
    """
    Then the definition should be invalid at '/do/0/one/then'

  @flow.then-unknown
  Scenario: A name that is nowhere is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-a-name-that-is-nowhere-is-refused
      version: '1.0.0'
    do:
      - one:
          set:
            x: 1
          then: nowhere
    """
    Then the definition should be invalid at '/do/0/one/then'
    And the definition should be invalid in line 10

  @flow.then-unknown
  Scenario: A case cannot go to a name that is nowhere
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-a-case-cannot-go-to-a-name-that-is-nowhere
      version: '1.0.0'
    do:
      - one:
          switch:
            - a:
                then: nowhere
    """
    Then the definition should be invalid at '/do/0/one/switch/0/a/then'

  @flow.if-false
  Scenario: A task whose condition does not hold is skipped
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-a-task-whose-condition-does-not-hold-is-ski
      version: '1.0.0'
    do:
      - one:
          if: .n > 5
          set:
            x: 1
      - two:
          set:
            got: ${ . }
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    got: { n: 1 }
    """
    And one should not run

  @flow.if-true
  Scenario: A task whose condition holds runs
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-a-task-whose-condition-holds-runs
      version: '1.0.0'
    do:
      - one:
          if: .n > 5
          set:
            x: 1
    """
    And the workflow input is:
    """yaml
    n: 6
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 1
    """

  @flow.if-raw-input
  Scenario: The condition sees the raw input
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-the-condition-sees-the-raw-input
      version: '1.0.0'
    do:
      - one:
          if: .outer != null
          input:
            from: .outer
          set:
            got: ${ . }
    """
    And the workflow input is:
    """yaml
    outer: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    got: 1
    """

  @flow.if-raw-input
  Scenario: The condition sees the context
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-the-condition-sees-the-context
      version: '1.0.0'
    do:
      - zero:
          set:
            x: 1
          export:
            as: .
      - one:
          if: $context.x == 2
          set:
            x: 2
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 1
    """

  @flow.if-skips-all
  Scenario: A skipped task shapes and exports nothing
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-a-skipped-task-shapes-and-exports-nothing
      version: '1.0.0'
    do:
      - one:
          if: 'false'
          set:
            x: 1
          input:
            schema:
              document:
                type: string
          output:
            as: '"shaped"'
          export:
            as: '"exported"'
      - two:
          set:
            got: ${ . }
            context: ${ $context == "exported" }
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    got: { n: 1 }
    context: false
    """

  @expressions.failure @flow.if-false
  Scenario: A condition that fails is an error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-a-condition-that-fails-is-an-error
      version: '1.0.0'
    do:
      - one:
          if: .n.m == 1
          set:
            x: 1
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/expression
    instance: /do/0/one
    """

  @flow.if-then
  Scenario: The then of a skipped task is not followed
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: flow-the-then-of-a-skipped-task-is-not-followed
      version: '1.0.0'
    do:
      - one:
          if: 'false'
          set:
            x: 1
          then: end
      - two:
          set:
            x: 2
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 2
    """
