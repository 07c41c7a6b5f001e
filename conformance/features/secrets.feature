Feature: Secrets

  @secrets.declared @secrets.argument
  Scenario: A secret in a header
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: secrets-a-secret-in-a-header
      version: '1.0.0'
    use:
      secrets: [kit_api_key]
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/secret-<run>
            headers:
              X-Key: ${ $secrets.kit_api_key }
          output:
            as: .method
    """
    And the secret 'kit_api_key' is:
    """yaml
    kit-api-key-value
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    GET
    """
    And the service should have received a request at '/echo/secret-<run>' with:
    """yaml
    headers: { x-key: kit-api-key-value }
    """

  @secrets.members @secrets.argument
  Scenario: A member of a secret in a body, within a larger expression
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: secrets-a-member-of-a-secret-in-a-body-within-a
      version: '1.0.0'
    use:
      secrets: [kit_account]
    do:
      - ask:
          call: http
          with:
            method: post
            endpoint: https://service.example/echo/account-<run>
            body:
              who: ${ "user:" + $secrets.kit_account.user }
          output:
            as: .method
    """
    And the secret 'kit_account' is:
    """yaml
    user: kit-user-name
    number: 17
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    POST
    """
    And the service should have received a request at '/echo/account-<run>' with:
    """yaml
    body: { who: 'user:kit-user-name' }
    """

  @secrets.missing
  Scenario: A secret that is not there
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: secrets-a-secret-that-is-not-there
      version: '1.0.0'
    use:
      secrets: [kit_nowhere]
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/nowhere-<run>
            headers:
              X-Key: ${ $secrets.kit_nowhere }
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/authorization
    status: 403
    instance: /do/0/ask
    """
    And the service should have received 0 requests at '/echo/nowhere-<run>'

  @secrets.declared
  Scenario: A secret that nobody declared is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: secrets-a-secret-that-nobody-declared-is-refused
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/
              authentication:
                bearer:
                  use: kit_undeclared
    """
    Then the definition should be invalid at '/do/0/ask/with/endpoint/authentication/bearer/use'

  @secrets.declared
  Scenario: Secrets are a list of names
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: secrets-secrets-are-a-list-of-names
      version: '1.0.0'
    use:
      secrets:
        kit_api_key: value
    do: []
    """
    Then the definition should be invalid at '/use/secrets'
