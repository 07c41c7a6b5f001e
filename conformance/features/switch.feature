Feature: The task switch

  @switch.first-match @switch.case-then
  Scenario: The first case that holds is taken
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: switch-the-first-case-that-holds-is-taken
      version: '1.0.0'
    do:
      - choose:
          switch:
            - never:
                when: .n > 100
                then: a
            - second:
                when: .n > 10
                then: b
            - third:
                when: .n > 1
                then: c
      - a:
          set:
            went: a
          then: end
      - b:
          set:
            went: b
          then: end
      - c:
          set:
            went: c
    """
    And the workflow input is:
    """yaml
    n: 50
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    went: b
    """
    And c should not run

  @switch.default
  Scenario: The default may stand before the others
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: switch-the-default-may-stand-before-the-others
      version: '1.0.0'
    do:
      - choose:
          switch:
            - otherwise:
                then: a
            - matching:
                when: .n == 1
                then: b
      - a:
          set:
            went: a
          then: end
      - b:
          set:
            went: b
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    went: b
    """

  @switch.default
  Scenario: The default is taken when nothing else holds
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: switch-the-default-is-taken-when-nothing-else-ho
      version: '1.0.0'
    do:
      - choose:
          switch:
            - matching:
                when: .n == 1
                then: a
            - otherwise:
                then: b
      - a:
          set:
            went: a
          then: end
      - b:
          set:
            went: b
    """
    And the workflow input is:
    """yaml
    n: 2
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    went: b
    """

  @switch.no-match
  Scenario: Without a case that holds the next task runs
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: switch-without-a-case-that-holds-the-next-task-r
      version: '1.0.0'
    do:
      - choose:
          switch:
            - matching:
                when: .n == 1
                then: end
      - next:
          set:
            went: ${ .n }
    """
    And the workflow input is:
    """yaml
    n: 2
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    went: 2
    """

  @switch.no-match
  Scenario: Without a case that holds the then of the switch counts
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: switch-without-a-case-that-holds-the-then-of-the
      version: '1.0.0'
    do:
      - choose:
          switch:
            - matching:
                when: .n == 1
                then: end
          then: later
      - next:
          set:
            went: next
      - later:
          set:
            went: later
    """
    And the workflow input is:
    """yaml
    n: 2
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    went: later
    """
    And next should not run

  @switch.case-then
  Scenario: A case goes before the then of the switch
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: switch-a-case-goes-before-the-then-of-the-switch
      version: '1.0.0'
    do:
      - choose:
          switch:
            - matching:
                when: .n == 1
                then: continue
          then: end
      - next:
          set:
            went: next
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    went: next
    """

  @switch.case-then
  Scenario: A case may end the workflow
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: switch-a-case-may-end-the-workflow
      version: '1.0.0'
    do:
      - choose:
          switch:
            - matching:
                when: .n == 1
                then: end
      - next:
          set:
            went: next
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 1
    """
    And next should not run

  @switch.passes-input
  Scenario: A switch yields its input, and may shape it
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: switch-a-switch-yields-its-input-and-may-shape-i
      version: '1.0.0'
    do:
      - choose:
          switch:
            - always:
                then: continue
          output:
            as: '{ shaped: .n }'
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    shaped: 1
    """

  @switch.first-match
  Scenario: A condition may stand in ${ }
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: switch-a-condition-may-stand-in
      version: '1.0.0'
    do:
      - choose:
          switch:
            - matching:
                when: ${ .n == 1 }
                then: end
      - next:
          set:
            went: next
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 1
    """

  @switch.one-default
  Scenario: Two defaults are refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: switch-two-defaults-are-refused
      version: '1.0.0'
    do:
      - choose:
          switch:
            - a:
                then: end
            - b:
                then: end
    """
    Then the definition should be invalid at '/do/0/choose/switch/1/b'

  @switch.cases
  Scenario: A switch without cases is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: switch-a-switch-without-cases-is-refused
      version: '1.0.0'
    do:
      - choose:
          switch: []
    """
    Then the definition should be invalid at '/do/0/choose/switch'

  @switch.cases
  Scenario: A case that goes nowhere is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: switch-a-case-that-goes-nowhere-is-refused
      version: '1.0.0'
    do:
      - choose:
          switch:
            - a:
                when: 'true'
    """
    Then the definition should be invalid at '/do/0/choose/switch/0/a'
