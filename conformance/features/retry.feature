Feature: Retries

  @retry.until-success
  Scenario: A call is repeated until it succeeds
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-a-call-is-repeated-until-it-succeeds
      version: '1.0.0'
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/2/until-<run>
          catch:
            retry:
              delay:
                milliseconds: 10
              limit:
                attempt:
                  count: 5
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    attempt: 3
    """
    And ask should run 3 times
    And the service should have received 3 requests at '/flaky/2/until-<run>'

  @retry.count @retry.exhausted-raise
  Scenario: Attempts are counted with the first
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-attempts-are-counted-with-the-first
      version: '1.0.0'
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/9/count-<run>
          catch:
            retry:
              delay:
                milliseconds: 5
              limit:
                attempt:
                  count: 3
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/communication
    status: 503
    instance: /do/0/attempt/try/0/ask
    """
    And the service should have received 3 requests at '/flaky/9/count-<run>'

  @retry.count
  Scenario: A count of 1 tries nothing again
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-a-count-of-1-tries-nothing-again
      version: '1.0.0'
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/1/once-<run>
          catch:
            retry:
              limit:
                attempt:
                  count: 1
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 503
    """
    And ask should run 1 time

  @retry.exhausted-do
  Scenario: After the last attempt the handler runs
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-after-the-last-attempt-the-handler-runs
      version: '1.0.0'
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/9/handler-<run>
          catch:
            retry:
              delay:
                milliseconds: 5
              limit:
                attempt:
                  count: 2
            do:
              - handle:
                  set:
                    status: ${ $error.status }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    status: 503
    """
    And ask should run 2 times
    And handle should run 1 time

  @retry.delay
  Scenario: A retry begins after its delay
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-a-retry-begins-after-its-delay
      version: '1.0.0'
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/1/delay-<run>
          catch:
            retry:
              delay:
                milliseconds: 150
              limit:
                attempt:
                  count: 2
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    attempt: 2
    """
    And the workflow should take 150 milliseconds or more

  @retry.backoff
  Scenario Outline: A <kind> backoff waits <sum> ms in all
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-a-kind-backoff-waits-sum-ms-in-all
      version: '1.0.0'
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/3/<kind>-<run>
          catch:
            retry:
              delay:
                milliseconds: 40
              backoff:
                <kind>: {}
              limit:
                attempt:
                  count: 4
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    attempt: 4
    """
    And the workflow should take <sum> milliseconds or more

    Examples:
      | kind        | sum |
      | constant    | 120 |
      | linear      | 240 |
      | exponential | 280 |

  @retry.jitter
  Scenario: Jitter is added to the delay
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-jitter-is-added-to-the-delay
      version: '1.0.0'
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/1/jitter-<run>
          catch:
            retry:
              delay:
                milliseconds: 20
              jitter:
                from:
                  milliseconds: 100
                to:
                  milliseconds: 120
              limit:
                attempt:
                  count: 2
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    attempt: 2
    """
    And the workflow should take 120 milliseconds or more

  @retry.when
  Scenario: when of the policy says what is tried again
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-when-of-the-policy-says-what-is-tried-agai
      version: '1.0.0'
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/9/when-<run>
          catch:
            retry:
              when: $error.status == 500
              limit:
                attempt:
                  count: 4
            do:
              - handle:
                  set:
                    handled: true
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    handled: true
    """
    And ask should run 1 time

  @retry.when
  Scenario: exceptWhen of the policy says what is not
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-exceptwhen-of-the-policy-says-what-is-not
      version: '1.0.0'
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/9/except-<run>
          catch:
            retry:
              exceptWhen: $error.status == 503
              limit:
                attempt:
                  count: 4
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 503
    """
    And ask should run 1 time

  @retry.limit-duration
  Scenario: The time of all attempts is bounded
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-the-time-of-all-attempts-is-bounded
      version: '1.0.0'
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/99/limit-<run>
          catch:
            retry:
              delay:
                milliseconds: 400
              limit:
                duration:
                  milliseconds: 300
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 503
    """
    And ask should run 1 time

  @retry.attempt-duration
  Scenario: The time of one attempt is bounded
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-the-time-of-one-attempt-is-bounded
      version: '1.0.0'
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/slow/20000/attempt-<run>
          catch:
            retry:
              limit:
                attempt:
                  count: 2
                  duration:
                    milliseconds: 80
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/timeout
    status: 408
    """
    And ask should run 2 times

  @retry.reusable
  Scenario: A policy is used by its name
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-a-policy-is-used-by-its-name
      version: '1.0.0'
    use:
      retries:
        patient:
          delay:
            milliseconds: 5
          limit:
            attempt:
              count: 3
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/2/named-<run>
          catch:
            retry: patient
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    attempt: 3
    """

  @retry.input
  Scenario: Each attempt begins with the input of the try
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-each-attempt-begins-with-the-input-of-the
      version: '1.0.0'
    do:
      - attempt:
          try:
            - count:
                set:
                  n: ${ .n + 1 }
                export:
                  as: ($context // []) + [.n]
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/1/input-<run>
          catch:
            retry:
              limit:
                attempt:
                  count: 2
      - after:
          set:
            seen: ${ $context }
    """
    And the workflow input is:
    """yaml
    n: 5
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    seen: [6, 6]
    """

  @retry.only-caught
  Scenario: What the catch does not take is not tried again
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-what-the-catch-does-not-take-is-not-tried
      version: '1.0.0'
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/9/only-<run>
          catch:
            errors:
              with:
                status: 500
            retry:
              limit:
                attempt:
                  count: 4
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 503
    """
    And ask should run 1 time

  @retry.unknown
  Scenario: A policy that nobody declared is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-a-policy-that-nobody-declared-is-refused
      version: '1.0.0'
    do:
      - attempt:
          try:
            - a:
                set:
                  x: 1
          catch:
            retry: patient
    """
    Then the definition should be invalid at '/do/0/attempt/catch/retry'

  @retry.one-backoff
  Scenario: Two backoffs are refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-two-backoffs-are-refused
      version: '1.0.0'
    do:
      - attempt:
          try:
            - a:
                set:
                  x: 1
          catch:
            retry:
              backoff:
                constant: {}
                linear: {}
    """
    Then the definition should be invalid

  @retry.count
  Scenario: A negative count is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: retry-a-negative-count-is-refused
      version: '1.0.0'
    do:
      - attempt:
          try:
            - a:
                set:
                  x: 1
          catch:
            retry:
              limit:
                attempt:
                  count: -1
    """
    Then the definition should be invalid at '/do/0/attempt/catch/retry/limit/attempt/count'
