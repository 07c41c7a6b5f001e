/**
 * The server is killed again and again, as by `kill -9`, while it runs workflows of every kind; each time it is
 * started again on the same data.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { freePort, type ServerProcess, startServer } from '../../conformance/server-process.ts';
import { type Api, connect, type StoredEvent } from '../support/api.ts';
import { createRandom } from '../support/random.ts';
import { openRecordingService, type RecordingService } from '../support/recording-service.ts';

const executionsTotal = 100;
const killsTotal = 12;
const executionsPerRound = Math.ceil(executionsTotal / killsTotal);

const call = (service: string, path: string, step: string) =>
  `call: http, with: { method: post, endpoint: '${service}${path}', body: { execution: '\${ $workflow.id }', step: ${step} } }`;

/** Four kinds of workflow, each with the output that it must end with. */
function workflows(
  service: string,
): { readonly name: string; readonly definition: string; readonly output: unknown }[] {
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
  - one: { ${call(service, '/steady', 'one')}, output: { as: '[.step]' } }
  - two: { ${call(service, '/steady', 'two')}, output: { as: '$input + [.step]' } }
  - three: { ${call(service, '/steady', 'three')}, output: { as: '$input + [.step]' } }
  - four: { ${call(service, '/steady', 'four')}, output: { as: '$input + [.step]' } }
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
          - left: { ${call(service, '/steady', 'left')}, output: { as: .step } }
          - middle:
              do:
                - pause: { wait: { milliseconds: 400 } }
                - said: { set: '\${ "waited" }' }
          - right: { ${call(service, '/steady', 'right')}, output: { as: .step } }
`,
    },
    {
      name: 'retries',
      output: 'flaky',
      definition: `${document('retries')}
do:
  - attempt:
      try:
        - flaky: { ${call(service, '/flaky', 'flaky')}, output: { as: .step } }
      catch:
        errors: { with: { status: 503 } }
        retry: { delay: { milliseconds: 150 }, limit: { attempt: { count: 6 } } }
`,
    },
  ];
}

describe('kill -9', () => {
  it('every acknowledged execution ends as it should, and no deed is recorded twice', {
    timeout: 180_000,
  }, async ({ annotate }) => {
    const random = createRandom();
    const service = await openRecordingService(() => random.between(20, 250));
    const port = await freePort();
    const kinds = workflows(service.url);
    const acknowledged = new Map<string, (typeof kinds)[number]>();
    let server = await startServer({ port });
    const { data } = server;
    const restart = async () => {
      server = await startServer({ port, data });
    };
    try {
      const api = connect(server.url);
      for (const { definition } of kinds) await api.deploy(definition);
      for (let round = 0; round < killsTotal; round += 1) {
        const starting = startSome(api, round, kinds, acknowledged, () => server.isAlive());
        await sleep(random.between(50, 700));
        await server.kill();
        await restart();
        await starting;
      }
      await checkEndings(api, acknowledged);
      const repeated = await checkEffects(api, acknowledged, service);
      await checkLedger(server);
      await annotate(
        `seed ${random.seed}: ${killsTotal} kills, ${service.requests.length} requests, ${repeated} keys sent more than once`,
      );
    } finally {
      await server.stop();
      await service.close();
    }
  });
});

/** Starts some executions and asks again, under the same key, for as long as the server is away. */
async function startSome(
  api: Api,
  round: number,
  kinds: ReturnType<typeof workflows>,
  acknowledged: Map<string, (typeof kinds)[number]>,
  isAlive: () => boolean,
): Promise<void> {
  const first = round * executionsPerRound;
  const numbers = Array.from(
    { length: Math.min(executionsPerRound, executionsTotal - first) },
    (_, index) => first + index,
  );
  await Promise.all(
    numbers.map(async (number) => {
      const kind = kinds[number % kinds.length] as (typeof kinds)[number];
      const request = { workflow: { namespace: 'crash', name: kind.name }, input: { number } };
      for (;;) {
        const execution = await api.start(request, { key: `crash-${number}` }).catch((error: Error) => {
          if (isAlive() && error.message.startsWith('answered with 4')) throw error;
        });
        if (execution) return acknowledged.set(execution.id, kind);
        await sleep(50);
      }
    }),
  );
}

async function checkEndings(
  api: Api,
  acknowledged: ReadonlyMap<string, { readonly output: unknown }>,
): Promise<void> {
  expect(acknowledged.size).toBe(executionsTotal);
  const ended = await Promise.all([...acknowledged.keys()].map((id) => api.execution(id, '60s')));
  const found = ended.map(({ id, status, output, error }) => ({
    id,
    status,
    output,
    ...(error ? { error } : {}),
  }));
  expect(found).toEqual([...acknowledged].map(([id, { output }]) => ({ id, status: 'completed', output })));
}

/** Answers how many idempotency keys reached the service more than once: deeds that a crash made it repeat. */
async function checkEffects(
  api: Api,
  acknowledged: ReadonlyMap<string, unknown>,
  service: RecordingService,
): Promise<number> {
  for (const id of acknowledged.keys()) {
    const events = await api.events(id);
    expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
    const requested = versionsOf(events, 'effect.requested');
    const answered = events.flatMap(({ fact }) => (isOutcome(fact.type) ? [fact.effect] : []));
    expect(answered.toSorted(byNumber), `outcomes of ${id}`).toEqual(requested);

    const sent = service.requests.filter((each) => each.execution === id);
    expect(sent.every(({ key }) => key !== undefined)).toBe(true);
    // One key for each deed, however often it was sent.
    expect(new Set(sent.map(({ key }) => key)).size, `keys of ${id}`).toBe(requested.length);
    for (const { step, key } of sent) {
      const others = sent.filter((each) => each.key === key && each.step !== step);
      expect(others, `a key of ${id} stands for two deeds`).toEqual([]);
    }
  }
  const counts = new Map<string | undefined, number>();
  for (const { key } of service.requests) counts.set(key, (counts.get(key) ?? 0) + 1);
  const repeated = [...counts.values()].filter((count) => count > 1).length;
  expect(repeated, 'no kill hit a deed under way: this run showed nothing').toBeGreaterThan(0);
  return repeated;
}

/** When everything has ended nothing may be left to do. */
async function checkLedger(server: ServerProcess): Promise<void> {
  const metrics = await (await fetch(`${server.url}/metrics`)).text();
  expect(metrics).toMatch(/^millrace_orphans(\{[^}]*\})? 0$/m);
}

function isOutcome(type: string): boolean {
  return type === 'effect.completed' || type === 'effect.failed' || type === 'effect.abandoned';
}

function versionsOf(events: readonly StoredEvent[], type: string): number[] {
  return events.filter(({ fact }) => fact.type === type).map(({ version }) => version);
}

function byNumber(a: number | undefined, b: number | undefined): number {
  return (a ?? 0) - (b ?? 0);
}
