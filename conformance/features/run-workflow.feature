Feature: Workflows that run workflows

  @run-workflow.await @run-workflow.input @needs:subflow
  Scenario: A workflow waits for another
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-workflow-a-workflow-waits-for-another
      version: '1.0.0'
    do:
      - child:
          run:
            workflow:
              namespace: conformance
              name: child-a-<run>
              version: '1.0.0'
              input:
                n: ${ .n }
    """
    And the workflow input is:
    """yaml
    n: 4
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: child-a-<run>
      version: '1.0.0'
    do:
      - a:
          set:
            twice: ${ .n * 2 }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    twice: 8
    """

  @run-workflow.version @needs:subflow
  Scenario: The latest version
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-workflow-the-latest-version
      version: '1.0.0'
    do:
      - child:
          run:
            workflow:
              namespace: conformance
              name: child-b-<run>
              version: latest
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: child-b-<run>
      version: '1.10.0'
    do:
      - a:
          set:
            version: ten
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: child-b-<run>
      version: '1.9.0'
    do:
      - a:
          set:
            version: nine
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    version: ten
    """

  @run-workflow.version @needs:subflow
  Scenario: A version that is named
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-workflow-a-version-that-is-named
      version: '1.0.0'
    do:
      - child:
          run:
            workflow:
              namespace: conformance
              name: child-c-<run>
              version: '1.9.0'
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: child-c-<run>
      version: '1.10.0'
    do:
      - a:
          set:
            version: ten
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: child-c-<run>
      version: '1.9.0'
    do:
      - a:
          set:
            version: nine
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    version: nine
    """

  @run-workflow.not-awaited @needs:subflow
  Scenario: Nobody waits
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-workflow-nobody-waits
      version: '1.0.0'
    do:
      - child:
          run:
            await: false
            workflow:
              namespace: conformance
              name: child-d-<run>
              version: '1.0.0'
              input:
                n: 1
    """
    And the workflow input is:
    """yaml
    k: 1
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: child-d-<run>
      version: '1.0.0'
    do:
      - pause:
          wait: PT0.3S
      - a:
          set:
            done: ${ .n }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    k: 1
    """
    And 1 execution of 'conformance/child-d-<run>' should complete with output:
    """yaml
    done: 1
    """

  @run-workflow.fault @needs:subflow
  Scenario: A fault comes up
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-workflow-a-fault-comes-up
      version: '1.0.0'
    do:
      - attempt:
          try:
            - child:
                run:
                  workflow:
                    namespace: conformance
                    name: child-e-<run>
                    version: '1.0.0'
          catch:
            do:
              - handle:
                  set:
                    type: ${ $error.type }
                    status: ${ $error.status }
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: child-e-<run>
      version: '1.0.0'
    do:
      - a:
          raise:
            error:
              type: https://example.com/errors/child
              status: 418
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    type: https://example.com/errors/child
    status: 418
    """

  @run-workflow.missing @needs:subflow
  Scenario: A workflow that is not there
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-workflow-a-workflow-that-is-not-there
      version: '1.0.0'
    do:
      - child:
          run:
            workflow:
              namespace: conformance
              name: nobody-<run>
              version: '1.0.0'
    """
    When the workflow is executed
    Then the workflow should fault
    And the workflow error should have a 'instance' property with value:
    """yaml
    /do/0/child
    """

  @run-workflow.nested @needs:subflow
  Scenario: A child of a child
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-workflow-a-child-of-a-child
      version: '1.0.0'
    do:
      - child:
          run:
            workflow:
              namespace: conformance
              name: child-f-<run>
              version: '1.0.0'
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: child-f-<run>
      version: '1.0.0'
    do:
      - grandchild:
          run:
            workflow:
              namespace: conformance
              name: child-g-<run>
              version: '1.0.0'
          output:
            as: '{ from: .who }'
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: child-g-<run>
      version: '1.0.0'
    do:
      - a:
          set:
            who: grandchild
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    from: grandchild
    """

  @run-workflow.cancel @needs:subflow
  Scenario: A cancel goes down
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-workflow-a-cancel-goes-down
      version: '1.0.0'
    do:
      - child:
          run:
            workflow:
              namespace: conformance
              name: child-h-<run>
              version: '1.0.0'
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: child-h-<run>
      version: '1.0.0'
    do:
      - ask:
          call: http
          with:
            method: get
            endpoint: https://service.example/slow/1500/child-<run>
      - after:
          call: http
          with:
            method: get
            endpoint: https://service.example/echo/child-after-<run>
    """
    When the workflow is started
    And the service has received a request at '/slow/1500/child-<run>'
    And the workflow is cancelled
    Then the workflow should cancel
    When 1800 milliseconds pass
    Then the service should have received 0 requests at '/echo/child-after-<run>'

  @run-workflow.required
  Scenario: A workflow without a name is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-workflow-a-workflow-without-a-name-is-refuse
      version: '1.0.0'
    do:
      - child:
          run:
            workflow:
              namespace: conformance
    """
    Then the definition should be invalid at '/do/0/child/run/workflow'

  @run-workflow.return @needs:subflow
  Scenario Outline: A workflow returns its output or nothing (<return>)
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-workflow-returns-its-output-or-nothing
      version: '1.0.0'
    do:
      - child:
          run:
            workflow:
              namespace: conformance
              name: child-returns-<run>
              version: '1.0.0'
            return: <return>
      - got:
          set:
            got: ${ . }
    """
    And a published workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: child-returns-<run>
      version: '1.0.0'
    do:
      - a:
          set:
            n: 4
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    got: <got>
    """

    Examples:
      | return | got      |
      | none   | null     |
      | stdout | { n: 4 } |
