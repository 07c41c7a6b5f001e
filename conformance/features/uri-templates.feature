Feature: URI templates

  @uri-templates.simple
  Scenario Outline: A member stands in the path
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: uri-templates-a-member-stands-in-the-path
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/{name}/end
          output:
            as: .path
    """
    And the workflow input is:
    """yaml
    name: <value>
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    /echo/<escaped>/end
    """

    Examples:
      | value | escaped |
      | plain | plain   |
      | a b   | a%20b   |
      | a/b   | a%2Fb   |
      | 5     | 5       |
      | true  | true    |

  @uri-templates.simple
  Scenario: Two members in one path
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: uri-templates-two-members-in-one-path
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint:
              uri: https://service.example/echo/{a}/{b}
          output:
            as: .path
    """
    And the workflow input is:
    """yaml
    a: x
    b: y
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    /echo/x/y
    """

  @uri-templates.missing
  Scenario: A member that is not there leaves nothing
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: uri-templates-a-member-that-is-not-there-leaves
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/x{nothing}y
          output:
            as: .path
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    /echo/xy
    """

  @uri-templates.query
  Scenario: A member in the query
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: uri-templates-a-member-in-the-query
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/query?who={who}&n=1
          output:
            as: .query
    """
    And the workflow input is:
    """yaml
    who: Ada & Bob
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    who: Ada & Bob
    n: '1'
    """

  @uri-templates.dots
  Scenario: A name with dots
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: uri-templates-a-name-with-dots
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/{pet.id}
          output:
            as: .path
    """
    And the workflow input is:
    """yaml
    pet.id: whole
    pet: { id: part }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    /echo/whole
    """

  @uri-templates.non-scalar
  Scenario Outline: A <what> is an error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: uri-templates-a-what-is-an-error
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/{value}
    """
    And the workflow input is:
    """yaml
    value: <value>
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/expression
    status: 400
    instance: /do/0/ask
    """

    Examples:
      | what   | value    |
      | list   | [1]      |
      | object | { a: 1 } |

  @uri-templates.operators
  Scenario Outline: The operator <operator> is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: uri-templates-the-operator-operator-is-refused
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/{<operator>name}
    """
    Then the definition should be invalid

    Examples:
      | operator |
      | +        |
      | #        |
      | ?        |

  @uri-templates.no-variables
  Scenario: A variable is no name of a template
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: uri-templates-a-variable-is-no-name-of-a-templat
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/{$workflow}
    """
    Then the definition should be invalid

  @uri-templates.simple
  Scenario: The input of the task fills the template
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: uri-templates-the-input-of-the-task-fills-the-te
      version: '1.0.0'
    do:
      - ask:
          input:
            from: .inner
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/{name}
          output:
            as: .path
    """
    And the workflow input is:
    """yaml
    inner: { name: shaped }
    name: raw
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    /echo/shaped
    """
