Feature: Calls over HTTP

  @call-http.method
  Scenario Outline: The method <method> is sent
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-the-method-method-is-sent
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: <method>
            endpoint: https://service.example/echo/method
          output:
            as: .method
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    <sent>
    """

    Examples:
      | method | sent   |
      | get    | GET    |
      | post   | POST   |
      | put    | PUT    |
      | patch  | PATCH  |
      | delete | DELETE |
      | POST   | POST   |

  @call-http.endpoint-forms
  Scenario: An endpoint may be an expression
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-an-endpoint-may-be-an-expression
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: ${ "https://service.example/echo/\(.what)" }
          output:
            as: .path
    """
    And the workflow input is:
    """yaml
    what: computed
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    /echo/computed
    """

  @call-http.endpoint-forms
  Scenario: An endpoint may be an object
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-an-endpoint-may-be-an-object
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/echo/object
          output:
            as: .path
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    /echo/object
    """

  @call-http.endpoint-forms
  Scenario: The uri of an endpoint may be an expression
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-the-uri-of-an-endpoint-may-be-an-expre
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: ${ .uri }
          output:
            as: .path
    """
    And the workflow input is:
    """yaml
    uri: https://service.example/echo/from-input
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    /echo/from-input
    """

  @call-http.headers
  Scenario: Headers are sent
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-headers-are-sent
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/headers
            headers:
              X-Fixed: one
              X-Computed: ${ .value }
          output:
            as: '.headers | { fixed: .["x-fixed"], computed: .["x-computed"] }'
    """
    And the workflow input is:
    """yaml
    value: two
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    fixed: one
    computed: two
    """

  @call-http.headers
  Scenario: Headers may be an expression
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-headers-may-be-an-expression
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/headers
            headers: ${ .headers }
          output:
            as: .headers["x-all"]
    """
    And the workflow input is:
    """yaml
    headers: { X-All: yes it is }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    yes it is
    """

  @call-http.query
  Scenario: Query parameters are sent
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-query-parameters-are-sent
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/query
            query:
              plain: a b&c
              computed: ${ .n }
          output:
            as: .query
    """
    And the workflow input is:
    """yaml
    n: 5
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    plain: a b&c
    computed: '5'
    """

  @call-http.query
  Scenario: Query parameters may be an expression
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-query-parameters-may-be-an-expression
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/query
            query: ${ .all }
          output:
            as: .query
    """
    And the workflow input is:
    """yaml
    all: { a: x, b: y }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    a: x
    b: y
    """

  @call-http.query
  Scenario Outline: A query parameter with several values has its name several times
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-a-query-parameter-with-several-values
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/query
            query:
              tag: <tags>
          output:
            as: .query
    """
    And the workflow input is:
    """yaml
    all: [a, 'b c', '3']
    second: b c
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    tag: [a, 'b c', '3']
    """

    Examples:
      | tags                     |
      | [a, b c, 3]              |
      | [a, '${ .second }', '3'] |
      | ${ .all }                |

  @call-http.query
  Scenario: Query parameters join those of the URI
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-query-parameters-join-those-of-the-uri
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/query?first=1
            query:
              second: '2'
          output:
            as: .query
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    first: '1'
    second: '2'
    """

  @call-http.body
  Scenario: A body is sent as JSON
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-a-body-is-sent-as-json
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: post
            endpoint: https://service.example/echo/body
            body:
              fixed: 1
              computed: ${ .n }
              list: ['${ .n + 1 }']
          output:
            as: '{ body, json: (.headers["content-type"] | test("json")) }'
    """
    And the workflow input is:
    """yaml
    n: 5
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    body: { fixed: 1, computed: 5, list: [6] }
    json: true
    """

  @call-http.body
  Scenario: A body may be an expression
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-a-body-may-be-an-expression
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: put
            endpoint: https://service.example/echo/body
            body: '${ . + { more: true } }'
          output:
            as: .body
    """
    And the workflow input is:
    """yaml
    n: 5
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 5
    more: true
    """

  @call-http.body @expressions.literal
  Scenario: A bare text in a body is no expression
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-a-bare-text-in-a-body-is-no-expression
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: post
            endpoint: https://service.example/echo/body
            body:
              path: .n
          output:
            as: .body
    """
    And the workflow input is:
    """yaml
    n: 5
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    path: .n
    """

  @call-http.content
  Scenario: The content of an answer is the output
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-the-content-of-an-answer-is-the-output
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://petstore.swagger.io/v2/pet/2
            output: content
          output:
            as: .name
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    Minou
    """

  @call-http.content
  Scenario: A type that ends in +json is JSON
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-a-type-that-ends-in-json-is-json
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/json-suffix
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    suffix: true
    """

  @call-http.content-types
  Scenario: A text is a text
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-a-text-is-a-text
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/text
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    plain text
    """

  @call-http.content-types
  Scenario: Bytes are base64
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-bytes-are-base64
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/bytes
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    AAEC+g==
    """

  @call-http.content-types
  Scenario: Nothing is null
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-nothing-is-null
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/empty
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    null
    """

  @call-http.raw
  Scenario: Raw output is base64, whatever the type
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-raw-output-is-base64-whatever-the-type
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/text
            output: raw
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    cGxhaW4gdGV4dA==
    """

  @call-http.response
  Scenario: The response as a whole
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-the-response-as-a-whole
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/text
            output: response
    """
    When the workflow is executed
    Then the workflow should complete
    And the workflow output should have properties 'request', 'request.method', 'request.uri', 'request.headers', 'headers'
    And the workflow output should have a 'statusCode' property with value:
    """yaml
    200
    """
    And the workflow output should have a 'content' property with value:
    """yaml
    plain text
    """
    And the workflow output should have a 'request.uri' property with value:
    """yaml
    https://service.example/text
    """

  @call-http.redirect-off
  Scenario: A redirect is an error without redirect
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-a-redirect-is-an-error-without-redirec
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/redirect/302?to=/echo/there
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/communication
    status: 302
    """

  @call-http.redirect
  Scenario Outline: A redirect of <status> is no error with redirect
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-a-redirect-of-status-is-no-error-with
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/redirect/<status>?to=/echo/there
            redirect: true
    """
    When the workflow is executed
    Then the workflow should complete

    Examples:
      | status |
      | 301    |
      | 302    |
      | 303    |
      | 307    |
      | 308    |

  @call-http.redirect @call-http.error-status
  Scenario: With redirect a failure is an error all the same
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-with-redirect-a-failure-is-an-error-al
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/status/404
            redirect: true
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 404
    """

  @call-http.error-status
  Scenario: An answer of 201 is no error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-an-answer-of-201-is-no-error
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: post
            endpoint: https://service.example/status/201
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    status: 201
    """

  @call-http.error-status @call-http.response
  Scenario: A response with an error's status is an error as well
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-a-response-with-an-error-s-status-is-a
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/status/500
            output: response
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/communication
    status: 500
    """

  @call-http.if-unreachable
  Scenario: A skipped call asks nobody
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-a-skipped-call-asks-nobody
      version: '1.0.0'
    do:
      - ask:
          if: 'false'
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/skipped-<run>
    """
    When the workflow is executed
    Then the workflow should complete
    And the service should have received 0 requests at '/echo/skipped-<run>'

  @call-http.method
  Scenario: One call asks once
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-one-call-asks-once
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: post
            endpoint: https://service.example/echo/once-<run>
            body:
              x: 1
    """
    When the workflow is executed
    Then the workflow should complete
    And the service should have received 1 request at '/echo/once-<run>'
    And the service should have received a request at '/echo/once-<run>' with:
    """yaml
    method: POST
    host: service.example
    body: { x: 1 }
    """

  @call-http.required
  Scenario Outline: A call without <member> is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-a-call-without-member-is-refused
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            <other>
    """
    Then the definition should be invalid at '/do/0/ask/with'

    Examples:
      | member   | other                              |
      | endpoint | method: get                        |
      | method   | endpoint: https://service.example/ |

  @call-http.required
  Scenario: A call without with is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-a-call-without-with-is-refused
      version: '1.0.0'
    do:
      - ask:
          call: http
    """
    Then the definition should be invalid at '/do/0/ask'

  @call-http.required
  Scenario: Another kind of output is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: call-http-another-kind-of-output-is-refused
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/
            output: everything
    """
    Then the definition should be invalid at '/do/0/ask/with/output'
