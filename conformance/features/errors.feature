Feature: Errors

  @errors.uncaught @errors.members @errors.stops
  Scenario: An error that nobody catches faults the workflow
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: errors-an-error-that-nobody-catches-faults-the-w
      version: '1.0.0'
    do:
      - one:
          set:
            x: ${ error("no") }
      - two:
          set:
            x: 2
    """
    When the workflow is executed
    Then the workflow should fault
    And the workflow error should have properties 'type', 'status', 'instance', 'title'
    And two should not run
    And one should fault

  @errors.communication
  Scenario Outline: A call that is answered with <status> is an error of that status
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: errors-a-call-that-is-answered-with-status-is-an
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/status/<status>
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/communication
    status: <status>
    instance: /do/0/ask
    """

    Examples:
      | status |
      | 400    |
      | 401    |
      | 404    |
      | 409    |
      | 422    |
      | 500    |
      | 503    |

  @errors.no-answer
  Scenario: A call of a host that is not there
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: errors-a-call-of-a-host-that-is-not-there
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: http://nobody.invalid/
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/communication
    status: 500
    instance: /do/0/ask
    """

  @errors.configuration
  Scenario: A call of an operation that is not there
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: errors-a-call-of-an-operation-that-is-not-there
      version: '1.0.0'
    do:
      - ask:
          call: openapi
          with:
            document:
              endpoint: https://service.example/openapi/3.1.json
            operationId: noSuchOperation
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/configuration
    status: 400
    instance: /do/0/ask
    """

  @errors.configuration
  Scenario: A call of an address that is none
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: errors-a-call-of-an-address-that-is-none
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: ${ .address }
    """
    And the workflow input is:
    """yaml
    address: nowhere at all
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/configuration
    status: 400
    """

  @errors.validation
  Scenario: Data that does not fit
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: errors-data-that-does-not-fit
      version: '1.0.0'
    do:
      - check:
          input:
            schema:
              document:
                type: object
                required: [name]
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/validation
    status: 400
    instance: /do/0/check
    """
