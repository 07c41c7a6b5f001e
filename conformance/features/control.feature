Feature: Control of a running workflow

  @control.cancel @control.cancel-no-more
  Scenario: A waiting workflow is cancelled
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: control-a-waiting-workflow-is-cancelled
      version: '1.0.0'
    do:
      - pause:
          wait: PT20S
      - after:
          set:
            x: 1
    """
    When the workflow is started
    And the workflow has come to wait
    And the workflow is cancelled
    Then the workflow should cancel
    And pause should cancel
    And after should not run

  @control.cancel
  Scenario: A workflow in a call is cancelled
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: control-a-workflow-in-a-call-is-cancelled
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/slow/20000/cancel-<run>
      - after:
          set:
            x: 1
    """
    When the workflow is started
    And the service has received a request at '/slow/20000/cancel-<run>'
    And the workflow is cancelled
    Then the workflow should cancel
    And ask should cancel
    And after should not run

  @control.cancel-not-caught
  Scenario: A cancel is not caught
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: control-a-cancel-is-not-caught
      version: '1.0.0'
    do:
      - attempt:
          try:
            - pause:
                wait: PT20S
          catch:
            do:
              - handle:
                  set:
                    caught: true
    """
    When the workflow is started
    And the workflow has come to wait
    And the workflow is cancelled
    Then the workflow should cancel
    And handle should not run

  @control.cancel
  Scenario: All branches are cancelled
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: control-all-branches-are-cancelled
      version: '1.0.0'
    do:
      - both:
          fork:
            branches:
              - one:
                  wait: PT20S
              - two:
                  wait: PT20S
    """
    When the workflow is started
    And the workflow has come to wait
    And the workflow is cancelled
    Then the workflow should cancel
    And one should cancel
    And two should cancel

  @control.suspend @control.resume
  Scenario: A suspended workflow does not go on until it is resumed
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: control-a-suspended-workflow-does-not-go-on-unti
      version: '1.0.0'
    do:
      - pause:
          wait: PT1S
      - after:
          set:
            x: 1
    """
    When the workflow is started
    And the workflow has come to wait
    And the workflow is suspended
    And 1300 milliseconds pass
    Then the workflow should be suspended
    When the workflow is resumed
    Then the workflow should complete with output:
    """yaml
    x: 1
    """

  @control.suspend-records @control.resume
  Scenario: What was answered meanwhile counts
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: control-what-was-answered-meanwhile-counts
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/slow/1000/suspend-<run>
      - after:
          set:
            got: ${ .waited }
    """
    When the workflow is started
    And the service has received a request at '/slow/1000/suspend-<run>'
    And the workflow is suspended
    And 1300 milliseconds pass
    Then the workflow should be suspended
    When the workflow is resumed
    Then the workflow should complete with output:
    """yaml
    got: 1000
    """
    And the service should have received 1 request at '/slow/1000/suspend-<run>'

  @control.suspend-order @fork.compete
  Scenario: A race whose branches end while it is suspended is won by the first
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: control-a-race-that-is-suspended-is-won-by-the-first
      version: '1.0.0'
    do:
      - race:
          fork:
            compete: true
            branches:
              - slow:
                  do:
                    - long:
                        wait: PT2S
                    - lose:
                        set:
                          won: slow
              - quick:
                  do:
                    - short:
                        wait: PT1S
                    - win:
                        set:
                          won: quick
    """
    When the workflow is started
    And the workflow has come to wait
    And the workflow is suspended
    And 2300 milliseconds pass
    And the workflow is resumed
    Then the workflow should complete with output:
    """yaml
    won: quick
    """
    And long should cancel
    And lose should not run

  @control.suspend-order @fork.compete
  Scenario: A race of calls that are answered while it is suspended is won by the first
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: control-a-race-of-calls-that-is-suspended
      version: '1.0.0'
    do:
      - race:
          fork:
            compete: true
            branches:
              - slow:
                  call: http
                  with:
                    method: get
                    endpoint: https://service.example/slow/2000/slow-<run>
              - quick:
                  call: http
                  with:
                    method: get
                    endpoint: https://service.example/slow/1000/quick-<run>
    """
    When the workflow is started
    And the service has received a request at '/slow/1000/quick-<run>'
    And the service has received a request at '/slow/2000/slow-<run>'
    And the workflow is suspended
    And 2300 milliseconds pass
    And the workflow is resumed
    Then the workflow should complete with output:
    """yaml
    waited: 1000
    """
    And slow should cancel

  @control.suspend-order @needs:listen
  Scenario: Events that come while it is suspended count in their order
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: control-events-that-come-while-it-is-suspended
      version: '1.0.0'
    do:
      - both:
          fork:
            branches:
              - one:
                  listen:
                    to:
                      one:
                        with:
                          type: one-<run>
                  export:
                    as: ${ ($context // []) + ["one"] }
              - two:
                  listen:
                    to:
                      one:
                        with:
                          type: two-<run>
                  export:
                    as: ${ ($context // []) + ["two"] }
      - order:
          set:
            order: ${ $context }
    """
    When the workflow is started
    And the workflow has come to wait
    And the workflow is suspended
    And the events are published:
    """yaml
    - type: two-<run>
    - type: one-<run>
    """
    And 500 milliseconds pass
    And the workflow is resumed
    Then the workflow should complete with output:
    """yaml
    order: [two, one]
    """

  @control.suspend @control.cancel
  Scenario: A suspended workflow can be cancelled
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: control-a-suspended-workflow-can-be-cancelled
      version: '1.0.0'
    do:
      - pause:
          wait: PT20S
    """
    When the workflow is started
    And the workflow has come to wait
    And the workflow is suspended
    And the workflow is cancelled
    Then the workflow should cancel
