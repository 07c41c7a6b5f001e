Feature: The task try

  @try.output
  Scenario: A try without an error yields its last output
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-a-try-without-an-error-yields-its-last-outpu
      version: '1.0.0'
    do:
      - attempt:
          try:
            - one:
                set:
                  x: 1
            - two:
                set:
                  y: ${ .x + 1 }
          catch:
            do:
              - handle:
                  set:
                    handled: true
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    y: 2
    """
    And handle should not run

  @try.catch-all @try.do
  Scenario: Every error is caught without a filter
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-every-error-is-caught-without-a-filter
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
          catch:
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
    And fail should fault
    And attempt should complete

  @try.catch-all @try.no-do
  Scenario: A catch alone swallows the error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-a-catch-alone-swallows-the-error
      version: '1.0.0'
    do:
      - attempt:
          try:
            - one:
                set:
                  x: 1
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
          catch: {}
    """
    And the workflow input is:
    """yaml
    k: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    k: 1
    """

  @try.filter-type
  Scenario: An own type is compared as it stands
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-an-own-type-is-compared-as-it-stands
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
          catch:
            errors:
              with:
                type: https://example.com/errors/own
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

  @try.filter-type
  Scenario Outline: A standard type is caught under <prefix>
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-a-standard-type-is-caught-under-prefix
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/status/503
          catch:
            errors:
              with:
                type: <prefix>communication
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

    Examples:
      | prefix                                                     |
      | https://serverlessworkflow.io/spec/1.0.0/errors/           |
      | https://open-workflow-specification.org/spec/1.0.0/errors/ |
      | https://serverlessworkflow.io/dsl/errors/types/            |
      | https://open-workflow-specification.org/dsl/errors/types/  |

  @try.filter-members
  Scenario Outline: An error is caught by its <member>
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-an-error-is-caught-by-its-member
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
                    title: A title
                    detail: A detail
          catch:
            errors:
              with:
                <member>: <value>
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

    Examples:
      | member   | value                    |
      | status   | 418                      |
      | title    | A title                  |
      | detail   | A detail                 |
      | instance | /do/0/attempt/try/0/fail |

  @try.filter-miss
  Scenario Outline: Another <member> lets the error go outwards
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-another-member-lets-the-error-go-outwards
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
                    title: A title
                    detail: A detail
          catch:
            errors:
              with:
                <member>: <value>
            do:
              - handle:
                  set:
                    handled: true
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://example.com/errors/own
    status: 418
    """
    And handle should not run
    And attempt should fault

    Examples:
      | member   | value                            |
      | type     | https://example.com/errors/other |
      | status   | 500                              |
      | title    | Another title                    |
      | detail   | Another detail                   |
      | instance | /do/0/attempt                    |

  @try.filter-miss @try.filter-members
  Scenario: All members of a filter must fit
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-all-members-of-a-filter-must-fit
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
          catch:
            errors:
              with:
                type: https://example.com/errors/own
                status: 500
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 418
    """

  @try.as
  Scenario: The error stands in error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-the-error-stands-in-error
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
                    title: A title
          catch:
            do:
              - handle:
                  set: ${ $error }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    type: https://example.com/errors/own
    status: 418
    title: A title
    instance: /do/0/attempt/try/0/fail
    """

  @try.as
  Scenario: The error stands in a variable of one's own
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-the-error-stands-in-a-variable-of-one-s-own
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
          catch:
            as: problem
            do:
              - handle:
                  set:
                    status: ${ $problem.status }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    status: 418
    """

  @try.when
  Scenario: when lets an error be caught
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-when-lets-an-error-be-caught
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
          catch:
            when: $error.status < 500
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

  @try.when
  Scenario: when that does not hold lets the error go
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-when-that-does-not-hold-lets-the-error-go
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 518
          catch:
            when: $error.status < 500
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 518
    """

  @try.when
  Scenario: exceptWhen that holds lets the error go
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-exceptwhen-that-holds-lets-the-error-go
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
          catch:
            exceptWhen: $error.status < 500
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 418
    """

  @try.when
  Scenario: The input of the try and the context are seen by when
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-the-input-of-the-try-and-the-context-are-see
      version: '1.0.0'
    do:
      - before:
          set:
            limit: 450
          export:
            as: .
      - attempt:
          input:
            from: '{ lower: 400 }'
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
          catch:
            when: $error.status > .lower and $error.status < $context.limit
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

  @try.do-input
  Scenario: The handler begins with the input of the try
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-the-handler-begins-with-the-input-of-the-try
      version: '1.0.0'
    do:
      - attempt:
          try:
            - one:
                set:
                  lost: 1
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
          catch:
            do:
              - handle:
                  set:
                    got: ${ . }
    """
    And the workflow input is:
    """yaml
    k: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    got: { k: 1 }
    """

  @try.then
  Scenario: catch.then leads to another task
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-catch-then-leads-to-another-task
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
          catch:
            then: repair
          then: end
      - skipped:
          set:
            went: skipped
          then: end
      - repair:
          set:
            went: repair
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    went: repair
    """
    And skipped should not run

  @try.then
  Scenario: Without an error the then of the try counts
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-without-an-error-the-then-of-the-try-counts
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fine:
                set:
                  x: 1
          catch:
            then: repair
          then: end
      - repair:
          set:
            went: repair
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 1
    """

  @try.then
  Scenario: catch.then says where to go when the retries are spent
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-catch-then-after-the-last-attempt
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 503
          catch:
            retry:
              limit:
                attempt:
                  count: 2
            then: repair
          then: end
      - skipped:
          set:
            went: skipped
          then: end
      - repair:
          set:
            went: repair
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    went: repair
    """
    And skipped should not run

  @try.then
  Scenario: catch.then may be continue, whatever the then of the try says
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-catch-then-continue
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
          catch:
            then: continue
          then: end
      - repair:
          set:
            went: repair
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    went: repair
    """

  @try.then
  Scenario: catch.then cannot name what is not there
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-catch-then-cannot-name-what-is-not-there
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fine:
                set:
                  x: 1
          catch:
            then: nowhere
    """
    Then the definition should be invalid at '/do/0/attempt/catch/then'

  @try.handler-error
  Scenario: An error of the handler goes outwards
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-an-error-of-the-handler-goes-outwards
      version: '1.0.0'
    do:
      - attempt:
          try:
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/first
                    status: 418
          catch:
            do:
              - again:
                  raise:
                    error:
                      type: https://example.com/errors/second
                      status: 500
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://example.com/errors/second
    instance: /do/0/attempt/catch/do/0/again
    """

  @try.nested
  Scenario: The innermost catch that takes it has the error
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-the-innermost-catch-that-takes-it-has-the-er
      version: '1.0.0'
    do:
      - outer:
          try:
            - inner:
                try:
                  - fail:
                      raise:
                        error:
                          type: https://example.com/errors/own
                          status: 418
                catch:
                  errors:
                    with:
                      status: 418
                  do:
                    - innerHandler:
                        set:
                          by: inner
          catch:
            do:
              - outerHandler:
                  set:
                    by: outer
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    by: inner
    """
    And outerHandler should not run

  @try.nested
  Scenario: What the inner catch does not take, the outer may
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-what-the-inner-catch-does-not-take-the-outer
      version: '1.0.0'
    do:
      - outer:
          try:
            - inner:
                try:
                  - fail:
                      raise:
                        error:
                          type: https://example.com/errors/own
                          status: 418
                catch:
                  errors:
                    with:
                      status: 500
          catch:
            do:
              - outerHandler:
                  set:
                    by: outer
                    instance: ${ $error.instance }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    by: outer
    instance: /do/0/outer/try/0/inner/try/0/fail
    """

  @try.instance
  Scenario: The error of a deep task is caught
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-the-error-of-a-deep-task-is-caught
      version: '1.0.0'
    do:
      - attempt:
          try:
            - loop:
                for:
                  in: '[1]'
                do:
                  - fail:
                      raise:
                        error:
                          type: https://example.com/errors/own
                          status: 418
          catch:
            do:
              - handle:
                  set:
                    instance: ${ $error.instance }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    instance: /do/0/attempt/try/0/loop/do/0/fail
    """

  @try.export
  Scenario: A context that was exported before the error stays
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-a-context-that-was-exported-before-the-error
      version: '1.0.0'
    do:
      - attempt:
          try:
            - one:
                set:
                  x: 1
                export:
                  as: .
            - fail:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
          catch:
            do:
              - handle:
                  set: ${ $context }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 1
    """

  @try.required
  Scenario: A try without a catch is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-a-try-without-a-catch-is-refused
      version: '1.0.0'
    do:
      - attempt:
          try:
            - a:
                set:
                  x: 1
    """
    Then the definition should be invalid at '/do/0/attempt'

  @try.required
  Scenario: A filter of nothing is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: try-a-filter-of-nothing-is-refused
      version: '1.0.0'
    do:
      - attempt:
          try:
            - a:
                set:
                  x: 1
          catch:
            errors:
              with: {}
    """
    Then the definition should be invalid at '/do/0/attempt/catch/errors/with'
