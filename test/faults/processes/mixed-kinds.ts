/** Kinds of workflow that wait, call, fork, retry, run others and listen, each with the output that it must end with. */
import type { Api } from '../../support/api.ts';

export interface Kind {
  readonly name: string;
  readonly definition: string;
  /** what it runs: published before it */
  readonly child?: string;
  readonly output: unknown;
  /** what it ends as; absent: `completed` */
  readonly status?: string;
  /** what is done to one that runs, until it was acknowledged; it may be done again */
  readonly steer?: (api: Api, id: string) => Promise<void>;
}

/** `service`: the address of a recording service. */
export function mixedKinds(service: string): readonly Kind[] {
  const call = (path: string, step: string) =>
    `call: http, with: { method: post, endpoint: '${service}${path}', body: { execution: '\${ $workflow.id }', step: ${step} } }`;
  const document = (name: string) =>
    `document: { dsl: '1.0.3', namespace: crash, name: ${name}, version: '1.0.0' }\n`;
  const tells = (what: string) =>
    `{ emit: { event: { with: { source: 'urn:crash', type: crash.${what}, data: { of: '\${ $workflow.id }', said: ${what} } } } } }`;
  const hears = (what: string) =>
    `{ with: { type: crash.${what} }, correlate: { of: { from: .data.of, expect: '\${ $workflow.id }' } } }`;
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
    {
      name: 'parents',
      output: ['child', 'child'],
      child: `${document('child')}
do:
  - call: { ${call('/steady', 'child')}, output: { as: .step } }
  - pause: { wait: { milliseconds: 100 } }
`,
      definition: `${document('parents')}
do:
  - one: { run: { workflow: { namespace: crash, name: child, version: '1.0.0' } }, output: { as: '[.]' } }
  - two: { run: { workflow: { namespace: crash, name: child, version: '1.0.0' } }, output: { as: '$input + [.]' } }
`,
    },
    {
      name: 'listens',
      output: ['first', 'second'],
      definition: `${document('listens')}
do:
  - both:
      fork:
        branches:
          - hear:
              listen:
                to:
                  all:
                    - ${hears('first')}
                    - ${hears('second')}
              output: { as: 'map(.said)' }
          - tell:
              do:
                - pause: { wait: { milliseconds: 200 } }
                - first: ${tells('first')}
                - second: ${tells('second')}
  - heard: { set: '\${ .[0] | sort }' }
`,
    },
  ];
}

/** Publishes all kinds, each after what it runs. */
export async function deployKinds(api: Api, kinds: readonly Kind[]): Promise<void> {
  for (const { definition, child } of kinds) {
    if (child !== undefined) await api.deploy(child);
    await api.deploy(definition);
  }
}

/** Starts by itself once a second, and makes up for every second in which no server was there. */
export const ticks = `
document: { dsl: '1.0.3', namespace: crash, name: ticks, version: '1.0.0', metadata: { schedule: { misfire: all } } }
schedule: { every: { seconds: 1 } }
do:
  - tick: { set: { ticked: true } }
`;
