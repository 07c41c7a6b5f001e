Feature: The document

  @document.description
  Scenario Outline: A <member> that is no text is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: incomplete
      version: '1.0.0'
      <member>: null
    do:
      - a:
          set:
            x: 1
    """
    Then the definition should be invalid at '/document/<member>'

    Examples:
      | member  |
      | title   |
      | summary |

  @document.required
  Scenario: A definition without tasks is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: no-tasks
      version: '1.0.0'
    """
    Then the definition should be invalid at ''

  @document.required
  Scenario: A definition without a header is refused
    Given a workflow with definition:
    """yaml
    do:
      - a:
          set:
            x: 1
    """
    Then the definition should be invalid at ''

  @document.required
  Scenario: A header without a name is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      version: '1.0.0'
    do: []
    """
    Then the definition should be invalid at '/document'

  @document.required
  Scenario: A header without a namespace is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      name: nameless
      version: '1.0.0'
    do: []
    """
    Then the definition should be invalid at '/document'

  @document.required
  Scenario: A header without a version is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: without-version
    do: []
    """
    Then the definition should be invalid at '/document'

  @document.required
  Scenario: A header without the version of the language is refused
    Given a workflow with definition:
    """yaml
    document:
      namespace: conformance
      name: without-dsl
      version: '1.0.0'
    do: []
    """
    Then the definition should be invalid at '/document'

  @document.dsl-version
  Scenario Outline: Language version <dsl> runs
    Given a workflow with definition:
    """yaml
    document:
      dsl: '<dsl>'
      namespace: conformance
      name: language-version
      version: '1.0.0'
    do:
      - a:
          set:
            ran: true
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    ran: true
    """

    Examples:
      | dsl   |
      | 1.0.0 |
      | 1.0.1 |
      | 1.0.2 |
      | 1.0.3 |

  @document.dsl-version
  Scenario Outline: Language version <dsl> is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '<dsl>'
      namespace: conformance
      name: language-version
      version: '1.0.0'
    do: []
    """
    Then the definition should be invalid at '/document/dsl'

    Examples:
      | dsl    |
      | 2.0.0  |
      | 1.0    |
      | newest |

  @document.names
  Scenario Outline: The <what> '<value>' is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: labelled
      version: '1.0.0'
      <what>: '<value>'
    do: []
    """
    Then the definition should be invalid

    Examples:
      | what      | value       |
      | name      | two words   |
      | name      | -first      |
      | namespace | last-       |
      | namespace | under_score |

  @document.names
  Scenario: A name has 63 characters at most
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: a234567890b234567890c234567890d234567890e234567890f234567890-234
      version: '1.0.0'
    do: []
    """
    Then the definition should be invalid at '/document/name'

  @document.names
  Scenario: A name may have 63 characters
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: a234567890b234567890c234567890d234567890e234567890f234567890-23
      version: '1.0.0'
    do: []
    """
    Then the definition should be valid

  @document.version
  Scenario: A workflow's version is semantic
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: unversioned
      version: first
    do: []
    """
    Then the definition should be invalid at '/document/version'

  @document.version
  Scenario: A version may name a pre-release and a build
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: pre-release
      version: '1.0.0-rc.1+build.5'
    do: []
    """
    Then the definition should be valid

  @document.description
  Scenario: A description changes nothing
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: described
      version: '1.0.0'
      title: A described workflow
      summary: It *sets* a value.
      tags:
        kind: sample
      metadata:
        owner: nobody
        level: 3
    do:
      - a:
          set:
            x: 1
          metadata:
            note: ignored
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 1
    """

  @document.formats
  Scenario: JSON is read as YAML is
    Given a workflow with definition:
    """json
    {
      "document": { "dsl": "1.0.3", "namespace": "conformance", "name": "in-json", "version": "1.0.0" },
      "do": [{ "a": { "set": { "x": "${ 1 + 1 }" } } }]
    }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 2
    """

  @document.formats
  Scenario: A text that is no YAML is refused with its line
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: [conformance
    do: []
    """
    Then the definition should be invalid

  @document.formats
  Scenario: Anchors and aliases stand for what they name
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-anchors-and-aliases-stand-for-what-they
      version: '1.0.0'
    do:
      - a: &same
          set:
            n: ${ (.n // 0) + 1 }
      - b: *same
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 2
    """

  @document.open-top
  Scenario: Members at the top may be unknown
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-members-at-the-top-may-be-unknown
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
    x-generator: somebody
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 1
    """

  @document.closed-members
  Scenario Outline: An unknown member of <where> is refused with its place
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-an-unknown-member-of-where-is-refused-w
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          <member>: 1
    """
    Then the definition should be invalid at '/do/0/a/<member>'

    Examples:
      | where              | member  |
      | a task             | mine    |
      | a task with a slip | outputs |

  @document.closed-members
  Scenario: An unknown member of the header is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: headed
      version: '1.0.0'
      author: me
    do: []
    """
    Then the definition should be invalid at '/document/author'
    And the definition should be invalid in line 6

  @document.task-list
  Scenario: Tasks that are no list are refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-tasks-that-are-no-list-are-refused
      version: '1.0.0'
    do:
      a:
        set:
          x: 1
    """
    Then the definition should be invalid at '/do'

  @document.task-list
  Scenario: An entry with two tasks is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-an-entry-with-two-tasks-is-refused
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
        b:
          set:
            x: 2
    """
    Then the definition should be invalid at '/do/0'

  @document.task-list
  Scenario: A task that is no object is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-a-task-that-is-no-object-is-refused
      version: '1.0.0'
    do:
      - a: set
    """
    Then the definition should be invalid at '/do/0/a'

  @document.task-kind
  Scenario: A task that does nothing is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-a-task-that-does-nothing-is-refused
      version: '1.0.0'
    do:
      - a:
          metadata:
            x: 1
    """
    Then the definition should be invalid at '/do/0/a'

  @document.task-kind
  Scenario: A task that does two things is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-a-task-that-does-two-things-is-refused
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          wait: PT1S
    """
    Then the definition should be invalid

  @document.task-kind
  Scenario: A task of an unknown kind is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-a-task-of-an-unknown-kind-is-refused
      version: '1.0.0'
    do:
      - a:
          sett:
            x: 1
    """
    Then the definition should be invalid at '/do/0/a/sett'

  @document.task-names
  Scenario: One name twice in a list is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-one-name-twice-in-a-list-is-refused
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
      - a:
          set:
            x: 2
    """
    Then the definition should be invalid

  @document.task-names
  Scenario: One name in two lists is fine
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-one-name-in-two-lists-is-fine
      version: '1.0.0'
    do:
      - a:
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

  @document.task-names
  Scenario Outline: A task that is named '<name>' is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-a-task-that-is-named-name-is-refused
      version: '1.0.0'
    do:
      - <name>:
          set:
            x: 1
    """
    Then the definition should be invalid

    Examples:
      | name     |
      | continue |
      | exit     |
      | end      |

  @document.empty-list
  Scenario: A workflow without tasks yields its input
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-a-workflow-without-tasks-yields-its-inp
      version: '1.0.0'
    do: []
    output:
      as: '{ got: . }'
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

  @document.evaluate
  Scenario: Another language of expressions is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-another-language-of-expressions-is-refu
      version: '1.0.0'
    evaluate:
      language: javascript
    do: []
    """
    Then the definition should be invalid at '/evaluate/language'
    And the definition should be invalid because of 'jq'

  @document.evaluate
  Scenario: An unknown mode of evaluation is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-an-unknown-mode-of-evaluation-is-refuse
      version: '1.0.0'
    evaluate:
      mode: lax
    do: []
    """
    Then the definition should be invalid at '/evaluate/mode'

  @document.evaluate
  Scenario: jq may be named
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: document-jq-may-be-named
      version: '1.0.0'
    evaluate:
      language: jq
      mode: strict
    do:
      - a:
          set:
            x: ${ 1 + 1 }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 2
    """
