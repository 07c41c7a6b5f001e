/** Four kinds of workflow that wait, call, fork and retry, each with the output that it must end with. */
export interface Kind {
  readonly name: string;
  readonly definition: string;
  readonly output: unknown;
}

/** `service`: the address of a recording service. */
export function mixedKinds(service: string): readonly Kind[] {
  const call = (path: string, step: string) =>
    `call: http, with: { method: post, endpoint: '${service}${path}', body: { execution: '\${ $workflow.id }', step: ${step} } }`;
  const document = (name: string) =>
    `document: { dsl: '1.0.3', namespace: crash, name: ${name}, version: '1.0.0' }\n`;
  return [
    {
      name: 'waits',
      output: { rounds: [0, 1, 2] },
      definition: `${document('waits')}
do:
  - rounds:
      for: { each: round, in: '[0, 1, 2]' }
      do:
        - pause: { wait: { milliseconds: 300 } }
        - note: { set: { rounds: '\${ (.rounds // []) + [$round] }' } }
`,
    },
    {
      name: 'calls',
      output: ['one', 'two', 'three', 'four'],
      definition: `${document('calls')}
do:
  - one: { ${call('/steady', 'one')}, output: { as: '[.step]' } }
  - two: { ${call('/steady', 'two')}, output: { as: '$input + [.step]' } }
  - three: { ${call('/steady', 'three')}, output: { as: '$input + [.step]' } }
  - four: { ${call('/steady', 'four')}, output: { as: '$input + [.step]' } }
`,
    },
    {
      name: 'forks',
      output: ['left', 'waited', 'right'],
      definition: `${document('forks')}
do:
  - both:
      fork:
        branches:
          - left: { ${call('/steady', 'left')}, output: { as: .step } }
          - middle:
              do:
                - pause: { wait: { milliseconds: 400 } }
                - said: { set: '\${ "waited" }' }
          - right: { ${call('/steady', 'right')}, output: { as: .step } }
`,
    },
    {
      name: 'retries',
      output: 'flaky',
      definition: `${document('retries')}
do:
  - attempt:
      try:
        - flaky: { ${call('/flaky', 'flaky')}, output: { as: .step } }
      catch:
        errors: { with: { status: 503 } }
        retry: { delay: { milliseconds: 150 }, limit: { attempt: { count: 6 } } }
`,
    },
  ];
}
