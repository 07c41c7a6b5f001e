Feature: The task listen

  @listen.one @listen.output @listen.read-data @needs:listen
  Scenario: One event
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-one-event
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com.example.one.<run>
    """
    When the workflow is started
    And the workflow has come to wait
    And the event is published:
    """yaml
    type: com.example.one.<run>
    data: { n: 1 }
    """
    Then the workflow should complete with output:
    """yaml
    - n: 1
    """

  @listen.waiting @needs:listen
  Scenario: A workflow that listens is waiting
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-a-workflow-that-listens-is-waiting
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com.example.waiting.<run>
    """
    When the workflow is started
    Then the workflow should be waiting
    When the event is published:
    """yaml
    type: com.example.waiting.<run>
    """
    Then the workflow should complete

  @listen.filter-equal @needs:listen
  Scenario: An event of another type is passed over
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-an-event-of-another-type-is-passed-over
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com.example.right.<run>
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - type: com.example.wrong.<run>
      data: 1
    - type: com.example.right.<run>
      data: 2
    """
    Then the workflow should complete with output:
    """yaml
    [2]
    """

  @listen.filter-all @listen.filter-equal @needs:listen
  Scenario: All attributes of a filter must fit
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-all-attributes-of-a-filter-must-fit
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com.example.both.<run>
                  source: https://example.com/right
                  subject: right
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.both.<run>, source: 'https://example.com/right', subject: wrong, data: 1 }
    - { type: com.example.both.<run>, source: 'https://example.com/wrong', subject: right, data: 2 }
    - { type: com.example.both.<run>, source: 'https://example.com/right', subject: right, data: 3 }
    """
    Then the workflow should complete with output:
    """yaml
    [3]
    """

  @listen.filter-equal @needs:listen
  Scenario: An extension attribute is compared
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-an-extension-attribute-is-compared
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com.example.extension.<run>
                  room: kitchen
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.extension.<run>, room: cellar, data: 1 }
    - { type: com.example.extension.<run>, room: kitchen, data: 2 }
    """
    Then the workflow should complete with output:
    """yaml
    [2]
    """

  @listen.filter-regex @needs:listen
  Scenario: A regular expression for an attribute
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-a-regular-expression-for-an-attribute
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com\.example\.regex\.(warm|hot)\.<run>
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.regex.cold.<run>, data: 1 }
    - { type: com.example.regex.hot.<run>, data: 2 }
    """
    Then the workflow should complete with output:
    """yaml
    [2]
    """

  @listen.filter-expression @needs:listen
  Scenario: An expression for an attribute
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-an-expression-for-an-attribute
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com.example.computed.<run>
                  subject: ${ . | startswith("order-") }
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.computed.<run>, subject: other-1, data: 1 }
    - { type: com.example.computed.<run>, subject: order-1, data: 2 }
    """
    Then the workflow should complete with output:
    """yaml
    [2]
    """

  @listen.filter-data @needs:listen
  Scenario: An expression over the data
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-an-expression-over-the-data
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com.example.data.<run>
                  data: ${ .temperature > 38 }
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.data.<run>, data: { temperature: 37 } }
    - { type: com.example.data.<run>, data: { temperature: 39 } }
    """
    Then the workflow should complete with output:
    """yaml
    - temperature: 39
    """

  @listen.read-envelope @needs:listen
  Scenario: The event with its attributes
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-the-event-with-its-attributes
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com.example.envelope.<run>
            read: envelope
          output:
            as: .[0] | { id, source, type, data }
    """
    When the workflow is started
    And the workflow has come to wait
    And the event is published:
    """yaml
    id: envelope-<run>
    source: https://example.com/s
    type: com.example.envelope.<run>
    data: { n: 1 }
    """
    Then the workflow should complete with output:
    """yaml
    id: envelope-<run>
    source: https://example.com/s
    type: com.example.envelope.<run>
    data: { n: 1 }
    """

  @listen.read-raw @needs:listen
  Scenario: The event as it came
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-the-event-as-it-came
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com.example.raw.<run>
            read: raw
    """
    When the workflow is started
    And the workflow has come to wait
    And the event is published:
    """yaml
    type: com.example.raw.<run>
    data: { n: 1 }
    """
    Then the workflow should complete

  @listen.any @needs:listen
  Scenario: Any of two
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-any-of-two
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              any:
                - with:
                    type: com.example.left.<run>
                - with:
                    type: com.example.right.<run>
    """
    When the workflow is started
    And the workflow has come to wait
    And the event is published:
    """yaml
    type: com.example.right.<run>
    data: 1
    """
    Then the workflow should complete with output:
    """yaml
    [1]
    """

  @listen.any-empty @listen.until-condition @needs:listen
  Scenario: Any at all, until enough were consumed
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-any-at-all-until-enough-were-consumed
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              any: []
              until: map(select(. == "some <run>" or . == "other <run>")) | length == 2
          output:
            as: map(select(. == "some <run>" or . == "other <run>"))
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.some.<run>, data: some <run> }
    - { type: com.example.other.<run>, data: other <run> }
    """
    Then the workflow should complete with output:
    """yaml
    [some <run>, other <run>]
    """

  @listen.until-condition @needs:listen
  Scenario: A condition over what was consumed
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-a-condition-over-what-was-consumed
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              any:
                - with:
                    type: com.example.sum.<run>
              until: ${ add >= 6 }
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.sum.<run>, data: 1 }
    - { type: com.example.sum.<run>, data: 2 }
    - { type: com.example.sum.<run>, data: 3 }
    - { type: com.example.sum.<run>, data: 4 }
    """
    Then the workflow should complete with output:
    """yaml
    [1, 2, 3]
    """

  @listen.until-consumed @needs:listen
  Scenario: Until another event comes, which is not consumed
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-until-another-event-comes-which-is-not-co
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              any:
                - with:
                    type: com.example.item.<run>
              until:
                one:
                  with:
                    type: com.example.stop.<run>
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.item.<run>, data: 1 }
    - { type: com.example.item.<run>, data: 2 }
    - { type: com.example.stop.<run>, data: 3 }
    """
    Then the workflow should complete with output:
    """yaml
    [1, 2]
    """

  @listen.all @listen.output @needs:listen
  Scenario: One for each filter
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-one-for-each-filter
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              all:
                - with:
                    type: com.example.first.<run>
                - with:
                    type: com.example.second.<run>
    """
    When the workflow is started
    And the workflow has come to wait
    And the event is published:
    """yaml
    type: com.example.second.<run>
    data: 2
    """
    Then the workflow should be waiting
    When the event is published:
    """yaml
    type: com.example.first.<run>
    data: 1
    """
    Then the workflow should complete with output:
    """yaml
    [2, 1]
    """

  @listen.correlate-expect @needs:listen
  Scenario: A value that is expected
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-a-value-that-is-expected
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com.example.order.<run>
                correlate:
                  order:
                    from: .data.id
                    expect: ${ .id }
    """
    And the workflow input is:
    """yaml
    id: 7
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.order.<run>, data: { id: 8, n: 1 } }
    - { type: com.example.order.<run>, data: { id: 7, n: 2 } }
    """
    Then the workflow should complete with output:
    """yaml
    - { id: 7, n: 2 }
    """

  @listen.correlate-first @needs:listen
  Scenario: The first value is expected of the others
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-the-first-value-is-expected-of-the-others
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              all:
                - with:
                    type: com.example.temperature.<run>
                  correlate:
                    room:
                      from: .roomid
                - with:
                    type: com.example.humidity.<run>
                  correlate:
                    room:
                      from: .roomid
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.temperature.<run>, roomid: kitchen, data: 20 }
    - { type: com.example.humidity.<run>, roomid: cellar, data: 70 }
    - { type: com.example.humidity.<run>, roomid: kitchen, data: 50 }
    """
    Then the workflow should complete with output:
    """yaml
    [20, 50]
    """

  @listen.correlate-expect @needs:listen
  Scenario: Two branches with two values each have their own event
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-two-branches-with-two-values-each-have-th
      version: '1.0.0'
    do:
      - both:
          fork:
            branches:
              - one:
                  listen:
                    to:
                      one:
                        with:
                          type: com.example.split.<run>
                        correlate:
                          who: { from: .data.who, expect: a }
              - two:
                  listen:
                    to:
                      one:
                        with:
                          type: com.example.split.<run>
                        correlate:
                          who: { from: .data.who, expect: b }
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.split.<run>, data: { who: b } }
    - { type: com.example.split.<run>, data: { who: a } }
    """
    Then the workflow should complete with output:
    """yaml
    - - who: a
    - - who: b
    """

  @listen.fork @needs:listen
  Scenario: Two branches have the same event
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-two-branches-have-the-same-event
      version: '1.0.0'
    do:
      - both:
          fork:
            branches:
              - one:
                  listen:
                    to:
                      one:
                        with:
                          type: com.example.shared.<run>
              - two:
                  listen:
                    to:
                      one:
                        with:
                          type: com.example.shared.<run>
    """
    When the workflow is started
    And the workflow has come to wait
    And the event is published:
    """yaml
    type: com.example.shared.<run>
    data: 1
    """
    Then the workflow should complete with output:
    """yaml
    [[1], [1]]
    """

  @listen.foreach @listen.foreach-output @needs:listen
  Scenario: Each event is handled as it comes
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-each-event-is-handled-as-it-comes
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              any:
                - with:
                    type: com.example.each.<run>
              until: (. | length) == 3
          foreach:
            item: event
            at: place
            do:
              - handle:
                  set:
                    seen: ${ $event }
                    at: ${ $place }
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.each.<run>, data: a }
    - { type: com.example.each.<run>, data: b }
    - { type: com.example.each.<run>, data: c }
    """
    Then the workflow should complete with output:
    """yaml
    - { seen: a, at: 0 }
    - { seen: b, at: 1 }
    - { seen: c, at: 2 }
    """
    And handle should run 3 times

  @listen.foreach @flow.then-end @needs:listen
  Scenario: end in a foreach ends the workflow with all that was yielded
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-end-in-a-foreach-ends-the-workflow
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              any:
                - with:
                    type: com.example.enough.<run>
              until: 'false'
          foreach:
            item: event
            do:
              - handle:
                  set:
                    seen: ${ $event }
              - enough:
                  switch:
                    - last:
                        when: .seen == "b"
                        then: end
      - after:
          set:
            x: 3
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.enough.<run>, data: a }
    - { type: com.example.enough.<run>, data: b }
    """
    Then the workflow should complete with output:
    """yaml
    - { seen: a }
    - { seen: b }
    """
    And after should not run

  @listen.foreach @needs:listen
  Scenario: Events are handled one after the other
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-events-are-handled-one-after-the-other
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              any:
                - with:
                    type: com.example.serial.<run>
              until: (. | length) == 2
          foreach:
            do:
              - pause:
                  wait: PT0.1S
              - handle:
                  set:
                    seen: ${ $item }
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.serial.<run>, data: a }
    - { type: com.example.serial.<run>, data: b }
    """
    Then the workflow should complete with output:
    """yaml
    - { seen: a }
    - { seen: b }
    """
    And the workflow should take 200 milliseconds or more

  @listen.foreach-output @needs:listen
  Scenario: What an iteration yields and exports may be shaped
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-what-an-iteration-yields-and-exports-may
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              any:
                - with:
                    type: com.example.shaped.<run>
              until: (. | length) == 2
          foreach:
            item: n
            do:
              - handle:
                  set:
                    twice: ${ $n * 2 }
            output:
              as: .twice
            export:
              as: ($context // []) + [.]
      - after:
          set:
            list: ${ . }
            context: ${ $context }
    """
    When the workflow is started
    And the workflow has come to wait
    And the events are published:
    """yaml
    - { type: com.example.shaped.<run>, data: 1 }
    - { type: com.example.shaped.<run>, data: 2 }
    """
    Then the workflow should complete with output:
    """yaml
    list: [2, 4]
    context: [2, 4]
    """

  @listen.timeout @needs:listen
  Scenario: A listen may run out of time
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-a-listen-may-run-out-of-time
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com.example.never.<run>
          timeout:
            after: PT0.1S
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/timeout
    status: 408
    instance: /do/0/hear
    """

  @listen.between @needs:listen
  Scenario: A second listen hears the next event
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-a-second-listen-hears-the-next-event
      version: '1.0.0'
    do:
      - first:
          listen:
            to:
              one:
                with:
                  type: com.example.next.<run>
          export:
            as: .
      - second:
          listen:
            to:
              one:
                with:
                  type: com.example.next.<run>
          output:
            as: '[$context[0], .[0]]'
    """
    When the workflow is started
    And the workflow has come to wait
    And the event is published:
    """yaml
    { type: com.example.next.<run>, data: 1 }
    """
    And the lifecycle events should include 'task.started' with:
    """yaml
    data: { task: /do/1/second }
    """
    And the event is published:
    """yaml
    { type: com.example.next.<run>, data: 2 }
    """
    Then the workflow should complete with output:
    """yaml
    [1, 2]
    """

  @listen.waiting @control.cancel @needs:listen
  Scenario: A workflow that listens is cancelled
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-a-workflow-that-listens-is-cancelled
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: com.example.cancelled.<run>
    """
    When the workflow is started
    And the workflow has come to wait
    And the workflow is cancelled
    Then the workflow should cancel
    And hear should cancel

  @listen.strategy
  Scenario Outline: A listen of <what> is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-a-listen-of-what-is-refused
      version: '1.0.0'
    do:
      - hear:
          listen:
            to: <value>
    """
    Then the definition should be invalid

    Examples:
      | what           | value                                           |
      | two strategies | { one: { with: { type: a } }, any: [] }         |
      | no strategy    | {}                                              |
      | one with until | { one: { with: { type: a } }, until: 'true' }   |
      | all with until | { all: [{ with: { type: a } }], until: 'true' } |

  @listen.filter-required
  Scenario: A filter without attributes is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-a-filter-without-attributes-is-refused
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with: {}
    """
    Then the definition should be invalid at '/do/0/hear/listen/to/one/with'

  @listen.filter-required
  Scenario: A correlation without from is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-a-correlation-without-from-is-refused
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: a
                correlate:
                  key:
                    expect: b
    """
    Then the definition should be invalid at '/do/0/hear/listen/to/one/correlate/key'

  @listen.strategy
  Scenario: Another way of reading is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-another-way-of-reading-is-refused
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              any: []
            read: headers
    """
    Then the definition should be invalid at '/do/0/hear/listen/read'

  @listen.filter-required
  Scenario: An attribute of a filter that is no text is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: listen-an-attribute-of-a-filter-that-is-no-text
      version: '1.0.0'
    do:
      - hear:
          listen:
            to:
              one:
                with:
                  type: 5
    """
    Then the definition should be invalid at '/do/0/hear/listen/to/one/with/type'
