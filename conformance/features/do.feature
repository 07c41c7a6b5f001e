Feature: The task do

  @do.sequential
  Scenario: Tasks of a do run one after the other
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: do-tasks-of-a-do-run-one-after-the-other
      version: '1.0.0'
    do:
      - all:
          do:
            - one:
                set:
                  list: ${ .list + [1] }
            - two:
                set:
                  list: ${ .list + [2] }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    list: [1, 2]
    """
    And one should run before two
    And all should run first

  @do.nested
  Scenario: A do in a do in a do
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: do-a-do-in-a-do-in-a-do
      version: '1.0.0'
    do:
      - a:
          do:
            - b:
                do:
                  - c:
                      set:
                        reference: ${ $task.reference }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    reference: /do/0/a/do/0/b/do/0/c
    """

  @do.empty
  Scenario: An empty do passes its input on
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: do-an-empty-do-passes-its-input-on
      version: '1.0.0'
    do:
      - a:
          do: []
      - b:
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

  @do.list
  Scenario: A do that is no list is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: do-a-do-that-is-no-list-is-refused
      version: '1.0.0'
    do:
      - a:
          do:
            b:
              set:
                x: 1
    """
    Then the definition should be invalid at '/do/0/a/do'
