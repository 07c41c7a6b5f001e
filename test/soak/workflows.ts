/** What the soak runs: each kind with what is done to an execution of it, and how it must end. */
import type { Api, Execution } from '../support/api.ts';

export interface Kind {
  readonly name: string;
  readonly definition: string;
  /** what is published beside it */
  readonly parts?: readonly string[];
  /** Starts one and brings it to its end. Rejects when it does not end as it must. */
  run(api: Api): Promise<void>;
}

const waitMax = '60s';

/** `service`: the address of a recording service that has no memory of its own. */
export function soakKinds(service: string): readonly Kind[] {
  const call = (path: string, step: string) =>
    `call: http, with: { method: post, endpoint: '${service}${path}', body: { execution: '\${ $workflow.id }', step: ${step} } }, output: { as: .step }`;
  return [
    ends(
      'pure',
      '{ n: 5 }',
      [1, 2, 3, 4, 5].map((n) => `- t${n}: { set: { n: '\${ (.n // 0) + 1 }' } }`),
    ),
    ends('loops', '{ n: 20 }', [
      "- each: { for: { each: i, in: '[range(20)]' }, do: [ { add: { set: { n: '${ (.n // 0) + 1 }' } } } ] }",
    ]),
    ends(
      'calls',
      '"three"',
      ['one', 'two', 'three'].map((step) => `- ${step}: { ${call('/steady', step)} }`),
    ),
    ends('waits', '{ n: 1 }', ['- pause: { wait: { milliseconds: 700 } }', '- said: { set: { n: 1 } }']),
    ends('forks', '["a","b","waited"]', [
      `- both: { fork: { branches: [ { a: { ${call('/steady', 'a')} } }, { b: { ${call('/steady', 'b')} } }, { c: { do: [ { pause: { wait: PT0.3S } }, { said: { set: '\${ "waited" }' } } ] } } ] } }`,
    ]),
    ends('retries', '"flaky"', [
      `- attempt: { try: [ { flaky: { ${call('/flaky', 'flaky')} } } ], catch: { retry: { delay: PT0.1S, limit: { attempt: { count: 6 } } } } }`,
    ]),
    {
      ...ends('parents', '[{"n":1},{"n":1}]', [
        `- both: { fork: { branches: [ { a: { ${runsChild} } }, { b: { ${runsChild} } } ] } }`,
      ]),
      parts: [definition('child', ['- pause: { wait: PT0.2S }', '- said: { set: { n: 1 } }'])],
    },
    ends('listens', '"heard"', [
      `- both: { fork: { branches: [ { hear: { listen: { to: { one: { with: { type: soak.told }, correlate: { of: { from: .data.of, expect: '\${ $workflow.id }' } } } } } } }, { tell: { do: [ { pause: { wait: PT0.2S } }, { tell: { emit: { event: { with: { source: 'urn:soak', type: soak.told, data: { of: '\${ $workflow.id }', said: heard } } } } } } ] } } ] } }`,
      "- said: { set: '${ .[0][0].said }' }",
    ]),
    {
      name: 'cancelled',
      definition: definition('cancelled', ['- pause: { wait: PT1H }']),
      async run(api) {
        const { id } = await start(api, 'cancelled');
        expectEnd(await change(api, id, 'cancel'), 'cancelled');
      },
    },
    {
      name: 'suspended',
      // Long enough to be suspended in, however busy the machine is.
      definition: definition('suspended', ['- pause: { wait: PT15S }', '- said: { set: { n: 1 } }']),
      async run(api) {
        const { id } = await start(api, 'suspended');
        expectEnd(await change(api, id, 'suspend'), 'suspended');
        await new Promise((resolve) => setTimeout(resolve, 500));
        await change(api, id, 'resume');
        expectEnd(await api.execution(id, waitMax), 'completed', '{"n":1}');
      },
    },
  ];
}

const runsChild = "run: { workflow: { namespace: soak, name: child, version: '1.0.0' } }";

/** A schedule: twice a second, so that its record and its row are written all the time. */
export const ticking = `document: { dsl: '1.0.3', namespace: soak, name: ticking, version: '1.0.0' }
schedule: { every: { milliseconds: 500 } }
do: [ { tick: { set: { n: 1 } } } ]
`;

function ends(name: string, output: string, tasks: readonly string[]): Kind {
  const expected = JSON.stringify(JSON.parse(output.replace(/(\w+):/g, '"$1":')));
  return {
    name,
    definition: definition(name, tasks),
    run: async (api) => expectEnd(await start(api, name, waitMax), 'completed', expected),
  };
}

function definition(name: string, tasks: readonly string[]): string {
  return `document: { dsl: '1.0.3', namespace: soak, name: ${name}, version: '1.0.0' }\ndo:\n  ${tasks.join('\n  ')}\n`;
}

function start(api: Api, name: string, wait?: string): Promise<Execution> {
  return api.start({ workflow: { namespace: 'soak', name } }, wait === undefined ? {} : { wait });
}

async function change(api: Api, id: string, verb: 'cancel' | 'suspend' | 'resume'): Promise<Execution> {
  const { status, body } = await api.call<Execution>('POST', `/api/v1/executions/${id}/${verb}`);
  if (status !== 200) throw new Error(`${verb} was answered with ${status}: ${JSON.stringify(body)}`);
  return body;
}

function expectEnd({ id, status, output, error }: Execution, expected: string, value?: string): void {
  if (status === expected && (value === undefined || JSON.stringify(output) === value)) return;
  throw new Error(
    `${id} is ${status} with ${JSON.stringify(output ?? error)}, not ${expected} with ${value ?? 'nothing'}`,
  );
}
