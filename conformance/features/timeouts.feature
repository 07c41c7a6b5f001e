Feature: Timeouts

  @timeouts.task
  Scenario: A wait is interrupted
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-wait-is-interrupted
      version: '1.0.0'
    do:
      - pause:
          wait: PT20S
          timeout:
            after:
              milliseconds: 60
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/timeout
    status: 408
    instance: /do/0/pause
    """
    And the workflow should take 60 milliseconds or more

  @timeouts.task
  Scenario: A call is interrupted
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-call-is-interrupted
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/slow/20000/<run>
          timeout:
            after: PT0.06S
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/timeout
    status: 408
    instance: /do/0/ask
    """

  @timeouts.composite
  Scenario: A composite is interrupted with what it does
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-composite-is-interrupted-with-what-it
      version: '1.0.0'
    do:
      - outer:
          do:
            - one:
                set:
                  x: 1
            - two:
                wait: PT20S
            - three:
                set:
                  x: 3
          timeout:
            after: PT0.06S
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 408
    instance: /do/0/outer
    """
    And three should not run
    And two should cancel

  @timeouts.composite
  Scenario: A loop is interrupted
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-loop-is-interrupted
      version: '1.0.0'
    do:
      - loop:
          for:
            in: '[1, 2, 3]'
          do:
            - pause:
                wait: PT20S
          timeout:
            after: PT0.06S
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 408
    instance: /do/0/loop
    """

  @timeouts.composite
  Scenario: A fork is interrupted
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-fork-is-interrupted
      version: '1.0.0'
    do:
      - both:
          fork:
            branches:
              - one:
                  wait: PT20S
              - two:
                  set:
                    x: 1
          timeout:
            after: PT0.06S
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 408
    instance: /do/0/both
    """

  @timeouts.composite
  Scenario: A timeout covers the retries
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-timeout-covers-the-retries
      version: '1.0.0'
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/99/timeout-<run>
          catch:
            retry:
              delay:
                seconds: 20
          timeout:
            after: PT0.15S
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/timeout
    status: 408
    instance: /do/0/attempt
    """

  @timeouts.caught
  Scenario: A timeout is caught like any error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-timeout-is-caught-like-any-error
      version: '1.0.0'
    do:
      - attempt:
          try:
            - pause:
                wait: PT20S
                timeout:
                  after: PT0.05S
          catch:
            errors:
              with:
                type: https://serverlessworkflow.io/spec/1.0.0/errors/timeout
            do:
              - handle:
                  set:
                    late: ${ $error.instance }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    late: /do/0/attempt/try/0/pause
    """

  @timeouts.reusable
  Scenario: A timeout is used by its name
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-timeout-is-used-by-its-name
      version: '1.0.0'
    use:
      timeouts:
        short:
          after:
            milliseconds: 50
    do:
      - pause:
          wait: PT20S
          timeout: short
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 408
    """

  @timeouts.in-time
  Scenario: What ends in time is not touched
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-what-ends-in-time-is-not-touched
      version: '1.0.0'
    do:
      - pause:
          wait: PT0.05S
          timeout:
            after: PT20S
          output:
            as: '{ intime: .k }'
    """
    And the workflow input is:
    """yaml
    k: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    intime: 1
    """

  @timeouts.computed
  Scenario: A timeout may be computed
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-timeout-may-be-computed
      version: '1.0.0'
    do:
      - pause:
          wait: PT20S
          timeout:
            after: ${ .after }
    """
    And the workflow input is:
    """yaml
    after: PT0.05S
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 408
    """

  @timeouts.workflow
  Scenario: A workflow is interrupted
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-workflow-is-interrupted
      version: '1.0.0'
    timeout:
      after:
        milliseconds: 80
    do:
      - one:
          wait: PT20S
      - two:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/timeout
    status: 408
    """
    And two should not run
    And the workflow should take 80 milliseconds or more

  @timeouts.workflow @timeouts.computed
  Scenario Outline: A workflow's timeout may be computed from its input
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-workflows-timeout-may-be-computed
      version: '1.0.0'
    input:
      from: .limits
    timeout:
      after: <after>
    do:
      - pause:
          wait: PT20S
    """
    And the workflow input is:
    """yaml
    limits: { after: PT0.05S }
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/timeout
    status: 408
    """

    Examples:
      | after                              |
      | ${ .after }                        |
      | ${ $input.after }                  |
      | ${ $workflow.input.limits.after }  |

  @timeouts.workflow @timeouts.reusable
  Scenario: A workflow's timeout may have a name
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-workflow-s-timeout-may-have-a-name
      version: '1.0.0'
    use:
      timeouts:
        short:
          after: PT0.05S
    timeout: short
    do:
      - one:
          wait: PT20S
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 408
    """

  @timeouts.workflow @timeouts.in-time
  Scenario: A workflow in time is not touched
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-workflow-in-time-is-not-touched
      version: '1.0.0'
    timeout:
      after: PT20S
    do:
      - one:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 1
    """

  @timeouts.unknown
  Scenario: A timeout that nobody declared is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-timeout-that-nobody-declared-is-refus
      version: '1.0.0'
    do:
      - one:
          wait: PT1S
          timeout: short
    """
    Then the definition should be invalid at '/do/0/one/timeout'

  @timeouts.required
  Scenario: A timeout without after is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: timeouts-a-timeout-without-after-is-refused
      version: '1.0.0'
    do:
      - one:
          wait: PT1S
          timeout: {}
    """
    Then the definition should be invalid at '/do/0/one/timeout'
