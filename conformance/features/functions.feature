Feature: Functions of one's own

  @functions.inline @functions.with @needs:functions
  Scenario: A function is called by its name
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: functions-a-function-is-called-by-its-name
      version: '1.0.0'
    use:
      functions:
        double:
          set:
            doubled: ${ .n * 2 }
    do:
      - a:
          call: double
          with:
            n: ${ .value }
    """
    And the workflow input is:
    """yaml
    value: 4
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    doubled: 8
    """

  @functions.kinds @needs:functions
  Scenario: A function may call a service
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: functions-a-function-may-call-a-service
      version: '1.0.0'
    use:
      functions:
        getPet:
          call: http
          with:
            method: get
            endpoint: https://petstore.swagger.io/v2/pet/{petId}
    do:
      - a:
          call: getPet
          with:
            petId: 2
          output:
            as: .name
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    Minou
    """

  @functions.schema @needs:functions
  Scenario: A function may have a schema
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: functions-a-function-may-have-a-schema
      version: '1.0.0'
    use:
      functions:
        double:
          input:
            schema:
              document:
                type: object
                required: [n]
          set:
            doubled: ${ .n * 2 }
    do:
      - a:
          call: double
          with:
            m: 4
    """
    When the workflow is executed
    Then the workflow should fault with error:
    """yaml
    type: https://serverlessworkflow.io/spec/1.0.0/errors/validation
    status: 400
    """

  @functions.kinds @needs:functions
  Scenario: A function may be a list of tasks
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: functions-a-function-may-be-a-list-of-tasks
      version: '1.0.0'
    use:
      functions:
        steps:
          do:
            - one:
                set:
                  n: ${ .n + 1 }
            - two:
                set:
                  n: ${ .n * 10 }
    do:
      - a:
          call: steps
          with:
            n: 1
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 20
    """

  @functions.output @needs:functions
  Scenario: A function shapes what it yields, and the call shapes that
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: functions-a-function-shapes-what-it-yields-and-t
      version: '1.0.0'
    use:
      functions:
        double:
          set:
            doubled: ${ .n * 2 }
          output:
            as: .doubled
    do:
      - a:
          call: double
          with:
            n: 4
          output:
            as: '{ result: . }'
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    result: 8
    """

  @functions.inline @needs:functions
  Scenario: A function is called twice
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: functions-a-function-is-called-twice
      version: '1.0.0'
    use:
      functions:
        double:
          set:
            n: ${ .n * 2 }
    do:
      - a:
          call: double
          with:
            n: 4
      - b:
          call: double
          with:
            n: ${ .n }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    n: 16
    """

  @functions.error @needs:functions
  Scenario: An error of a function is caught
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: functions-an-error-of-a-function-is-caught
      version: '1.0.0'
    use:
      functions:
        fail:
          raise:
            error:
              type: https://example.com/errors/own
              status: 418
    do:
      - attempt:
          try:
            - a:
                call: fail
          catch:
            do:
              - handle:
                  set:
                    status: ${ $error.status }
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    status: 418
    """

  @functions.unknown
  Scenario: A function that is nowhere is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: functions-a-function-that-is-nowhere-is-refused
      version: '1.0.0'
    do:
      - a:
          call: nobody
    """
    Then the definition should be invalid at '/do/0/a/call'

  @functions.checked
  Scenario: A function is checked
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: functions-a-function-is-checked
      version: '1.0.0'
    use:
      functions:
        broken:
          wait: soon
    do: []
    """
    Then the definition should be invalid at '/use/functions/broken/wait'

  @functions.url @needs:catalogs
  Scenario: A function by its address
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: functions-a-function-by-its-address
      version: '1.0.0'
    do:
      - a:
          call: https://service.example/functions/double/1.0.0/function.yaml
          with:
            n: 4
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    doubled: 8
    """

  @functions.catalog @needs:catalogs
  Scenario: A function of a catalog
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: functions-a-function-of-a-catalog
      version: '1.0.0'
    use:
      catalogs:
        ours:
          endpoint: https://service.example/catalog
    do:
      - a:
          call: double:1.0.0@ours
          with:
            n: 4
    """
    When the workflow is executed
    Then the workflow should complete with output:
    """yaml
    doubled: 8
    """

  @functions.catalog-unknown
  Scenario: A catalog that is nowhere is refused
    Given a workflow with definition:
    """yaml
    document:
      dsl: '1.0.3'
      namespace: conformance
      name: functions-a-catalog-that-is-nowhere-is-refused
      version: '1.0.0'
    do:
      - a:
          call: double:1.0.0@nowhere
    """
    Then the definition should be invalid at '/do/0/a/call'
