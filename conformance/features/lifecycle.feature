Feature: Lifecycle events

  @lifecycle.workflow-events @lifecycle.task-events
  Scenario: A workflow of one task
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: lifecycle-a-workflow-of-one-task
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete
    And the lifecycle events should be:
    """yaml
    [workflow.started, task.created /do/0/a, task.started /do/0/a, task.completed /do/0/a, workflow.completed]
    """

  @lifecycle.task-events
  Scenario: A workflow of nested tasks
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: lifecycle-a-workflow-of-nested-tasks
      version: '1.0.0'
    do:
      - outer:
          do:
            - inner:
                set:
                  x: 1
    """
    When the workflow is executed
    Then the workflow should complete
    And the lifecycle events should be:
    """yaml
    - workflow.started
    - task.created /do/0/outer
    - task.started /do/0/outer
    - task.created /do/0/outer/do/0/inner
    - task.started /do/0/outer/do/0/inner
    - task.completed /do/0/outer/do/0/inner
    - task.completed /do/0/outer
    - workflow.completed
    """

  @lifecycle.workflow-events @lifecycle.task-events
  Scenario: A workflow that faults
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: lifecycle-a-workflow-that-faults
      version: '1.0.0'
    do:
      - a:
          raise:
            error:
              type: https://example.com/errors/own
              status: 418
    """
    When the workflow is executed
    Then the workflow should fault
    And the lifecycle events should be:
    """yaml
    [workflow.started, task.created /do/0/a, task.started /do/0/a, task.faulted /do/0/a, workflow.faulted]
    """

  @lifecycle.workflow-events @lifecycle.task-events
  Scenario: A workflow that is cancelled
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: lifecycle-a-workflow-that-is-cancelled
      version: '1.0.0'
    do:
      - a:
          wait: PT20S
    """
    When the workflow is started
    And the workflow has come to wait
    And the workflow is cancelled
    Then the workflow should cancel
    And the lifecycle events should be:
    """yaml
    [workflow.started, task.created /do/0/a, task.started /do/0/a, task.cancelled /do/0/a, workflow.cancelled]
    """

  @lifecycle.suspension
  Scenario: A workflow that is suspended and resumed
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: lifecycle-a-workflow-that-is-suspended-and-resum
      version: '1.0.0'
    do:
      - a:
          wait: PT1S
    """
    When the workflow is started
    And the workflow has come to wait
    And the workflow is suspended
    And the workflow is resumed
    Then the workflow should complete
    And the lifecycle events should include 'workflow.suspended' with:
    """yaml
    specversion: '1.0'
    """
    And the lifecycle events should include 'task.suspended' with:
    """yaml
    data: { task: /do/0/a }
    """
    And the lifecycle events should include 'task.resumed' with:
    """yaml
    data: { task: /do/0/a }
    """
    And the lifecycle events should include 'workflow.resumed' with:
    """yaml
    specversion: '1.0'
    """

  @lifecycle.retried
  Scenario: A retry
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: lifecycle-a-retry
      version: '1.0.0'
    do:
      - attempt:
          try:
            - ask:
                call: http
                with:
                  method: get
                  endpoint: https://service.example/flaky/1/lifecycle-<run>
          catch:
            retry:
              limit:
                attempt:
                  count: 2
    """
    When the workflow is executed
    Then the workflow should complete
    And the lifecycle events should include 'task.retried' with:
    """yaml
    data: { task: /do/0/attempt }
    """

  @lifecycle.workflow-data
  Scenario: What the start tells
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: told
      version: 2.3.4
    do: []
    """
    When the workflow is executed
    Then the workflow should complete
    And the lifecycle events should include 'workflow.started' with:
    """yaml
    specversion: '1.0'
    type: io.serverlessworkflow.workflow.started.v1
    data:
      definition: { namespace: conformance, name: told, version: 2.3.4 }
    """

  @lifecycle.workflow-data
  Scenario: What the end tells
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: lifecycle-what-the-end-tells
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete
    And the lifecycle events should include 'workflow.completed' with:
    """yaml
    data:
      output: { x: 1 }
    """

  @lifecycle.workflow-data @lifecycle.task-data
  Scenario: What a fault tells
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: lifecycle-what-a-fault-tells
      version: '1.0.0'
    do:
      - a:
          raise:
            error:
              type: https://example.com/errors/own
              status: 418
              title: A title
    """
    When the workflow is executed
    Then the workflow should fault
    And the lifecycle events should include 'workflow.faulted' with:
    """yaml
    data:
      error: { type: https://example.com/errors/own, status: 418, title: A title, instance: /do/0/a }
    """
    And the lifecycle events should include 'task.faulted' with:
    """yaml
    data:
      task: /do/0/a
      error: { type: https://example.com/errors/own, status: 418 }
    """

  @lifecycle.task-data
  Scenario: What the end of a task tells
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: lifecycle-what-the-end-of-a-task-tells
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          output:
            as: .x
    """
    When the workflow is executed
    Then the workflow should complete
    And the lifecycle events should include 'task.completed' with:
    """yaml
    specversion: '1.0'
    type: io.serverlessworkflow.task.completed.v1
    data:
      task: /do/0/a
      output: 1
    """

  @lifecycle.skipped
  Scenario: A skipped task has not been started
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: lifecycle-a-skipped-task-has-not-been-started
      version: '1.0.0'
    do:
      - a:
          if: 'false'
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete
    And the lifecycle events should not include 'task.started'

  @lifecycle.task-events
  Scenario: An error that was caught is told of its task only
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: lifecycle-an-error-that-was-caught-is-told-of-it
      version: '1.0.0'
    do:
      - attempt:
          try:
            - a:
                raise:
                  error:
                    type: https://example.com/errors/own
                    status: 418
          catch: {}
    """
    When the workflow is executed
    Then the workflow should complete
    And the lifecycle events should include 'task.faulted' with:
    """yaml
    data: { task: /do/0/attempt/try/0/a }
    """
    And the lifecycle events should not include 'workflow.faulted'

  @lifecycle.envelope
  Scenario: Every event is an envelope
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: lifecycle-every-event-is-an-envelope
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete
    And the lifecycle events should include 'task.started' with:
    """yaml
    specversion: '1.0'
    type: io.serverlessworkflow.task.started.v1
    datacontenttype: application/json
    """
