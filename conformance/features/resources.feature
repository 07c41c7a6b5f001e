Feature: What is declared once and used by name

  @resources.unused
  Scenario Outline: An unused <section> is checked
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: resources-an-unused-section-is-checked
      version: '1.0.0'
    use:
      <section>:
        unused: <value>
    do: []
    """
    Then the definition should be invalid

    Examples:
      | section         | value           |
      | retries         | { delay: soon } |
      | timeouts        | { after: soon } |
      | errors          | { status: 500 } |
      | authentications | { basic: {} }   |
      | functions       | { wait: soon }  |
      | catalogs        | {}              |

  @resources.sections
  Scenario: An unknown section is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: resources-an-unknown-section-is-refused
      version: '1.0.0'
    use:
      helpers: {}
    do: []
    """
    Then the definition should be invalid at '/use/helpers'

  @resources.expressions
  Scenario: A declared error is computed where it is raised
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: resources-a-declared-error-is-computed-where-it
      version: '1.0.0'
    use:
      errors:
        own:
          type: https://example.com/errors/own
          status: 418
          detail: ${ $task.name }
    do:
      - one:
          try:
            - inner:
                raise:
                  error: own
          catch:
            do:
              - handle:
                  set:
                    detail: ${ $error.detail }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    detail: inner
    """

  @resources.expressions
  Scenario: A declared retry sees the error of the catch
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: resources-a-declared-retry-sees-the-error-of-the
      version: '1.0.0'
    use:
      retries:
        some:
          when: $problem.status == 503
          limit:
            attempt:
              count: 2
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/1/declared-<run>
          catch:
            as: problem
            retry: some
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    attempt: 2
    """

  @resources.reference
  Scenario: A name of another section does not count
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: resources-a-name-of-another-section-does-not-cou
      version: '1.0.0'
    use:
      timeouts:
        mine:
          after: PT1S
    do:
      - one:
          try:
            - a:
                set:
                  x: 1
          catch:
            retry: mine
    """
    Then the definition should be invalid at '/do/0/one/catch/retry'
