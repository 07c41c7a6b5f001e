Feature: Runtime expressions

  @expressions.strict
  Scenario: A text in ${ } is evaluated
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-a-text-in-is-evaluated
      version: '1.0.0'
    do:
      - a:
          set:
            n: ${ .n + 1 }
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 2
    """

  @expressions.strict
  Scenario: White space around ${ } changes nothing
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-white-space-around-changes-nothing
      version: '1.0.0'
    do:
      - a:
          set:
            n: '${.n+1}'
            m: '${   .n   }'
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 2
    m: 1
    """

  @expressions.bare
  Scenario Outline: <where> takes <expression>
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-where-takes-expression
      version: '1.0.0'
    do:
      - a:
          <where>: <expression>
          set:
            x: 1
    """
    And the workflow input is:
    """yaml
    k: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    <output>
    """

    Examples:
      | where  | expression        | output   |
      | if     | .k == 2           | { k: 1 } |
      | if     | ${ .k == 2 }      | { k: 1 } |
      | output | { as: .x }        | 1        |
      | output | { as: '${ .x }' } | 1        |

  @expressions.literal
  Scenario: A bare text where a value is meant stays text
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-a-bare-text-where-a-value-is-meant-s
      version: '1.0.0'
    do:
      - a:
          set:
            path: .n
            list: [.n]
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    path: .n
    list: [.n]
    """

  @expressions.interpolation
  Scenario: A text is put together
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-a-text-is-put-together
      version: '1.0.0'
    do:
      - a:
          set:
            text: Hello ${ .name }, you are ${ .age }!
    """
    And the workflow input is:
    """yaml
    name: Ada
    age: 36
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    text: Hello Ada, you are 36!
    """

  @expressions.interpolation
  Scenario: Two expressions in one text are two
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-two-expressions-in-one-text-are-two
      version: '1.0.0'
    do:
      - a:
          set:
            text: ${ .a }${ .b }
    """
    And the workflow input is:
    """yaml
    a: x
    b: y
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    text: xy
    """

  @expressions.nested
  Scenario: Expressions are found in lists within objects
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-expressions-are-found-in-lists-withi
      version: '1.0.0'
    do:
      - a:
          set:
            outer:
              - inner: ['${ .n }', { deep: '${ .n + 1 }' }]
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    outer:
      - inner: [1, { deep: 2 }]
    """

  @expressions.braces
  Scenario: An expression may hold braces and quotes
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-an-expression-may-hold-braces-and-qu
      version: '1.0.0'
    do:
      - a:
          set:
            text: '${ { "}": "${ not this }" }["}"] }'
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    text: ${ not this }
    """

  @expressions.braces
  Scenario: A jq interpolation stands within an expression
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-a-jq-interpolation-stands-within-an
      version: '1.0.0'
    do:
      - a:
          set:
            text: '${ "<\( { a: .n } | .a )>" }'
    """
    And the workflow input is:
    """yaml
    n: 3
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    text: <3>
    """

  @expressions.injection
  Scenario: Data with expression syntax is data
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-data-with-expression-syntax-is-data
      version: '1.0.0'
    do:
      - a:
          set:
            copied: ${ .text }
      - b:
          set:
            again: ${ .copied }
            joined: value ${ .copied }
    """
    And the workflow input is:
    """yaml
    text: ${ 1 + 1 }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    again: ${ 1 + 1 }
    joined: value ${ 1 + 1 }
    """

  @expressions.injection
  Scenario: What a service answers is never evaluated
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-what-a-service-answers-is-never-eval
      version: '1.0.0'
    do:
      - a:
          call: http
          with:
            method: post
            endpoint: https://service.example/echo/injection
            body: ${ . }
          output:
            as: .body
      - b:
          set:
            got: ${ .text }
    """
    And the workflow input is:
    """yaml
    text: ${ $workflow.id }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    got: ${ $workflow.id }
    """

  @expressions.loose
  Scenario: In mode loose a bare text is evaluated
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-in-mode-loose-a-bare-text-is-evaluat
      version: '1.0.0'
    evaluate:
      mode: loose
    do:
      - a:
          set:
            n: .n + 1
            text: this is no jq
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 2
    text: this is no jq
    """

  @expressions.loose
  Scenario: In mode loose what fails stands for itself
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-in-mode-loose-what-fails-stands-for
      version: '1.0.0'
    evaluate:
      mode: loose
    do:
      - a:
          set:
            failing: .n.m
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    failing: .n.m
    """

  @expressions.failure
  Scenario: A failing expression is an error with the place of its task
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-a-failing-expression-is-an-error-wit
      version: '1.0.0'
    do:
      - a:
          set:
            x: ${ .n.m }
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/expression
    status: 400
    instance: /do/0/a
    """

  @expressions.failure
  Scenario: An expression may raise its own error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-an-expression-may-raise-its-own-erro
      version: '1.0.0'
    do:
      - a:
          set:
            x: ${ error("no luck") }
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/expression
    status: 400
    """
    And the workflow error should have a 'detail' property containing 'no luck'

  @expressions.failure
  Scenario: An error of an expression can be caught
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-an-error-of-an-expression-can-be-cau
      version: '1.0.0'
    do:
      - a:
          try:
            - b:
                set:
                  x: ${ .n.m }
          catch:
            errors:
              with:
                type: https://serverlessworkflow.io/spec/1.0.0/errors/expression
            do:
              - c:
                  set:
                    caught: true
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    caught: true
    """

  @expressions.syntax
  Scenario Outline: <expression> is refused before anything runs
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-expression-is-refused-before-anythin
      version: '1.0.0'
    do:
      - a:
          set:
            x: '${ <expression> }'
    """
    Then the definition should be invalid at '/do/0/a/set/x'

    Examples:
      | expression |
      | .a.        |
      | nosuch(1)  |
      | { a        |

  @expressions.syntax
  Scenario: A condition that is no jq is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-a-condition-that-is-no-jq-is-refused
      version: '1.0.0'
    do:
      - a:
          if: .a ==
          set:
            x: 1
    """
    Then the definition should be invalid at '/do/0/a/if'

  @expressions.variables
  Scenario: An unknown variable is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-an-unknown-variable-is-refused
      version: '1.0.0'
    do:
      - a:
          set:
            x: ${ $nobody }
    """
    Then the definition should be invalid at '/do/0/a/set/x'

  @expressions.variables
  Scenario: A loop's variable is unknown after the loop
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-a-loop-s-variable-is-unknown-after-t
      version: '1.0.0'
    do:
      - a:
          for:
            each: n
            in: .list
          do:
            - b:
                set:
                  x: ${ $n }
      - c:
          set:
            x: ${ $n }
    """
    Then the definition should be invalid at '/do/1/c/set/x'

  @expressions.no-output
  Scenario: No output is null
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-no-output-is-null
      version: '1.0.0'
    do:
      - a:
          set:
            x: ${ empty }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: null
    """

  @expressions.many-outputs
  Scenario: Of several outputs the first counts
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-of-several-outputs-the-first-counts
      version: '1.0.0'
    do:
      - a:
          set:
            x: ${ .list[] }
    """
    And the workflow input is:
    """yaml
    list: [5, 6]
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 5
    """

  @expressions.truth
  Scenario Outline: A condition of <value> <holds>
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-a-condition-of-value-holds
      version: '1.0.0'
    do:
      - a:
          if: <value>
          set:
            ran: true
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    <output>
    """

    Examples:
      | value   | holds         | output        |
      | '0'     | holds         | { ran: true } |
      | '""'    | holds         | { ran: true } |
      | '[]'    | holds         | { ran: true } |
      | 'false' | does not hold | {}            |
      | 'null'  | does not hold | {}            |

  @expressions.workflow @expressions.instants
  Scenario: $workflow tells of the workflow
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-workflow-tells-of-the-workflow
      version: '1.0.0'
    do:
      - a:
          set:
            name: ${ $workflow.definition.document.name }
            input: ${ $workflow.input }
            id: ${ $workflow.id | type }
            started: ${ $workflow.startedAt.epoch.milliseconds > 1600000000000 }
            seconds: ${ $workflow.startedAt.epoch.seconds | . == floor }
            text: ${ $workflow.startedAt.iso8601 | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T") }
    """
    And the workflow input is:
    """yaml
    k: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    name: expressions-workflow-tells-of-the-workflow
    input: { k: 1 }
    id: string
    started: true
    seconds: true
    text: true
    """

  @expressions.task @expressions.instants
  Scenario: $task tells of the task
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-task-tells-of-the-task
      version: '1.0.0'
    do:
      - a:
          do:
            - b:
                input:
                  from: .k
                set:
                  name: ${ $task.name }
                  reference: ${ $task.reference }
                  input: ${ $task.input }
                  definition: ${ $task.definition.metadata.note }
                  started: ${ $task.startedAt.epoch.milliseconds > 1600000000000 }
                metadata:
                  note: mine
    """
    And the workflow input is:
    """yaml
    k: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    name: b
    reference: /do/0/a/do/0/b
    input: { k: 1 }
    definition: mine
    started: true
    """

  @expressions.task
  Scenario: $task has its output once there is one
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-task-has-its-output-once-there-is-on
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          output:
            as: '{ raw: $task.output }'
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    raw: { x: 1 }
    """

  @expressions.runtime
  Scenario: $runtime tells of the runtime
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-runtime-tells-of-the-runtime
      version: '1.0.0'
    do:
      - a:
          set:
            name: ${ $runtime.name | type }
            version: ${ $runtime.version | type }
            metadata: ${ $runtime.metadata | type }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    name: string
    version: string
    metadata: object
    """

  @expressions.jq
  Scenario Outline: jq computes <what>
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-jq-computes-what
      version: '1.0.0'
    do:
      - a:
          set:
            x: '${ <expression> }'
    """
    And the workflow input is:
    """yaml
    list: [3, 1, 2]
    text: b-a-c
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: <result>
    """

    Examples:
      | what                  | expression                                    | result                 |
      | a sum                 | [.list[]] \| add                              | 6                      |
      | an order              | .list \| sort                                 | [1, 2, 3]              |
      | a reduction           | reduce .list[] as $n (1; . * $n)              | 6                      |
      | a split               | .text / "-" \| join("")                       | bac                    |
      | a match               | .text \| test("^b")                           | true                   |
      | a choice              | if .list[0] > 2 then "large" else "small" end | large                  |
      | an alternative        | .nothing // "default"                         | default                |
      | a function of its own | def twice: . * 2; .list[0] \| twice           | 6                      |
      | entries               | { a: 1 } \| to_entries                        | [{ key: a, value: 1 }] |
      | a date                | 0 \| todate                                   | '1970-01-01T00:00:00Z' |

  @expressions.bounded
  Scenario: An expression that does not end is stopped
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: expressions-an-expression-that-does-not-end-is-s
      version: '1.0.0'
    do:
      - a:
          set:
            x: ${ last(range(1; infinite)) }
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/expression
    status: 400
    """
