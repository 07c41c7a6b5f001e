import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServer } from '../../conformance/server-process.ts';
import { createTestDatabase, type TestDatabase, whyNoPostgres } from '../../scripts/test-postgres.ts';
import { leftInLedger, wrongEffects } from '../faults/log-checks.ts';
import { deployKinds, type Kind, mixedKinds } from '../faults/processes/mixed-kinds.ts';
import { type Api, connect, type Execution } from '../support/api.ts';
import { openRecordingService, type RecordingService } from '../support/recording-service.ts';

const missing = whyNoPostgres();
const databases: TestDatabase[] = [];
afterAll(async () => {
  for (const database of databases) await database.drop();
});

async function onPostgres(): Promise<Readonly<Record<string, string>>> {
  const database = await createTestDatabase();
  databases.push(database);
  return { MILLRACE_STORE: database.url };
}

const leases = { MILLRACE_LEASE_MS: '1s' };

describe('the same journeys', () => {
  it('end the same in memory and on SQLite', { timeout: 120_000 }, async () => {
    expect(await journeys(1, { MILLRACE_STORE: 'memory:' })).toEqual(expected);
    expect(await journeys(1, {})).toEqual(expected);
  });

  it.skipIf(missing !== undefined)(
    `end the same on PostgreSQL, in one process and in four of which one is killed half-way${missing === undefined ? '' : `: ${missing}`}`,
    { timeout: 180_000 },
    async () => {
      expect(await journeys(1, await onPostgres())).toEqual(expected);
      expect(await journeys(4, await onPostgres())).toEqual(expected);
    },
  );
});

const document = (name: string) =>
  `document: { dsl: '1.0.3', namespace: crash, name: ${name}, version: '1.0.0' }\n`;
const counts: Kind = {
  name: 'counts',
  output: { sum: 15 },
  definition: `${document('counts')}
do:
  - each:
      for: { each: n, in: '[1, 2, 3, 4, 5]' }
      do: [{ add: { set: { sum: '\${ (.sum // 0) + $n }' } } }]
`,
};
const faults: Kind = {
  name: 'faults',
  output: undefined,
  definition: `${document('faults')}
do: [{ stop: { raise: { error: { type: 'https://example.com/out-of-stock', status: 409 } } } }]
`,
};
const rests: Kind = {
  name: 'rests',
  output: undefined,
  definition: `${document('rests')}do: [{ rest: { wait: { hours: 1 } } }]\n`,
};
const rounds = 3;

interface Ending {
  readonly kind: string;
  readonly status: string;
  readonly output?: unknown;
  readonly error?: string;
}

/** Every kind of journey ends as it should, and nothing of it is wrong in the log. */
const expected = {
  endings: [
    ...mixedKinds('').map(({ name, output }) => ({ kind: name, status: 'completed', output })),
    { kind: 'counts', status: 'completed', output: { sum: 15 } },
    { kind: 'faults', status: 'faulted', error: 'https://example.com/out-of-stock' },
    { kind: 'rests', status: 'cancelled' },
  ].flatMap((ending) => Array.from({ length: rounds }, () => ending)),
  flaws: [],
};

/** Drives all journeys over so many processes on one store; of several the last is killed when all have begun. */
async function journeys(processes: number, env: Readonly<Record<string, string>>) {
  const service = await openRecordingService(() => 150);
  const servers: ServerProcess[] = [];
  try {
    for (let at = 0; at < processes; at += 1) servers.push(await startServer({ env: { ...leases, ...env } }));
    return await drive(servers, service);
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
    await service.close();
  }
}

async function drive(servers: readonly ServerProcess[], service: RecordingService) {
  const apis = servers.map(({ url }) => connect(url));
  const first = apis[0] as Api;
  const kinds = [...mixedKinds(service.url), counts, faults, rests];
  await deployKinds(first, kinds);
  const started: { readonly kind: Kind; readonly id: string }[] = [];
  for (const [number, kind] of kinds
    .flatMap((each) => Array.from({ length: rounds }, () => each))
    .entries()) {
    const request = { workflow: { namespace: 'crash', name: kind.name }, input: {} };
    const api = apis[number % apis.length] as Api;
    started.push({ kind, id: (await api.start(request, { key: `journey-${number}` })).id });
  }
  // Timers and calls are under way in every process.
  await sleep(100);
  if (servers.length > 1) await servers.at(-1)?.kill();
  for (const { kind, id } of started)
    if (kind === rests) await first.call('POST', `/api/v1/executions/${id}/cancel`, {});
  const endings: Ending[] = [];
  for (const { kind, id } of started) endings.push(endingOf(kind, await first.execution(id, '60s')));
  const acting = started.filter(({ kind }) => kind !== rests && kind !== faults);
  const acknowledged = new Map(acting.map(({ kind, id }) => [id, kind]));
  const flaws = [
    ...(await wrongEffects(first, acknowledged, service)),
    ...(await leftInLedger(servers[0]?.url ?? '')),
  ];
  return { endings, flaws };
}

function endingOf({ name }: Kind, { status, output, error }: Execution): Ending {
  return {
    kind: name,
    status,
    ...(status === 'completed' ? { output } : {}),
    ...(error === undefined || status === 'cancelled' ? {} : { error: error.type }),
  };
}
