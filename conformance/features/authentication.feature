Feature: Authentication

  @authentication.basic
  Scenario: Basic credentials are taken
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-basic-credentials-are-taken
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/basic-auth/ann/secret
              authentication:
                basic:
                  username: ann
                  password: secret
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    authenticated: true
    user: ann
    """

  @authentication.basic @authentication.refused
  Scenario: Wrong basic credentials are an error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-wrong-basic-credentials-are-an-er
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/basic-auth/ann/secret
              authentication:
                basic:
                  username: ann
                  password: wrong
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/communication
    status: 401
    """

  @authentication.basic
  Scenario: Credentials may hold any characters
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-credentials-may-hold-any-characte
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/basic-auth/ann/p%C3%A4ss%3A%20w
              authentication:
                basic:
                  username: ann
                  password: 'päss: w'
          output:
            as: .authenticated
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    true
    """

  @authentication.bearer
  Scenario: A bearer token is taken
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-a-bearer-token-is-taken
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/bearer/abc
              authentication:
                bearer:
                  token: abc
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    authenticated: true
    """

  @authentication.bearer @authentication.refused
  Scenario: A wrong bearer token is an error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-a-wrong-bearer-token-is-an-error
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/bearer/abc
              authentication:
                bearer:
                  token: wrong
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 401
    """

  @authentication.expressions
  Scenario: Credentials may be computed
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-credentials-may-be-computed
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/bearer/abc
              authentication:
                bearer:
                  token: ${ .token }
    """
    And the workflow input is:
    """yaml
    token: abc
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    authenticated: true
    """

  @authentication.reusable
  Scenario: A policy is used by its name
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-a-policy-is-used-by-its-name
      version: '1.0.0'
    use:
      authentications:
        door:
          basic:
            username: ann
            password: ${ .password }
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/basic-auth/ann/secret
              authentication:
                use: door
          output:
            as: .authenticated
    """
    And the workflow input is:
    """yaml
    password: secret
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    true
    """

  @authentication.secret @authentication.basic
  Scenario: Basic credentials may be a secret
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-basic-credentials-may-be-a-secret
      version: '1.0.0'
    use:
      secrets: [kit_login]
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/basic-auth/kit/kit-password
              authentication:
                basic:
                  use: kit_login
          output:
            as: .user
    """
    And the secret 'kit_login' is:
    """yaml
    username: kit
    password: kit-password
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    kit
    """

  @authentication.secret @authentication.bearer
  Scenario: A token may be a secret
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-a-token-may-be-a-secret
      version: '1.0.0'
    use:
      secrets: [kit_token]
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/bearer/kit-bearer-token
              authentication:
                bearer:
                  use: kit_token
    """
    And the secret 'kit_token' is:
    """yaml
    token: kit-bearer-token
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    authenticated: true
    """

  @authentication.variable
  Scenario: The scheme is known in the task
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-the-scheme-is-known-in-the-task
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/echo/scheme
              authentication:
                bearer:
                  token: abc
            headers:
              X-Scheme: ${ $authorization.scheme }
          output:
            as: .headers["x-scheme"] | ascii_downcase
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    bearer
    """

  @authentication.unknown
  Scenario: A policy that nobody declared is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-a-policy-that-nobody-declared-is
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/
              authentication:
                use: door
    """
    Then the definition should be invalid at '/do/0/ask/with/endpoint/authentication/use'

  @authentication.unknown
  Scenario: A policy's name alone is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-a-policys-name-alone-is-refused
      version: '1.0.0'
    use:
      authentications:
        door:
          bearer:
            token: key
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/
              authentication: door
    """
    Then the definition should be invalid at '/do/0/ask/with/endpoint/authentication'

  @authentication.one-scheme
  Scenario: Two schemes are refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-two-schemes-are-refused
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
                  token: a
                basic:
                  username: a
                  password: b
    """
    Then the definition should be invalid

  @authentication.basic
  Scenario: A basic policy without a password is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-a-basic-policy-without-a-password
      version: '1.0.0'
    use:
      authentications:
        door:
          basic:
            username: ann
    do: []
    """
    Then the definition should be invalid at '/use/authentications/door/basic'

  @authentication.digest @needs:digest
  Scenario: A digest challenge is answered
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-a-digest-challenge-is-answered
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/digest-auth/ann/secret
              authentication:
                digest:
                  username: ann
                  password: secret
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    authenticated: true
    user: ann
    """

  @authentication.digest @authentication.refused @needs:digest
  Scenario: Wrong digest credentials are an error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-wrong-digest-credentials-are-an-e
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/digest-auth/ann/secret
              authentication:
                digest:
                  username: ann
                  password: wrong
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/communication
    status: 401
    """

  @authentication.oauth2-client-credentials @needs:oauth2
  Scenario: A token for the client's credentials
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-a-token-for-the-client-s-credenti
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://sign-on.example/protected/a
              authentication:
                oauth2:
                  authority: https://sign-on.example/realm-a-<run>
                  grant: client_credentials
                  client:
                    id: kit
                    secret: kitsecret
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    authorized: true
    """
    And the service should have received 1 request at '/realm-a-<run>/oauth2/token'

  @authentication.oauth2-basic @needs:oauth2
  Scenario: The client's credentials in a header
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-the-client-s-credentials-in-a-hea
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://sign-on.example/protected/b
              authentication:
                oauth2:
                  authority: https://sign-on.example/realm-b-<run>
                  grant: client_credentials
                  client:
                    id: kit
                    secret: kitsecret
                    authentication: client_secret_basic
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    authorized: true
    """
    And the service should have received a request at '/realm-b-<run>/oauth2/token' with:
    """yaml
    headers: { authorization: Basic a2l0OmtpdHNlY3JldA== }
    """

  @authentication.oauth2-password @needs:oauth2
  Scenario: A token for a user's password
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-a-token-for-a-user-s-password
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://sign-on.example/protected/c
              authentication:
                oauth2:
                  authority: https://sign-on.example/realm-c-<run>
                  grant: password
                  client:
                    id: kit
                    secret: kitsecret
                  username: ann
                  password: ann-secret
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    authorized: true
    """

  @authentication.oauth2-endpoints @needs:oauth2
  Scenario: The token endpoint may stand elsewhere
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-the-token-endpoint-may-stand-else
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://sign-on.example/protected/d
              authentication:
                oauth2:
                  authority: https://sign-on.example
                  endpoints:
                    token: /custom/token
                  grant: client_credentials
                  client:
                    id: kit
                    secret: kitsecret
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    authorized: true
    """

  @authentication.oauth2-json @needs:oauth2
  Scenario: A token request may be JSON
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-a-token-request-may-be-json
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://sign-on.example/protected/e
              authentication:
                oauth2:
                  authority: https://sign-on.example/realm-e-<run>
                  grant: client_credentials
                  request:
                    encoding: application/json
                  client:
                    id: kit
                    secret: kitsecret
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    authorized: true
    """
    And the service should have received a request at '/realm-e-<run>/oauth2/token' with:
    """yaml
    body: { grant_type: client_credentials, client_id: kit }
    """

  @authentication.oauth2-cached @needs:oauth2
  Scenario: A token is used again
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-a-token-is-used-again
      version: '1.0.0'
    use:
      authentications:
        door:
          oauth2:
            authority: https://sign-on.example/realm-f-<run>
            grant: client_credentials
            client:
              id: kit
              secret: kitsecret
    do:
      - one:
          call: http
          with:
            method: get
            endpoint:
              uri: https://sign-on.example/protected/f
              authentication:
                use: door
      - two:
          call: http
          with:
            method: get
            endpoint:
              uri: https://sign-on.example/protected/f
              authentication:
                use: door
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    authorized: true
    """
    And the service should have received 1 request at '/realm-f-<run>/oauth2/token'

  @authentication.oauth2-refused @needs:oauth2
  Scenario: A client that nobody knows gets no token
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-a-client-that-nobody-knows-gets-n
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://sign-on.example/protected/g-<run>
              authentication:
                oauth2:
                  authority: https://sign-on.example/realm-g-<run>
                  grant: client_credentials
                  client:
                    id: kit
                    secret: wrong
    """
    When the workflow is executed
    Then the workflow should fault
    And the service should have received 0 requests at '/protected/g-<run>'
    And the workflow error should have a 'instance' property with value:
    """yaml
    /do/0/ask
    """

  @authentication.oidc @needs:oidc
  Scenario: The configuration of an authority is read
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-the-configuration-of-an-authority
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://sign-on.example/protected/h
              authentication:
                oidc:
                  authority: https://sign-on.example/realm-h-<run>
                  grant: client_credentials
                  client:
                    id: kit
                    secret: kitsecret
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    authorized: true
    """
    And the service should have received 1 request at '/realm-h-<run>/.well-known/openid-configuration'

  @authentication.oauth2-required
  Scenario Outline: A policy of <scheme> without a grant is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-a-policy-of-scheme-without-a-gran
      version: '1.0.0'
    use:
      authentications:
        door:
          <scheme>:
            authority: https://sign-on.example
    do: []
    """
    Then the definition should be invalid at '/use/authentications/door/<scheme>'

    Examples:
      | scheme |
      | oauth2 |
      | oidc   |

  @authentication.oauth2-required
  Scenario: An unknown grant is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: authentication-an-unknown-grant-is-refused
      version: '1.0.0'
    use:
      authentications:
        door:
          oauth2:
            authority: https://sign-on.example
            grant: magic
    do: []
    """
    Then the definition should be invalid at '/use/authentications/door/oauth2/grant'
