Feature: The task for

  @for.each @for.at
  Scenario: Item and index have names of one's own
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-item-and-index-have-names-of-one-s-own
      version: '1.0.0'
    do:
      - loop:
          for:
            each: colour
            in: .colours
            at: place
          do:
            - note:
                set:
                  colours: ${ .colours }
                  seen: '${ (.seen // []) + [{ colour: $colour, place: $place }] }'
    """
    And the workflow input is:
    """yaml
    colours: [red, green]
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    colours: [red, green]
    seen:
      - { colour: red, place: 0 }
      - { colour: green, place: 1 }
    """

  @for.each @for.at
  Scenario: Without names they are item and index
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-without-names-they-are-item-and-index
      version: '1.0.0'
    do:
      - loop:
          for:
            in: '["a", "b"]'
          do:
            - note:
                set:
                  seen: ${ (.seen // []) + [$item, $index] }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    seen: [a, 0, b, 1]
    """

  @for.chain
  Scenario: The last output is that of the loop
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-the-last-output-is-that-of-the-loop
      version: '1.0.0'
    do:
      - loop:
          for:
            in: '[1, 2, 3]'
          do:
            - add:
                set:
                  sum: ${ .sum + $item }
          output:
            as: .sum
    """
    And the workflow input is:
    """yaml
    sum: 10
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    16
    """
    And add should run 3 times

  @for.chain
  Scenario: A loop begins with its own input
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-a-loop-begins-with-its-own-input
      version: '1.0.0'
    do:
      - loop:
          input:
            from: .start
          for:
            in: '[1, 2]'
          do:
            - add:
                set:
                  n: ${ .n * 10 + $item }
    """
    And the workflow input is:
    """yaml
    start: { n: 5 }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 512
    """

  @for.in-expression
  Scenario: in may stand in ${ }
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-in-may-stand-in
      version: '1.0.0'
    do:
      - loop:
          for:
            in: ${ [range(3)] }
          do:
            - add:
                set:
                  n: ${ (.n // 0) + $item }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 3
    """

  @for.in-inline
  Scenario: in may be a list in place
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-in-may-be-a-list-in-place
      version: '1.0.0'
    do:
      - loop:
          for:
            each: entry
            in:
              - name: a
                value: ${ .k }
              - name: b
                value: 2
          do:
            - add:
                set:
                  k: ${ .k }
                  seen: ${ (.seen // []) + [$entry.name, $entry.value] }
    """
    And the workflow input is:
    """yaml
    k: 7
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    k: 7
    seen: [a, 7, b, 2]
    """

  @for.in-not-list
  Scenario Outline: A loop over <what> is an error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-a-loop-over-what-is-an-error
      version: '1.0.0'
    do:
      - loop:
          for:
            in: .list
          do:
            - add:
                set:
                  x: 1
    """
    And the workflow input is:
    """yaml
    list: <value>
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/expression
    status: 400
    instance: /do/0/loop
    """

    Examples:
      | what      | value    |
      | a text    | abc      |
      | an object | { a: 1 } |
      | null      | null     |

  @for.zero
  Scenario: A loop over nothing yields its input
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-a-loop-over-nothing-yields-its-input
      version: '1.0.0'
    do:
      - loop:
          for:
            in: '[]'
          do:
            - add:
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
    k: 1
    """
    And add should not run

  @for.while
  Scenario: while ends a loop before its list does
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-while-ends-a-loop-before-its-list-does
      version: '1.0.0'
    do:
      - loop:
          for:
            in: '[1, 2, 3, 4]'
          while: .sum < 3
          do:
            - add:
                set:
                  sum: ${ .sum + $item }
    """
    And the workflow input is:
    """yaml
    sum: 0
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    sum: 3
    """
    And add should run 2 times

  @for.while
  Scenario: while sees the variables of the loop
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-while-sees-the-variables-of-the-loop
      version: '1.0.0'
    do:
      - loop:
          for:
            each: n
            in: '[1, 2, 3, 4]'
            at: i
          while: $i < 1 or $n < 3
          do:
            - add:
                set:
                  last: ${ $n }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    last: 2
    """

  @for.while @for.zero
  Scenario: A while that does not hold at first yields the input
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-a-while-that-does-not-hold-at-first-yields-t
      version: '1.0.0'
    do:
      - loop:
          for:
            in: '[1]'
          while: 'false'
          do:
            - add:
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
    k: 1
    """

  @for.nested
  Scenario: A loop in a loop sees the variables of both
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-a-loop-in-a-loop-sees-the-variables-of-both
      version: '1.0.0'
    do:
      - outer:
          for:
            each: x
            in: '[1, 2]'
          do:
            - inner:
                for:
                  each: y
                  in: '["a", "b"]'
                do:
                  - note:
                      set:
                        seen: ${ (.seen // []) + ["\($x)\($y)"] }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    seen: [1a, 1b, 2a, 2b]
    """

  @for.nested
  Scenario: An inner variable hides the outer one of its name
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-an-inner-variable-hides-the-outer-one-of-its
      version: '1.0.0'
    do:
      - outer:
          for:
            in: '[1, 2]'
          do:
            - inner:
                for:
                  in: '[8, 9]'
                do:
                  - note:
                      set:
                        seen: ${ (.seen // []) + [$item] }
            - after:
                set:
                  seen: ${ .seen + [$item] }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    seen: [8, 9, 1, 8, 9, 2]
    """

  @for.nested
  Scenario: The list of a loop may come from the item outside
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-the-list-of-a-loop-may-come-from-the-item-ou
      version: '1.0.0'
    do:
      - outer:
          for:
            each: row
            in: '[[1, 2], [3]]'
          do:
            - inner:
                for:
                  each: cell
                  in: $row
                do:
                  - note:
                      set:
                        sum: ${ (.sum // 0) + $cell }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    sum: 6
    """

  @for.exit
  Scenario: exit ends an iteration, and the loop goes on
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-exit-ends-an-iteration-and-the-loop-goes-on
      version: '1.0.0'
    do:
      - loop:
          for:
            in: '[1, 2, 3]'
          do:
            - choose:
                switch:
                  - odd:
                      when: $item != 2
                      then: exit
            - note:
                set:
                  seen: ${ (.seen // []) + [$item] }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    seen: [2]
    """
    And choose should run 3 times

  @for.context
  Scenario: Exports of the iterations add up
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-exports-of-the-iterations-add-up
      version: '1.0.0'
    do:
      - loop:
          for:
            in: '[1, 2]'
          do:
            - note:
                set:
                  n: ${ $item }
                export:
                  as: ($context // []) + [.n]
      - after:
          set:
            all: ${ $context }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    all: [1, 2]
    """

  @for.required
  Scenario: A loop without in is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-a-loop-without-in-is-refused
      version: '1.0.0'
    do:
      - loop:
          for:
            each: x
          do: []
    """
    Then the definition should be invalid at '/do/0/loop/for'

  @for.required
  Scenario: A loop without do is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-a-loop-without-do-is-refused
      version: '1.0.0'
    do:
      - loop:
          for:
            in: '[1]'
    """
    Then the definition should be invalid at '/do/0/loop'

  @for.required
  Scenario: An item's name is written without $
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: for-an-item-s-name-is-written-without
      version: '1.0.0'
    do:
      - loop:
          for:
            each: $x
            in: '[1]'
          do: []
    """
    Then the definition should be invalid at '/do/0/loop/for/each'
