Feature: The task set

  @set.replaces
  Scenario: set replaces what was there
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: set-set-replaces-what-was-there
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
      - b:
          set:
            y: 2
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    y: 2
    """

  @set.expression
  Scenario: set may be an expression
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: set-set-may-be-an-expression
      version: '1.0.0'
    do:
      - a:
          set: '${ . + { x: 1 } }'
    """
    And the workflow input is:
    """yaml
    k: 0
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    k: 0
    x: 1
    """

  @set.expression
  Scenario: An expression may set what is no object
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: set-an-expression-may-set-what-is-no-object
      version: '1.0.0'
    do:
      - a:
          set: ${ [.k, 1] }
    """
    And the workflow input is:
    """yaml
    k: 0
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    [0, 1]
    """

  @set.deep
  Scenario: Values are set as deep as they are
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: set-values-are-set-as-deep-as-they-are
      version: '1.0.0'
    do:
      - a:
          set:
            text: plain
            number: -1.5
            nothing: null
            nested:
              list: [1, '${ .k }', { deeper: '${ .k + 1 }' }]
    """
    And the workflow input is:
    """yaml
    k: 5
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    text: plain
    number: -1.5
    nothing: null
    nested:
      list: [1, 5, { deeper: 6 }]
    """

  @set.not-empty
  Scenario: A set of nothing is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: set-a-set-of-nothing-is-refused
      version: '1.0.0'
    do:
      - a:
          set: {}
    """
    Then the definition should be invalid at '/do/0/a/set'

  @set.not-empty
  Scenario: A set that is a number is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: set-a-set-that-is-a-number-is-refused
      version: '1.0.0'
    do:
      - a:
          set: 5
    """
    Then the definition should be invalid at '/do/0/a/set'
