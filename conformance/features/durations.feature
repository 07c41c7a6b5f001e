Feature: Durations

  @durations.units
  Scenario: Units add up
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: durations-units-add-up
      version: '1.0.0'
    do:
      - pause:
          wait:
            seconds: 0
            milliseconds: 60
          timeout:
            after:
              days: 1
              hours: 1
              minutes: 1
              seconds: 1
              milliseconds: 1
    """
    When the workflow is executed
    Then the workflow should complete
    And the workflow should take 60 milliseconds or more

  @durations.iso-forms
  Scenario Outline: <text> is a duration
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: durations-text-is-a-duration
      version: '1.0.0'
    do:
      - pause:
          wait: <text>
    """
    Then the definition should be valid

    Examples:
      | text         |
      | P1W          |
      | P2D          |
      | PT3H         |
      | PT4M         |
      | PT5S         |
      | PT0.5S       |
      | P1DT2H3M4.5S |

  @durations.one-unit
  Scenario: A duration without a unit is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: durations-a-duration-without-a-unit-is-refused
      version: '1.0.0'
    do:
      - pause:
          wait: {}
    """
    Then the definition should be invalid at '/do/0/pause/wait'

  @durations.whole
  Scenario Outline: A unit of <value> is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: durations-a-unit-of-value-is-refused
      version: '1.0.0'
    do:
      - pause:
          wait:
            seconds: <value>
    """
    Then the definition should be invalid at '/do/0/pause/wait/seconds'

    Examples:
      | value |
      | 1.5   |
      | -1    |
      | '1'   |

  @durations.unknown-unit
  Scenario: An unknown unit is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: durations-an-unknown-unit-is-refused
      version: '1.0.0'
    do:
      - pause:
          wait:
            weeks: 1
    """
    Then the definition should be invalid at '/do/0/pause/wait/weeks'

  @durations.iso-forms
  Scenario Outline: <text> is no ISO duration
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: durations-text-is-no-iso-duration
      version: '1.0.0'
    do:
      - pause:
          wait: <text>
    """
    Then the definition should be invalid at '/do/0/pause/wait'

    Examples:
      | text |
      | P    |
      | PT   |
      | 1D   |
      | PT1  |
