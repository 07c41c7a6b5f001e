Feature: The task fork

  @fork.all
  Scenario: Outputs come in the order of the branches
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-outputs-come-in-the-order-of-the-branches
      version: '1.0.0'
    do:
      - both:
          fork:
            branches:
              - slow:
                  do:
                    - pause:
                        wait: PT0.05S
                    - say:
                        set:
                          who: slow
              - quick:
                  set:
                    who: quick
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    - who: slow
    - who: quick
    """

  @fork.concurrent
  Scenario: Branches run side by side
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-branches-run-side-by-side
      version: '1.0.0'
    do:
      - both:
          fork:
            branches:
              - one:
                  do:
                    - pause:
                        wait: PT0.5S
                    - said:
                        set:
                          who: one
                        export:
                          as: ($context // []) + ["one"]
              - two:
                  set:
                    who: two
                  export:
                    as: ($context // []) + ["two"]
      - after:
          set:
            order: ${ $context }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    order: [two, one]
    """

  @fork.input
  Scenario: Every branch begins with the input of the fork
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-every-branch-begins-with-the-input-of-the-f
      version: '1.0.0'
    do:
      - both:
          input:
            from: .start
          fork:
            branches:
              - one:
                  set:
                    n: ${ .n + 1 }
              - two:
                  set:
                    n: ${ .n + 2 }
    """
    And the workflow input is:
    """yaml
    start: { n: 1 }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    - n: 2
    - n: 3
    """

  @fork.all
  Scenario: The outputs can be merged
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-the-outputs-can-be-merged
      version: '1.0.0'
    do:
      - both:
          fork:
            branches:
              - one:
                  set:
                    a: 1
              - two:
                  set:
                    b: 2
          output:
            as: add
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    a: 1
    b: 2
    """

  @fork.compete
  Scenario: The first to end wins a race
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-the-first-to-end-wins-a-race
      version: '1.0.0'
    do:
      - race:
          fork:
            compete: true
            branches:
              - slow:
                  do:
                    - pause:
                        wait: PT20S
                    - say:
                        set:
                          won: slow
              - quick:
                  set:
                    won: quick
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    won: quick
    """
    And pause should cancel
    And say should not run

  @fork.compete
  Scenario: A race ends with its first call
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-a-race-ends-with-its-first-call
      version: '1.0.0'
    do:
      - race:
          fork:
            compete: true
            branches:
              - slow:
                  call: http
                  with:
                    method: get
                    endpoint: https://service.example/slow/20000/<run>
              - quick:
                  call: http
                  with:
                    method: get
                    endpoint: https://service.example/slow/20/<run>
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    waited: 20
    """
    And slow should cancel

  @fork.fault
  Scenario: A branch that faults faults the fork
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-a-branch-that-faults-faults-the-fork
      version: '1.0.0'
    do:
      - both:
          fork:
            branches:
              - good:
                  wait: PT20S
              - bad:
                  raise:
                    error:
                      type: https://example.com/errors/bad
                      status: 418
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://example.com/errors/bad
    status: 418
    instance: /do/0/both/fork/branches/1/bad
    """
    And good should cancel

  @fork.fault
  Scenario: The fault of a branch can be caught around the fork
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-the-fault-of-a-branch-can-be-caught-around
      version: '1.0.0'
    do:
      - attempt:
          try:
            - both:
                fork:
                  branches:
                    - bad:
                        raise:
                          error:
                            type: https://example.com/errors/bad
                            status: 418
                    - good:
                        set:
                          x: 1
          catch:
            do:
              - handled:
                  set:
                    status: ${ $error.status }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    status: 418
    """

  @fork.compete-fault
  Scenario: In a race a faulted branch is out
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-in-a-race-a-faulted-branch-is-out
      version: '1.0.0'
    do:
      - race:
          fork:
            compete: true
            branches:
              - bad:
                  raise:
                    error:
                      type: https://example.com/errors/bad
                      status: 418
              - good:
                  do:
                    - pause:
                        wait: PT0.05S
                    - say:
                        set:
                          won: good
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    won: good
    """

  @fork.compete-fault
  Scenario: A race of which all are out faults
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-a-race-of-which-all-are-out-faults
      version: '1.0.0'
    do:
      - race:
          fork:
            compete: true
            branches:
              - one:
                  raise:
                    error:
                      type: https://example.com/errors/bad
                      status: 418
              - two:
                  raise:
                    error:
                      type: https://example.com/errors/bad
                      status: 418
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://example.com/errors/bad
    status: 418
    """

  @fork.export
  Scenario: Exports of all branches count
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-exports-of-all-branches-count
      version: '1.0.0'
    do:
      - both:
          fork:
            branches:
              - one:
                  set:
                    a: 1
                  export:
                    as: $context + .
              - two:
                  set:
                    b: 2
                  export:
                    as: $context + .
      - after:
          set: ${ $context }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    a: 1
    b: 2
    """

  @fork.exit
  Scenario: exit ends a branch
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-exit-ends-a-branch
      version: '1.0.0'
    do:
      - both:
          fork:
            branches:
              - one:
                  do:
                    - first:
                        set:
                          a: 1
                        then: exit
                    - second:
                        set:
                          a: 2
              - two:
                  set:
                    b: 2
                  then: exit
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    - a: 1
    - b: 2
    """
    And second should not run

  @fork.end
  Scenario: end in a branch ends the workflow
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-end-in-a-branch-ends-the-workflow
      version: '1.0.0'
    do:
      - both:
          fork:
            branches:
              - one:
                  set:
                    a: 1
                  then: end
              - two:
                  wait: PT20S
      - after:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete
    And after should not run

  @fork.no-jump
  Scenario: A branch cannot go to another
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-a-branch-cannot-go-to-another
      version: '1.0.0'
    do:
      - both:
          fork:
            branches:
              - one:
                  set:
                    a: 1
                  then: two
              - two:
                  set:
                    b: 2
    """
    Then the definition should be invalid at '/do/0/both/fork/branches/0/one/then'

  @fork.empty
  Scenario: A fork of nothing yields nothing
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-a-fork-of-nothing-yields-nothing
      version: '1.0.0'
    do:
      - both:
          fork:
            branches: []
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    []
    """

  @fork.nested
  Scenario: A fork in a branch
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-a-fork-in-a-branch
      version: '1.0.0'
    do:
      - outer:
          fork:
            branches:
              - inner:
                  fork:
                    branches:
                      - a:
                          set:
                            at: ${ $task.reference }
                      - b:
                          set:
                            b: 1
              - c:
                  set:
                    c: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    - - at: /do/0/outer/fork/branches/0/inner/fork/branches/0/a
      - b: 1
    - c: 1
    """

  @fork.all
  Scenario: A fork without branches is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fork-a-fork-without-branches-is-refused
      version: '1.0.0'
    do:
      - both:
          fork:
            compete: true
    """
    Then the definition should be invalid at '/do/0/both/fork'
