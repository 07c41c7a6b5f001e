Feature: The task wait

  @wait.duration @wait.passes-input
  Scenario: A wait of milliseconds
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: wait-a-wait-of-milliseconds
      version: '1.0.0'
    do:
      - pause:
          wait:
            milliseconds: 120
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
    And the workflow should take 120 milliseconds or more

  @wait.iso
  Scenario: A wait in ISO 8601
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: wait-a-wait-in-iso-8601
      version: '1.0.0'
    do:
      - pause:
          wait: PT0.12S
    """
    When the workflow is executed
    Then the workflow should complete
    And the workflow should take 120 milliseconds or more

  @wait.expression
  Scenario: A wait that is computed
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: wait-a-wait-that-is-computed
      version: '1.0.0'
    do:
      - pause:
          wait: ${ .how }
    """
    And the workflow input is:
    """yaml
    how: PT0.12S
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    how: PT0.12S
    """
    And the workflow should take 120 milliseconds or more

  @wait.expression
  Scenario: A computed wait may be an object
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: wait-a-computed-wait-may-be-an-object
      version: '1.0.0'
    do:
      - pause:
          wait: '${ { milliseconds: .ms } }'
    """
    And the workflow input is:
    """yaml
    ms: 120
    """
    When the workflow is executed
    Then the workflow should complete
    And the workflow should take 120 milliseconds or more

  @wait.expression
  Scenario: A computed wait that is no duration is an error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: wait-a-computed-wait-that-is-no-duration-is-an-e
      version: '1.0.0'
    do:
      - pause:
          wait: ${ .how }
    """
    And the workflow input is:
    """yaml
    how: soon
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 400
    instance: /do/0/pause
    """

  @wait.duration
  Scenario: Waits add up
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: wait-waits-add-up
      version: '1.0.0'
    do:
      - one:
          wait: PT0.08S
      - two:
          wait:
            milliseconds: 80
    """
    When the workflow is executed
    Then the workflow should complete
    And the workflow should take 160 milliseconds or more

  @wait.waiting
  Scenario: While it waits, a workflow is waiting
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: wait-while-it-waits-a-workflow-is-waiting
      version: '1.0.0'
    do:
      - pause:
          wait: PT1.5S
    """
    When the workflow is started
    Then the workflow should be waiting
    And the workflow should complete

  @wait.duration
  Scenario: A wait of nothing goes on at once
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: wait-a-wait-of-nothing-goes-on-at-once
      version: '1.0.0'
    do:
      - pause:
          wait: PT0S
      - after:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 1
    """

  @wait.bad-duration
  Scenario Outline: <value> is no duration
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: wait-value-is-no-duration
      version: '1.0.0'
    do:
      - pause:
          wait: <value>
    """
    Then the definition should be invalid

    Examples:
      | value |
      | soon  |
      | 5     |
      | ''    |
      | [1]   |
