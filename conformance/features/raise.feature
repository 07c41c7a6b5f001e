Feature: The task raise

  @raise.inline @raise.instance
  Scenario: An error is raised as it is written
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: raise-an-error-is-raised-as-it-is-written
      version: '1.0.0'
    do:
      - fail:
          raise:
            error:
              type: https://example.com/errors/not-today
              status: 503
              title: Not today
              detail: Come back tomorrow
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://example.com/errors/not-today
    status: 503
    title: Not today
    detail: Come back tomorrow
    instance: /do/0/fail
    """
    And fail should fault

  @raise.instance
  Scenario: An error has the pointer of a deep task
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: raise-an-error-has-the-pointer-of-a-deep-task
      version: '1.0.0'
    do:
      - outer:
          do:
            - first:
                set:
                  x: 1
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/deep
                    status: 500
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    instance: /do/0/outer/do/1/fail
    """
    And outer should fault

  @raise.instance
  Scenario: Slashes and tildes of a name are escaped in the pointer
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: raise-slashes-and-tildes-of-a-name-are-escaped-i
      version: '1.0.0'
    do:
      - a/b~c:
          raise:
            error:
              type: https://example.com/errors/named
              status: 500
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    instance: /do/0/a~1b~0c
    """

  @raise.reusable
  Scenario: An error is raised by its name
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: raise-an-error-is-raised-by-its-name
      version: '1.0.0'
    use:
      errors:
        teapot:
          type: https://example.com/errors/teapot
          status: 418
          title: I am a teapot
    do:
      - fail:
          raise:
            error: teapot
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://example.com/errors/teapot
    status: 418
    title: I am a teapot
    instance: /do/0/fail
    """

  @raise.expressions
  Scenario: The texts of an error are computed when it is raised
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: raise-the-texts-of-an-error-are-computed-when-it
      version: '1.0.0'
    use:
      errors:
        missing:
          type: https://example.com/errors/missing
          status: 404
          title: ${ "No " + .what }
          detail: ${ $task.name } found no ${ .what }
    do:
      - look:
          raise:
            error: missing
    """
    And the workflow input is:
    """yaml
    what: door
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    title: No door
    detail: look found no door
    """

  @raise.expressions
  Scenario: A status may be computed
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: raise-a-status-may-be-computed
      version: '1.0.0'
    do:
      - fail:
          raise:
            error:
              type: https://example.com/errors/computed
              status: ${ 400 + .n }
    """
    And the workflow input is:
    """yaml
    n: 22
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 422
    """

  @raise.required
  Scenario Outline: An error without a <member> is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: raise-an-error-without-a-member-is-refused
      version: '1.0.0'
    do:
      - fail:
          raise:
            error:
              <other>
    """
    Then the definition should be invalid at '/do/0/fail/raise/error'

    Examples:
      | member | other                       |
      | type   | status: 400                 |
      | status | type: https://example.com/e |

  @raise.unknown
  Scenario: An error that nobody declared is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: raise-an-error-that-nobody-declared-is-refused
      version: '1.0.0'
    do:
      - fail:
          raise:
            error: teapot
    """
    Then the definition should be invalid at '/do/0/fail/raise/error'

  @raise.required
  Scenario: A status that is no status is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: raise-a-status-that-is-no-status-is-refused
      version: '1.0.0'
    do:
      - fail:
          raise:
            error:
              type: https://example.com/e
              status: 99
    """
    Then the definition should be invalid at '/do/0/fail/raise/error/status'

  @raise.use-unused
  Scenario: A declared error is checked though nobody raises it
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: raise-a-declared-error-is-checked-though-nobody
      version: '1.0.0'
    use:
      errors:
        half:
          type: https://example.com/e
    do: []
    """
    Then the definition should be invalid at '/use/errors/half'
