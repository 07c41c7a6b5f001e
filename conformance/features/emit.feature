Feature: The task emit

  @emit.fills @emit.output
  Scenario: What is left out is filled in
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: emit-what-is-left-out-is-filled-in
      version: '1.0.0'
    do:
      - tell:
          emit:
            event:
              with:
                type: com.example.told
    """
    When the workflow is executed
    Then the workflow should complete
    And the workflow output should have properties 'id', 'specversion', 'time', 'source', 'type'
    And the workflow output should have a 'specversion' property with value:
    """yaml
    '1.0'
    """

  @emit.fills
  Scenario: Two events have two ids
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: emit-two-events-have-two-ids
      version: '1.0.0'
    do:
      - one:
          emit:
            event:
              with:
                type: com.example.told
          export:
            as: .id
      - two:
          emit:
            event:
              with:
                type: com.example.told
          output:
            as: .id != $context
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    true
    """

  @emit.attributes
  Scenario: Attributes that are given stay
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: emit-attributes-that-are-given-stay
      version: '1.0.0'
    do:
      - tell:
          emit:
            event:
              with:
                id: my-id
                source: https://example.com/here
                type: com.example.told
                subject: somebody
                time: '2030-01-31T12:00:00Z'
                dataschema: https://example.com/schema
                customattribute: mine
          output:
            as: del(.specversion)
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    id: my-id
    source: https://example.com/here
    type: com.example.told
    subject: somebody
    time: '2030-01-31T12:00:00Z'
    dataschema: https://example.com/schema
    customattribute: mine
    """

  @emit.attributes @emit.data
  Scenario: Attributes may be computed
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: emit-attributes-may-be-computed
      version: '1.0.0'
    do:
      - tell:
          emit:
            event:
              with:
                type: com.example.${ .kind }
                subject: ${ .who }
                data:
                  list: ['${ .n }', 2]
          output:
            as: '{ type, subject, data }'
    """
    And the workflow input is:
    """yaml
    kind: told
    who: Ada
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    type: com.example.told
    subject: Ada
    data:
      list: [1, 2]
    """

  @emit.data
  Scenario Outline: Data may be <what>
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: emit-data-may-be-what
      version: '1.0.0'
    do:
      - tell:
          emit:
            event:
              with:
                type: com.example.told
                data: <value>
          output:
            as: .data
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    <value>
    """

    Examples:
      | what     | value  |
      | a text   | hello  |
      | a number | 5      |
      | a list   | [1, 2] |

  @emit.attribute-types
  Scenario Outline: An attribute that is <what> is an error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: emit-an-attribute-of-another-kind-is-an-error
      version: '1.0.0'
    do:
      - tell:
          emit:
            event:
              with:
                type: com.example.odd.<run>
                trace: ${ .trace }
    """
    And the workflow input is:
    """yaml
    trace: <value>
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/validation
    status: 400
    """

    Examples:
      | what                            | value      |
      | a text with a control character | "a\u0000b" |
      | a fraction                      | 1.5        |
      | more than 32 bits               | 2147483648 |
      | an object                       | { a: 1 }   |

  @emit.type-required
  Scenario: An event without a type is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: emit-an-event-without-a-type-is-refused
      version: '1.0.0'
    do:
      - tell:
          emit:
            event:
              with:
                source: https://example.com
    """
    Then the definition should be invalid at '/do/0/tell/emit/event/with'

  @emit.type-required
  Scenario: An emit without an event is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: emit-an-emit-without-an-event-is-refused
      version: '1.0.0'
    do:
      - tell:
          emit: {}
    """
    Then the definition should be invalid at '/do/0/tell/emit'
