Feature: Other protocols: definitions of calls

  @protocols.grpc
  Scenario: A gRPC call is valid
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: protocols-a-grpc-call-is-valid
      version: '1.0.0'
    do:
      - a:
          call: grpc
          with:
            proto:
              endpoint: https://example.com/a.proto
            service:
              name: Greeter
              host: localhost
              port: 5000
            method: SayHello
            arguments:
              name: ${ .name }
    """
    Then the definition should be valid

  @protocols.grpc
  Scenario Outline: A gRPC call without <member> is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: protocols-a-grpc-call-without-member-is-refused
      version: '1.0.0'
    do:
      - a:
          call: grpc
          with: <with>
    """
    Then the definition should be invalid at '/do/0/a/with'

    Examples:
      | member    | with                                                                                  |
      | a service | { proto: { endpoint: 'https://example.com/a.proto' }, method: m }                     |
      | a method  | { proto: { endpoint: 'https://example.com/a.proto' }, service: { name: s, host: h } } |

  @protocols.asyncapi
  Scenario: An AsyncAPI call with both is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: protocols-an-asyncapi-call-with-both-is-refused
      version: '1.0.0'
    do:
      - a:
          call: asyncapi
          with:
            document:
              endpoint: https://example.com/a.json
            operation: o
            message:
              payload: 1
            subscription:
              consume:
                amount: 1
    """
    Then the definition should be invalid

  @protocols.asyncapi
  Scenario: An AsyncAPI call that publishes is valid
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: protocols-an-asyncapi-call-that-publishes-is-val
      version: '1.0.0'
    do:
      - a:
          call: asyncapi
          with:
            document:
              endpoint: https://example.com/a.json
            operation: o
            message:
              payload: 1
    """
    Then the definition should be valid

  @protocols.a2a
  Scenario: An A2A call with an unknown method is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: protocols-an-a2a-call-with-an-unknown-method-is
      version: '1.0.0'
    do:
      - a:
          call: a2a
          with:
            method: message/shout
            server: https://example.com/agent
    """
    Then the definition should be invalid at '/do/0/a/with/method'

  @protocols.a2a
  Scenario: An A2A call is valid
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: protocols-an-a2a-call-is-valid
      version: '1.0.0'
    do:
      - a:
          call: a2a
          with:
            method: message/send
            server: https://example.com/agent
            parameters:
              message:
                parts:
                  - kind: text
                    text: hello
    """
    Then the definition should be valid

  @protocols.mcp
  Scenario: An MCP call with an unknown method is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: protocols-an-mcp-call-with-an-unknown-method-is
      version: '1.0.0'
    do:
      - a:
          call: mcp
          with:
            method: tools/shout
            transport:
              http:
                endpoint: https://example.com/mcp
    """
    Then the definition should be invalid at '/do/0/a/with/method'

  @protocols.mcp
  Scenario: An MCP call is valid
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: protocols-an-mcp-call-is-valid
      version: '1.0.0'
    do:
      - a:
          call: mcp
          with:
            method: tools/call
            parameters:
              name: t
            transport:
              http:
                endpoint: https://example.com/mcp
    """
    Then the definition should be valid
