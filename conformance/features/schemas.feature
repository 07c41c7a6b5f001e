Feature: Schemas

  @schemas.workflow-input
  Scenario: The workflow's input fits
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-the-workflow-s-input-fits
      version: '1.0.0'
    input:
      schema:
        format: json
        document:
          type: object
          required: [n]
          properties:
            n:
              type: integer
      from: .n
    do:
      - a:
          set:
            got: ${ . }
    """
    And the workflow input is:
    """yaml
    n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    got: 1
    """

  @schemas.workflow-input
  Scenario: The workflow's input does not fit
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-the-workflow-s-input-does-not-fit
      version: '1.0.0'
    input:
      schema:
        document:
          type: object
          required: [n]
    do:
      - a:
          set:
            x: 1
    """
    And the workflow input is:
    """yaml
    m: 1
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/validation
    status: 400
    """
    And a should not run

  @schemas.workflow-output
  Scenario: The workflow's output does not fit
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-the-workflow-s-output-does-not-fit
      version: '1.0.0'
    output:
      as: .x
      schema:
        document:
          type: string
    do:
      - a:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/validation
    status: 400
    """

  @schemas.workflow-output
  Scenario: The workflow's output fits
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-the-workflow-s-output-fits
      version: '1.0.0'
    output:
      as: .x
      schema:
        document:
          type: number
          minimum: 1
    do:
      - a:
          set:
            x: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    1
    """

  @schemas.task-input
  Scenario: A task's input does not fit
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-a-task-s-input-does-not-fit
      version: '1.0.0'
    do:
      - a:
          input:
            schema:
              document:
                properties:
                  n:
                    minimum: 10
          set:
            x: 1
    """
    And the workflow input is:
    """yaml
    n: 9
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/validation
    status: 400
    instance: /do/0/a
    """

  @schemas.task-output
  Scenario: A task's output does not fit
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-a-task-s-output-does-not-fit
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          output:
            schema:
              document:
                required: [y]
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/validation
    status: 400
    instance: /do/0/a
    """

  @schemas.task-output
  Scenario: A task's output fits
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-a-task-s-output-fits
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          output:
            schema:
              document:
                required: [x]
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    x: 1
    """

  @schemas.export
  Scenario: A context that does not fit
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-a-context-that-does-not-fit
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          export:
            as: .x
            schema:
              document:
                type: string
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/validation
    status: 400
    instance: /do/0/a
    """

  @schemas.export
  Scenario: A context that fits
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-a-context-that-fits
      version: '1.0.0'
    do:
      - a:
          set:
            x: 1
          export:
            as: .x
            schema:
              document:
                type: integer
      - b:
          set:
            context: ${ $context }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    context: 1
    """

  @schemas.caught
  Scenario: A value that does not fit is caught
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-a-value-that-does-not-fit-is-caught
      version: '1.0.0'
    do:
      - attempt:
          try:
            - a:
                input:
                  schema:
                    document:
                      type: string
                set:
                  x: 1
          catch:
            errors:
              with:
                type: https://serverlessworkflow.io/spec/1.0.0/errors/validation
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

  @schemas.dialects
  Scenario: The default edition has prefixItems
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-the-default-edition-has-prefixitems
      version: '1.0.0'
    do:
      - a:
          input:
            schema:
              document:
                properties:
                  pair:
                    prefixItems: [{ type: string }, { type: integer }]
          set:
            x: 1
    """
    And the workflow input is:
    """yaml
    pair: [a, b]
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 400
    """

  @schemas.dialects
  Scenario: An older edition is taken by its name
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-an-older-edition-is-taken-by-its-name
      version: '1.0.0'
    do:
      - a:
          input:
            schema:
              document:
                $schema: http://json-schema.org/draft-07/schema#
                properties:
                  pair:
                    items: [{ type: string }, { type: integer }]
          set:
            x: 1
    """
    And the workflow input is:
    """yaml
    pair: [a, b]
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    status: 400
    """

  @schemas.format
  Scenario: A schema of another format is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-a-schema-of-another-format-is-refused
      version: '1.0.0'
    do:
      - a:
          input:
            schema:
              format: avro
              document: {}
          set:
            x: 1
    """
    Then the definition should be invalid at '/do/0/a/input/schema/format'

  @schemas.well-formed
  Scenario: A document that is no schema is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-a-document-that-is-no-schema-is-refused
      version: '1.0.0'
    do:
      - a:
          input:
            schema:
              document:
                type: text
          set:
            x: 1
    """
    Then the definition should be invalid

  @schemas.one-of
  Scenario: A schema without a document is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-a-schema-without-a-document-is-refused
      version: '1.0.0'
    do:
      - a:
          input:
            schema:
              format: json
          set:
            x: 1
    """
    Then the definition should be invalid at '/do/0/a/input/schema'

  @schemas.resource @needs:resources
  Scenario: A schema is fetched
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-a-schema-is-fetched
      version: '1.0.0'
    do:
      - a:
          input:
            schema:
              resource:
                endpoint: https://service.example/schemas/person.json
          set:
            greeted: ${ .name }
    """
    And the workflow input is:
    """yaml
    name: Ada
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    greeted: Ada
    """

  @schemas.resource @needs:resources
  Scenario: A schema that was fetched refuses
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: schemas-a-schema-that-was-fetched-refuses
      version: '1.0.0'
    do:
      - a:
          input:
            schema:
              resource:
                endpoint: https://service.example/schemas/person.json
          set:
            x: 1
    """
    And the workflow input is:
    """yaml
    name: 1
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/validation
    status: 400
    instance: /do/0/a
    """
