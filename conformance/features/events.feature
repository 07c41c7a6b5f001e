Feature: Events between workflows

  @events.emit-listen @needs:listen
  Scenario: A workflow hears what a branch of its own emits
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: events-a-workflow-hears-what-a-branch-of-its-own
      version: '1.0.0'
    do:
      - both:
          fork:
            branches:
              - hear:
                  listen:
                    to:
                      one:
                        with:
                          type: com.example.emitted.<run>
              - tell:
                  do:
                    - pause:
                        wait: PT0.2S
                    - send:
                        emit:
                          event:
                            with:
                              type: com.example.emitted.<run>
                              data:
                                n: 1
          output:
            as: .[0]
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    - n: 1
    """

  @events.twice @needs:listen
  Scenario: The same event twice counts once
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: events-the-same-event-twice-counts-once
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              any:
                - with:
                    type: com.example.twice.<run>
              until: (. | length) == 2
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { id: same-<run>, source: /a, type: com.example.twice.<run>, data: 1 }
    - { id: same-<run>, source: /a, type: com.example.twice.<run>, data: 1 }
    - { id: other-<run>, source: /a, type: com.example.twice.<run>, data: 2 }
    """
    Then the workflow should complete with output:
    """yaml
    [1, 2]
    """

  @events.twice @needs:listen
  Scenario: One id of two sources is two events
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: events-one-id-of-two-sources-is-two-events
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              any:
                - with:
                    type: com.example.sources.<run>
              until: (. | length) == 2
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { id: same-<run>, source: /a, type: com.example.sources.<run>, data: 1 }
    - { id: same-<run>, source: /b, type: com.example.sources.<run>, data: 2 }
    """
    Then the workflow should complete with output:
    """yaml
    [1, 2]
    """

  @events.kept @needs:listen
  Scenario Outline: Data that is <what> arrives as it was sent
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: events-data-that-is-what-arrives-as-it-was-sent
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com.example.kept.<run>
    """
    When the workflow is started
    And the workflow has come to wait
    And the event is published:
    """yaml
    { type: com.example.kept.<run>, data: <value> }
    """
    Then the workflow should complete with output:
    """yaml
    - <value>
    """

    Examples:
      | what     | value         |
      | a text   | hello         |
      | a number | 1.5           |
      | a list   | [1, { a: 2 }] |

  @events.kept @expressions.injection @needs:listen
  Scenario: Expression syntax in the data of an event is data
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: events-expression-syntax-in-the-data-of-an-event
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com.example.injected.<run>
      - after:
          set:
            got: ${ .[0].text }
    """
    When the workflow is started
    And the workflow has come to wait
    And the event is published:
    """yaml
    type: com.example.injected.<run>
    data: { text: '${ 1 + 1 }' }
    """
    Then the workflow should complete with output:
    """yaml
    got: ${ 1 + 1 }
    """

  @events.fan-out @needs:listen @needs:schedule
  Scenario: An event starts and wakes as many as wait for it
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: events-an-event-starts-and-wakes-as-many-as-wait
      version: '1.0.0'
    do:
      - tell:
          emit:
            event:
              with:
                type: com.example.fan.<run>
                data: 1
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fan-a-<run>
      version: '1.0.0'
    schedule:
      on:
        one:
          with:
            type: com.example.fan.<run>
    do:
      - a:
          set:
            who: a
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: fan-b-<run>
      version: '1.0.0'
    schedule:
      on:
        one:
          with:
            type: com.example.fan.<run>
    do:
      - b:
          set:
            who: b
    """
    When the workflow is executed
    Then the workflow should complete
    And 1 execution of 'conformance/fan-a-<run>' should complete with output:
    """yaml
    who: a
    """
    And 1 execution of 'conformance/fan-b-<run>' should complete with output:
    """yaml
    who: b
    """
