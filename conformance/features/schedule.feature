Feature: Schedules

  @schedule.every @needs:schedule
  Scenario: Executions start again and again
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-executions-start-again-and-again
      version: '1.0.0'
    do:
      - pause:
          wait: PT0.9S
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: every-<run>
      version: '1.0.0'
    schedule:
      every:
        milliseconds: 250
    do:
      - a:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete
    And 2 executions of 'conformance/every-<run>' should complete with output:
    """yaml
    x: 1
    """

  @schedule.after @needs:schedule
  Scenario: An execution starts after the last one
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-an-execution-starts-after-the-last-one
      version: '1.0.0'
    do:
      - pause:
          wait: PT1S
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: after-<run>
      version: '1.0.0'
    schedule:
      after: PT0.1S
    do:
      - pause:
          wait: PT0.1S
      - a:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete
    And 2 executions of 'conformance/after-<run>' should complete with output:
    """yaml
    x: 1
    """

  @schedule.on-one @schedule.on-input @needs:schedule
  Scenario: An event starts an execution, with the event as its input
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-an-event-starts-an-execution-with-the-e
      version: '1.0.0'
    do: []
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: on-one-<run>
      version: '1.0.0'
    schedule:
      on:
        one:
          with:
            type: com.example.started.<run>
      read: data
    do:
      - a:
          set:
            got: ${ $workflow.input }
    """
    When the event is published:
    """yaml
    type: com.example.started.<run>
    data: { n: 1 }
    """
    Then 1 execution of 'conformance/on-one-<run>' should complete with output:
    """yaml
    got: [{ n: 1 }]
    """

  @schedule.on-one @needs:schedule
  Scenario: Two events start two executions
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-two-events-start-two-executions
      version: '1.0.0'
    do: []
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: on-two-<run>
      version: '1.0.0'
    schedule:
      on:
        one:
          with:
            type: com.example.again.<run>
    do:
      - a:
          set:
            x: 1
    """
    When the events are published:
    """yaml
    - { type: com.example.again.<run>, data: 1 }
    - { type: com.example.again.<run>, data: 2 }
    """
    Then 2 executions of 'conformance/on-two-<run>' should complete with output:
    """yaml
    x: 1
    """

  @schedule.on-one @needs:schedule
  Scenario: An event that the filter does not take starts nothing
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-an-event-that-the-filter-does-not-take
      version: '1.0.0'
    do: []
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: on-filter-<run>
      version: '1.0.0'
    schedule:
      on:
        one:
          with:
            type: com.example.filtered.<run>
            data: ${ .n > 1 }
      read: data
    do:
      - a:
          set:
            got: ${ $workflow.input[0].n }
    """
    When the events are published:
    """yaml
    - { type: com.example.filtered.<run>, data: { n: 1 } }
    - { type: com.example.filtered.<run>, data: { n: 2 } }
    """
    Then 1 execution of 'conformance/on-filter-<run>' should complete with output:
    """yaml
    got: 2
    """

  @schedule.on-any @needs:schedule
  Scenario: Any of two events
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-any-of-two-events
      version: '1.0.0'
    do: []
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: on-any-<run>
      version: '1.0.0'
    schedule:
      on:
        any:
          - with:
              type: com.example.left.<run>
          - with:
              type: com.example.right.<run>
      read: data
    do:
      - a:
          set:
            got: ${ $workflow.input }
    """
    When the event is published:
    """yaml
    type: com.example.right.<run>
    data: 1
    """
    Then 1 execution of 'conformance/on-any-<run>' should complete with output:
    """yaml
    got: [1]
    """

  @schedule.on-all @needs:schedule
  Scenario: Both of two events
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-both-of-two-events
      version: '1.0.0'
    do: []
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: on-all-<run>
      version: '1.0.0'
    schedule:
      on:
        all:
          - with:
              type: com.example.left.<run>
          - with:
              type: com.example.right.<run>
      read: data
    do:
      - a:
          set:
            count: ${ $workflow.input | length }
    """
    When the events are published:
    """yaml
    - { type: com.example.left.<run>, data: 1 }
    - { type: com.example.right.<run>, data: 2 }
    """
    Then 1 execution of 'conformance/on-all-<run>' should complete with output:
    """yaml
    count: 2
    """

  @schedule.on-all @needs:schedule
  Scenario: Two events for two filters that are the same
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-two-events-for-two-filters-that-are-t
      version: '1.0.0'
    do: []
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: on-both-<run>
      version: '1.0.0'
    schedule:
      on:
        all:
          - with:
              type: com.example.hand.<run>
          - with:
              type: com.example.hand.<run>
      read: data
    do:
      - a:
          set:
            hands: ${ $workflow.input }
    """
    When the events are published:
    """yaml
    - { type: com.example.hand.<run>, data: 1 }
    - { type: com.example.hand.<run>, data: 2 }
    - { type: com.example.hand.<run>, data: 3 }
    """
    Then 1 execution of 'conformance/on-both-<run>' should complete with output:
    """yaml
    hands: [1, 2]
    """

  @schedule.on-read @needs:schedule
  Scenario: read envelope gives the attributes
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-read-envelope-gives-the-attributes
      version: '1.0.0'
    do: []
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: on-envelope-<run>
      version: '1.0.0'
    schedule:
      on:
        one:
          with:
            type: com.example.envelope.<run>
      read: envelope
    do:
      - a:
          set:
            type: ${ $workflow.input[0].type }
            data: ${ $workflow.input[0].data }
    """
    When the event is published:
    """yaml
    type: com.example.envelope.<run>
    data: 5
    """
    Then 1 execution of 'conformance/on-envelope-<run>' should complete with output:
    """yaml
    type: com.example.envelope.<run>
    data: 5
    """

  @schedule.cron-fields
  Scenario Outline: The cron expression '<cron>' is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-the-cron-expression-cron-is-refused
      version: '1.0.0'
    schedule:
      cron: '<cron>'
    do: []
    """
    Then the definition should be invalid at '/schedule/cron'

    Examples:
      | cron          |
      | hourly please |
      | 61 * * * *    |
      | * * *         |

  @schedule.cron-fields
  Scenario: A cron expression of five fields is valid
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-a-cron-expression-of-five-fields-is-val
      version: '1.0.0'
    schedule:
      cron: 0 8 * * 1-5
    do: []
    """
    Then the definition should be valid

  @schedule.read-needs-on
  Scenario: read without on is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-read-without-on-is-refused
      version: '1.0.0'
    schedule:
      every: PT1H
      read: data
    do: []
    """
    Then the definition should be invalid at '/schedule/read'

  @schedule.on-none
  Scenario Outline: A schedule for no event at all is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-for-no-event-at-all-is-refused
      version: '1.0.0'
    schedule:
      on: <events>
    do: []
    """
    Then the definition should be invalid at '<pointer>'

    Examples:
      | events                                                     | pointer                |
      | { all: [] }                                                | /schedule/on/all       |
      | { any: [{ with: { type: a.<run> } }], until: { all: [] } } | /schedule/on/until/all |

  @schedule.durations
  Scenario Outline: An interval that is no duration is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-an-interval-that-is-no-duration-is-refu
      version: '1.0.0'
    schedule:
      <kind>: soon
    do: []
    """
    Then the definition should be invalid at '/schedule/<kind>'

    Examples:
      | kind  |
      | every |
      | after |

  @schedule.on-one
  Scenario: A filter of on is checked
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-a-filter-of-on-is-checked
      version: '1.0.0'
    schedule:
      on:
        one: {}
    do: []
    """
    Then the definition should be invalid at '/schedule/on/one'

  @schedule.on-until-condition @needs:schedule
  Scenario: on any gathers until a condition holds
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-on-any-gathers-until-a-condition-holds
      version: '1.0.0'
    do: []
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: on-until-<run>
      version: '1.0.0'
    schedule:
      on:
        any:
          - with:
              type: com.example.drop.<run>
        until: ${ add >= 5 }
      read: data
    do:
      - a:
          set:
            drops: ${ $workflow.input }
    """
    When the events are published:
    """yaml
    - { type: com.example.drop.<run>, data: 2 }
    - { type: com.example.drop.<run>, data: 2 }
    - { type: com.example.drop.<run>, data: 2 }
    - { type: com.example.drop.<run>, data: 2 }
    """
    Then 1 execution of 'conformance/on-until-<run>' should complete with output:
    """yaml
    drops: [2, 2, 2]
    """

  @schedule.on-until-events @needs:schedule
  Scenario: on any gathers until another event comes, which is not in the input
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-on-any-gathers-until-another-event
      version: '1.0.0'
    do: []
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: on-consumed-<run>
      version: '1.0.0'
    schedule:
      on:
        any:
          - with:
              type: com.example.item.<run>
        until:
          one:
            with:
              type: com.example.end.<run>
      read: data
    do:
      - a:
          set:
            items: ${ $workflow.input }
    """
    When the events are published:
    """yaml
    - { type: com.example.item.<run>, data: 1 }
    - { type: com.example.item.<run>, data: 2 }
    - { type: com.example.end.<run>, data: 3 }
    - { type: com.example.item.<run>, data: 4 }
    """
    Then 1 execution of 'conformance/on-consumed-<run>' should complete with output:
    """yaml
    items: [1, 2]
    """

  @schedule.computed
  Scenario: An interval may be an expression
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-an-interval-may-be-an-expression
      version: '1.0.0'
    schedule:
      every: '${ "PT\(60 * 24)M" }'
    do: []
    """
    Then the definition should be valid

  @schedule.computed
  Scenario Outline: An interval that asks for an execution is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schedule-an-interval-that-asks-for-an-execution
      version: '1.0.0'
    schedule:
      <kind>: ${ $context.period }
    do: []
    """
    Then the definition should be invalid at '/schedule/<kind>'

    Examples:
      | kind  |
      | every |
      | after |
