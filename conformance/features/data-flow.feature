Feature: Data flow

  @data-flow.input-absent
  Scenario: A workflow without an input starts with an empty object
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-a-workflow-without-an-input-starts-wit
      version: '1.0.0'
    do:
      - a:
          set:
            given: ${ . }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    given: {}
    """

  @data-flow.workflow-input-from
  Scenario: The input is shaped once for the workflow
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-the-input-is-shaped-once-for-the-workf
      version: '1.0.0'
    input:
      from: .order
    do:
      - a:
          set:
            got: ${ . }
    """
    And the workflow input is:
    """yaml
    order: { id: 7 }
    other: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    got: { id: 7 }
    """

  @data-flow.workflow-input-from @data-flow.object-shapes
  Scenario: The workflow's input is shaped by an object
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-the-workflow-s-input-is-shaped-by-an-o
      version: '1.0.0'
    input:
      from:
        id: ${ .order.id }
        fixed: 1
    do:
      - a:
          set:
            got: ${ . }
    """
    And the workflow input is:
    """yaml
    order: { id: 7 }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    got: { id: 7, fixed: 1 }
    """

  @data-flow.workflow-input-raw
  Scenario: The raw input of the workflow stays in reach
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-the-raw-input-of-the-workflow-stays-in
      version: '1.0.0'
    input:
      from: .order
    do:
      - a:
          set:
            raw: ${ $workflow.input }
    """
    And the workflow input is:
    """yaml
    order: { id: 7 }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    raw: { order: { id: 7 } }
    """

  @data-flow.workflow-input-raw @data-flow.workflow-input-from
  Scenario: The raw input of the workflow is in reach of its own input.from
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-the-raw-input-of-the-workflow-is-in
      version: '1.0.0'
    input:
      from: '${ { id: $workflow.input.order.id } }'
    do:
      - a:
          set: ${ . }
    """
    And the workflow input is:
    """yaml
    order: { id: 7 }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    id: 7
    """

  @data-flow.task-input-from @data-flow.task-input-variable
  Scenario: A task sees what input.from made
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-a-task-sees-what-input-from-made
      version: '1.0.0'
    do:
      - a:
          input:
            from: .inner
          set:
            dot: ${ . }
            variable: ${ $input }
    """
    And the workflow input is:
    """yaml
    inner: [1, 2]
    outer: 3
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    dot: [1, 2]
    variable: [1, 2]
    """

  @data-flow.task-input-from @data-flow.object-shapes
  Scenario: input.from may be an object with expressions
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-input-from-may-be-an-object-with-expre
      version: '1.0.0'
    do:
      - a:
          input:
            from:
              twice: ${ .n * 2 }
              text: .n
          set:
            got: ${ . }
    """
    And the workflow input is:
    """yaml
    n: 4
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    got: { twice: 8, text: .n }
    """

  @data-flow.output-as
  Scenario: output.as is applied to what the task yields
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-output-as-is-applied-to-what-the-task
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
            y: 2
          output:
            as: .y
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    2
    """

  @data-flow.output-as @data-flow.object-shapes
  Scenario: output.as may be an object
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-output-as-may-be-an-object
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          output:
            as:
              wrapped: ${ .x + 1 }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    wrapped: 2
    """

  @data-flow.output-input
  Scenario: output.as sees the task's input
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-output-as-sees-the-task-s-input
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          output:
            as: '{ before: $input, after: . }'
    """
    And the workflow input is:
    """yaml
    k: 0
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    before: { k: 0 }
    after: { x: 1 }
    """

  @data-flow.output-chain
  Scenario: Outputs become inputs
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-outputs-become-inputs
      version: '1.0.0'
    do:
      - a:
          set:
            n: ${ .n + 1 }
      - b:
          set:
            n: ${ .n * 10 }
      - c:
          set:
            n: ${ .n + 2 }
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 22
    """
    And a should complete with output:
    """yaml
    n: 2
    """
    And b should complete with output:
    """yaml
    n: 20
    """

  @data-flow.export-as
  Scenario: An export is the context of what follows
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-an-export-is-the-context-of-what-follo
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          export:
            as: '{ kept: .x }'
      - b:
          set:
            context: ${ $context }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    context: { kept: 1 }
    """

  @data-flow.export-as @data-flow.object-shapes
  Scenario: An export may be an object with expressions
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-an-export-may-be-an-object-with-expres
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          export:
            as:
              kept: ${ .x }
      - b:
          set: ${ $context }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    kept: 1
    """

  @data-flow.export-default
  Scenario: Without an export the context stays
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-without-an-export-the-context-stays
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          export:
            as: .
      - b:
          set:
            y: 2
      - c:
          set:
            context: ${ $context }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    context: { x: 1 }
    """

  @data-flow.export-replaces
  Scenario: An export replaces the context
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-an-export-replaces-the-context
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          export:
            as: .
      - b:
          set:
            y: 2
          export:
            as: .
      - c:
          set:
            context: ${ $context }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    context: { y: 2 }
    """

  @data-flow.export-replaces
  Scenario: An export may build on the context
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-an-export-may-build-on-the-context
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          export:
            as: .
      - b:
          set:
            y: 2
          export:
            as: $context + .
      - c:
          set:
            context: ${ $context }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    context: { x: 1, y: 2 }
    """

  @data-flow.export-output
  Scenario: An export sees the output after it was shaped
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-an-export-sees-the-output-after-it-was
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
            y: 2
          output:
            as: .y
          export:
            as: '{ dot: ., variable: $output, input: $input }'
      - b:
          set: ${ $context }
    """
    And the workflow input is:
    """yaml
    k: 0
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    dot: 2
    variable: 2
    input: { k: 0 }
    """

  @data-flow.export-as
  Scenario: An export within a composite counts outside of it
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-an-export-within-a-composite-counts-ou
      version: '1.0.0'
    do:
      - outer:
          do:
            - inner:
                set:
                  x: 1
                export:
                  as: .
      - after:
          set:
            context: ${ $context }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    context: { x: 1 }
    """

  @data-flow.workflow-output-as
  Scenario: The workflow's output is shaped at its end
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-the-workflow-s-output-is-shaped-at-its
      version: '1.0.0'
    output:
      as: .total
    do:
      - a:
          set:
            total: 12
            detail: 3
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    12
    """

  @data-flow.workflow-output-as @data-flow.object-shapes
  Scenario: The workflow's output may be an object
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-the-workflow-s-output-may-be-an-object
      version: '1.0.0'
    output:
      as:
        result: ${ .total }
    do:
      - a:
          set:
            total: 12
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    result: 12
    """

  @data-flow.context-output
  Scenario: The workflow's output sees the context
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-the-workflow-s-output-sees-the-context
      version: '1.0.0'
    output:
      as: '{ context: $context, last: . }'
    do:
      - a:
          set:
            x: 1
          export:
            as: .
      - b:
          set:
            y: 2
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    context: { x: 1 }
    last: { y: 2 }
    """

  @data-flow.order-input
  Scenario: A schema of the input is asked before the input is shaped
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-a-schema-of-the-input-is-asked-before
      version: '1.0.0'
    do:
      - a:
          input:
            schema:
              document:
                type: object
                required: [n]
            from: .n
          set:
            got: ${ . }
    """
    And the workflow input is:
    """yaml
    n: 5
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    got: 5
    """

  @data-flow.order-input
  Scenario: A schema of the output is asked after the output was shaped
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-a-schema-of-the-output-is-asked-after
      version: '1.0.0'
    do:
      - a:
          set:
            n: 5
          output:
            as: .n
            schema:
              document:
                type: integer
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    5
    """

  @data-flow.composite
  Scenario: A composite hands its input in and its last output out
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-a-composite-hands-its-input-in-and-its
      version: '1.0.0'
    do:
      - outer:
          input:
            from: .start
          do:
            - first:
                set:
                  n: ${ .n + 1 }
            - second:
                set:
                  n: ${ .n * 2 }
          output:
            as: '{ result: .n }'
    """
    And the workflow input is:
    """yaml
    start: { n: 4 }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    result: 10
    """

  @data-flow.non-object
  Scenario Outline: A <type> flows like anything else
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: data-flow-a-type-flows-like-anything-else
      version: '1.0.0'
    do:
      - a:
          set:
            v: <value>
          output:
            as: .v
      - b:
          set:
            got: ${ . }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    got: <value>
    """

    Examples:
      | type    | value        |
      | number  | 3.5          |
      | text    | hello        |
      | boolean | false        |
      | null    | null         |
      | list    | [1, [2], {}] |
