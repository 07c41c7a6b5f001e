Feature: Calls of OpenAPI operations

  @call-openapi.swagger @call-openapi.parameters
  Scenario: An operation of a Swagger 2.0 document
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-openapi-an-operation-of-a-swagger-2-0-docum
      version: '1.0.0'
    do:
      - ask:
          call: openapi
          with:
            document:
              endpoint: https://petstore.swagger.io/v2/swagger.json
            operationId: getPetById
            parameters:
              petId: ${ .id }
          output:
            as: .name
    """
    And the workflow input is:
    """yaml
    id: 2
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    Minou
    """

  @call-openapi.openapi-3 @call-openapi.parameters @call-openapi.servers
  Scenario Outline: An operation of an OpenAPI <edition> document
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-openapi-an-operation-of-an-openapi-edition
      version: '1.0.0'
    do:
      - ask:
          call: openapi
          with:
            document:
              endpoint: https://service.example/openapi/<edition>.json
            operationId: getItem
            parameters:
              item: a b
              colour: ${ .colour }
              x-trace: t1
          output:
            as: '{ method, path, query, trace: .headers["x-trace"] }'
    """
    And the workflow input is:
    """yaml
    colour: red
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    method: GET
    path: /echo/items/a%20b
    query: { colour: red }
    trace: t1
    """

    Examples:
      | edition |
      | 3.0     |
      | 3.1     |

  @call-openapi.body
  Scenario: What is no parameter makes the body
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-openapi-what-is-no-parameter-makes-the-body
      version: '1.0.0'
    do:
      - ask:
          call: openapi
          with:
            document:
              endpoint: https://service.example/openapi/3.1.json
            operationId: putItem
            parameters:
              item: x
              size: 5
          output:
            as: '{ method, path, body }'
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    method: PUT
    path: /echo/items/x
    body: { size: 5 }
    """

  @call-openapi.output
  Scenario: The response as a whole
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-openapi-the-response-as-a-whole
      version: '1.0.0'
    do:
      - ask:
          call: openapi
          with:
            document:
              endpoint: https://service.example/openapi/3.1.json
            operationId: getItem
            parameters:
              item: x
            output: response
          output:
            as: '{ statusCode, method: .request.method, path: .content.path }'
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    statusCode: 200
    method: GET
    path: /echo/items/x
    """

  @call-openapi.output
  Scenario: Raw content
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-openapi-raw-content
      version: '1.0.0'
    do:
      - ask:
          call: openapi
          with:
            document:
              endpoint: https://service.example/openapi/3.1.json
            operationId: getItem
            parameters:
              item: x
            output: raw
          output:
            as: '@base64d | fromjson | .path'
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    /echo/items/x
    """

  @call-openapi.error @call-openapi.servers
  Scenario: An operation that fails is an error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-openapi-an-operation-that-fails-is-an-error
      version: '1.0.0'
    do:
      - ask:
          call: openapi
          with:
            document:
              endpoint: https://service.example/openapi/3.1.json
            operationId: broken
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/communication
    status: 500
    """
    And the workflow error should have a 'instance' property with value:
    """yaml
    /do/0/ask
    """

  @call-openapi.authentication
  Scenario: An operation with a bearer token
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-openapi-an-operation-with-a-bearer-token
      version: '1.0.0'
    do:
      - ask:
          call: openapi
          with:
            document:
              endpoint: https://service.example/openapi/3.1.json
            operationId: locked
            authentication:
              bearer:
                token: locked
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    authenticated: true
    """

  @call-openapi.authentication @call-openapi.error
  Scenario: The same operation without it
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-openapi-the-same-operation-without-it
      version: '1.0.0'
    do:
      - ask:
          call: openapi
          with:
            document:
              endpoint: https://service.example/openapi/3.1.json
            operationId: locked
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/communication
    status: 401
    """

  @call-openapi.expressions
  Scenario: Parameters may be an expression
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-openapi-parameters-may-be-an-expression
      version: '1.0.0'
    do:
      - ask:
          call: openapi
          with:
            document:
              endpoint: https://petstore.swagger.io/v2/swagger.json
            operationId: findPetsByStatus
            parameters: '${ { status: .wanted } }'
          output:
            as: '[.[].name]'
    """
    And the workflow input is:
    """yaml
    wanted: pending
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    [Minou]
    """

  @call-openapi.error
  Scenario: A document that is not there is an error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-openapi-a-document-that-is-not-there-is-an
      version: '1.0.0'
    do:
      - ask:
          call: openapi
          with:
            document:
              endpoint: https://service.example/status/404
            operationId: getItem
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 404
    instance: /do/0/ask
    """

  @call-openapi.required
  Scenario: A call without an operation is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-openapi-a-call-without-an-operation-is-refu
      version: '1.0.0'
    do:
      - ask:
          call: openapi
          with:
            document:
              endpoint: https://service.example/openapi/3.1.json
    """
    Then the definition should be invalid at '/do/0/ask/with'

  @call-openapi.required
  Scenario: A call without a document is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-openapi-a-call-without-a-document-is-refuse
      version: '1.0.0'
    do:
      - ask:
          call: openapi
          with:
            operationId: getItem
    """
    Then the definition should be invalid at '/do/0/ask/with'
