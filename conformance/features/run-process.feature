Feature: Processes: definitions of run

  @run-process.one-kind
  Scenario: A run of nothing is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-process-a-run-of-nothing-is-refused
      version: '1.0.0'
    do:
      - a:
          run: {}
    """
    Then the definition should be invalid at '/do/0/a/run'

  @run-process.one-kind
  Scenario: A run of two kinds is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-process-a-run-of-two-kinds-is-refused
      version: '1.0.0'
    do:
      - a:
          run:
            shell:
              command: ls
            script:
              language: js
              code: '1'
    """
    Then the definition should be invalid

  @run-process.container
  Scenario: A container without an image is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-process-a-container-without-an-image-is-refu
      version: '1.0.0'
    do:
      - a:
          run:
            container:
              command: ls
    """
    Then the definition should be invalid at '/do/0/a/run/container'

  @run-process.container-lifetime
  Scenario: A lifetime without a time is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-process-a-lifetime-without-a-time-is-refused
      version: '1.0.0'
    do:
      - a:
          run:
            container:
              image: alpine
              lifetime:
                cleanup: eventually
    """
    Then the definition should be invalid at '/do/0/a/run/container/lifetime'

  @run-process.container-lifetime @run-process.container
  Scenario: A lifetime with a time is valid
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-process-a-lifetime-with-a-time-is-valid
      version: '1.0.0'
    do:
      - a:
          run:
            container:
              image: alpine
              lifetime:
                cleanup: eventually
                after: PT1M
              pullPolicy: always
    """
    Then the definition should be valid

  @run-process.script
  Scenario: A script without code is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-process-a-script-without-code-is-refused
      version: '1.0.0'
    do:
      - a:
          run:
            script:
              language: js
    """
    Then the definition should be invalid at '/do/0/a/run/script'

  @run-process.script
  Scenario: A script with code and a source is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-process-a-script-with-code-and-a-source-is-r
      version: '1.0.0'
    do:
      - a:
          run:
            script:
              language: js
              code: '1'
              source:
                endpoint: https://example.com/a.js
    """
    Then the definition should be invalid

  @run-process.shell
  Scenario: A shell without a command is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-process-a-shell-without-a-command-is-refused
      version: '1.0.0'
    do:
      - a:
          run:
            shell:
              arguments: [a]
    """
    Then the definition should be invalid at '/do/0/a/run/shell'

  @run-process.arguments
  Scenario Outline: Arguments may be <what>
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-process-arguments-may-be-what
      version: '1.0.0'
    do:
      - a:
          run:
            script:
              language: js
              code: '1'
              arguments: <value>
    """
    Then the definition should be valid

    Examples:
      | what   | value    |
      | a list | [a, b]   |
      | a map  | { a: 1 } |

  @run-process.return
  Scenario: Another return is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: run-process-another-return-is-refused
      version: '1.0.0'
    do:
      - a:
          run:
            shell:
              command: ls
            return: everything
    """
    Then the definition should be invalid at '/do/0/a/run/return'
