Feature: Extensions

  @extensions.before @extensions.kind @needs:extensions
  Scenario: Tasks before a task
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: extensions-tasks-before-a-task
      version: '1.0.0'
    use:
      extensions:
        - note:
            extend: set
            before:
              - mark:
                  call: http
                  with:
                    method: get
                    endpoint: https://service.example/echo/before-<run>
    do:
      - a:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete
    And mark should run before a
    And the service should have received 1 request at '/echo/before-<run>'

  @extensions.after @needs:extensions
  Scenario: Tasks after a task
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: extensions-tasks-after-a-task
      version: '1.0.0'
    use:
      extensions:
        - note:
            extend: set
            after:
              - mark:
                  call: http
                  with:
                    method: get
                    endpoint: https://service.example/echo/after-<run>
    do:
      - a:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete
    And mark should run after a
    And the service should have received 1 request at '/echo/after-<run>'

  @extensions.kind @needs:extensions
  Scenario: Another kind of task is not extended
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: extensions-another-kind-of-task-is-not-extended
      version: '1.0.0'
    use:
      extensions:
        - note:
            extend: wait
            before:
              - mark:
                  set:
                    marked: true
    do:
      - a:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 1
    """
    And mark should not run

  @extensions.all @needs:extensions
  Scenario: Every kind of task
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: extensions-every-kind-of-task
      version: '1.0.0'
    use:
      extensions:
        - note:
            extend: all
            before:
              - mark:
                  call: http
                  with:
                    method: get
                    endpoint: https://service.example/echo/all-<run>
    do:
      - a:
          set:
            x: 1
      - b:
          wait: PT0S
    """
    When the workflow is executed
    Then the workflow should complete
    And the service should have received 2 requests at '/echo/all-<run>'

  @extensions.when @needs:extensions
  Scenario: A condition that does not hold
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: extensions-a-condition-that-does-not-hold
      version: '1.0.0'
    use:
      extensions:
        - note:
            extend: set
            when: 'false'
            before:
              - mark:
                  set:
                    marked: true
    do:
      - a:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 1
    """
    And mark should not run

  @extensions.when @extensions.exit @needs:extensions
  Scenario: A condition over the task
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: extensions-a-condition-over-the-task
      version: '1.0.0'
    use:
      extensions:
        - mock:
            extend: call
            when: $task.with.endpoint | tostring | contains("mocked.invalid")
            before:
              - answer:
                  set:
                    mocked: true
                  then: exit
    do:
      - a:
          call: http
          with:
            method: get
            endpoint: https://mocked.invalid/x
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    mocked: true
    """

  @extensions.when @needs:extensions
  Scenario: What the condition does not take is called
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: extensions-what-the-condition-does-not-take-is-c
      version: '1.0.0'
    use:
      extensions:
        - mock:
            extend: call
            when: $task.with.endpoint | tostring | contains("mocked.invalid")
            before:
              - answer:
                  set:
                    mocked: true
                  then: exit
    do:
      - a:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/real
          output:
            as: .path
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    /echo/real
    """
    And answer should not run

  @extensions.not-extended @needs:extensions
  Scenario: Tasks of an extension are not extended
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: extensions-tasks-of-an-extension-are-not-extende
      version: '1.0.0'
    use:
      extensions:
        - note:
            extend: all
            before:
              - mark:
                  do:
                    - inner:
                        call: http
                        with:
                          method: get
                          endpoint: https://service.example/echo/once-<run>
    do:
      - a:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete
    And the service should have received 1 request at '/echo/once-<run>'

  @extensions.several @needs:extensions
  Scenario: Two extensions of one task
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: extensions-two-extensions-of-one-task
      version: '1.0.0'
    use:
      extensions:
        - one:
            extend: set
            before:
              - markOne:
                  call: http
                  with:
                    method: get
                    endpoint: https://service.example/echo/one-<run>
        - two:
            extend: set
            before:
              - markTwo:
                  call: http
                  with:
                    method: get
                    endpoint: https://service.example/echo/two-<run>
    do:
      - a:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete
    And the service should have received 1 request at '/echo/one-<run>'
    And the service should have received 1 request at '/echo/two-<run>'

  @extensions.extend-required
  Scenario: An extension of nothing is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: extensions-an-extension-of-nothing-is-refused
      version: '1.0.0'
    use:
      extensions:
        - note:
            before: []
    do: []
    """
    Then the definition should be invalid at '/use/extensions/0/note'

  @extensions.extend-required
  Scenario: An extension of an unknown kind is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: extensions-an-extension-of-an-unknown-kind-is-re
      version: '1.0.0'
    use:
      extensions:
        - note:
            extend: everything
            before: []
    do: []
    """
    Then the definition should be invalid at '/use/extensions/0/note/extend'

  @extensions.extend-required
  Scenario: Extensions are a list
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: extensions-extensions-are-a-list
      version: '1.0.0'
    use:
      extensions:
        note:
          extend: all
    do: []
    """
    Then the definition should be invalid at '/use/extensions'
