import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { freePort, startServer } from '../../conformance/server-process.ts';
import { connect } from '../support/api.ts';
import { createRandom } from '../support/random.ts';

interface Told {
  readonly id: string;
  readonly subject: string;
  readonly type: string;
}

const definition = `document: { dsl: '1.0.3', namespace: sink, name: steps, version: '1.0.0' }
do:
  - loop:
      for: { in: '[1, 2, 3, 4]' }
      do: [{ pause: { wait: { milliseconds: 60 } } }, { note: { set: { n: '\${ $item }' } } }]
`;

/** With what the other has not: it listens, tries again, is held and let go on, and some are cancelled or fault. */
const mixed = `document: { dsl: '1.0.3', namespace: sink, name: mixed, version: '1.0.0' }
do:
  - hear:
      listen:
        to: { one: { with: { type: go }, correlate: { n: { from: .data.n, expect: .n } } } }
  - again:
      try: [{ fail: { raise: { error: { type: 'https://example.com/no', status: 500 } } } }]
      catch: { retry: { delay: { milliseconds: 30 }, limit: { attempt: { count: 3 } } }, do: [{ caught: { set: { n: '\${ .[0].n }' } } }] }
  - odd: { if: .n % 2 == 1, raise: { error: { type: 'https://example.com/odd', status: 500 } } }
`;

/** All that the standard names. */
const types = [
  ...[
    'started',
    'suspended',
    'resumed',
    'correlation-started',
    'correlation-completed',
    'cancelled',
    'faulted',
  ],
  ...['completed', 'status-changed'],
]
  .map((each) => `workflow.${each}`)
  .concat(
    ...['created', 'started', 'suspended', 'resumed', 'retried', 'cancelled', 'faulted', 'completed'],
    'status-changed',
  )
  .map((each) => `io.serverlessworkflow.${each.includes('.') ? '' : 'task.'}${each}.v1`);

describe('kill -9', () => {
  it('loses no lifecycle event on its way to the sink, and each execution’s come in their order', {
    timeout: 180_000,
  }, async ({ annotate }) => {
    const random = createRandom();
    const taken: Told[] = [];
    const sink = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        // A sink that is busy now and then.
        if (random.between(0, 9) === 0) return void response.writeHead(503).end();
        taken.push(JSON.parse(Buffer.concat(chunks).toString()) as Told);
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
    const env = {
      MILLRACE_EVENTS_SINK: `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`,
      MILLRACE_EVENTS_STATUS_CHANGED: 'true',
    };
    const port = await freePort();
    let server = await startServer({ port, env });
    const { data } = server;
    const kills = 5;
    try {
      const api = connect(server.url);
      await api.deploy(definition);
      await api.deploy(mixed);
      const ids: string[] = [];
      const workflow = { namespace: 'sink', name: 'steps' };
      for (let kill = 0; kill < kills; kill += 1) {
        for (let each = 0; each < 10; each += 1) ids.push((await api.start({ workflow })).id);
        for (let each = 0; each < 5; each += 1) {
          const n = kill * 5 + each;
          const { id } = await api.start({ workflow: { namespace: 'sink', name: 'mixed' }, input: { n } });
          ids.push(id);
          await api.call('POST', `/api/v1/executions/${id}/suspend`, {});
          await api.call('POST', `/api/v1/executions/${id}/${each === 4 ? 'cancel' : 'resume'}`, {});
          await api.call('POST', '/api/v1/events', {
            ...{ specversion: '1.0', id: `go-${n}`, source: 'urn:sink', type: 'go' },
            data: { n },
          });
        }
        await sleep(random.between(50, 600));
        await server.kill();
        server = await startServer({ port, data, env });
      }
      for (const id of ids)
        expect((await api.execution(id, '30s')).status).toMatch(/^(completed|faulted|cancelled)$/);
      const told = new Map<string, string[]>();
      for (const id of ids) {
        const { body } = await api.call<{ items: Told[] }>(
          'GET',
          `/api/v1/executions/${id}/lifecycle?limit=1000`,
        );
        told.set(
          id,
          body.items.map((event) => event.id),
        );
      }
      const missing = () => {
        const found = new Set(taken.map(({ id }) => id));
        return [...told.values()].flat().filter((id) => !found.has(id));
      };
      await expect.poll(missing, { timeout: 60_000, interval: 100 }).toEqual([]);
      for (const [id, expected] of told) {
        const its = taken.filter(({ subject, type }) => subject === id && !type.includes('status-changed'));
        expect([...new Set(its.map((event) => event.id))]).toEqual(expected);
      }
      expect([...new Set(taken.map(({ type }) => type))].sort()).toEqual([...types].sort());
      const repeated = taken.length - new Set(taken.map(({ id }) => id)).size;
      await annotate(
        `seed ${random.seed}: ${kills} kills, ${taken.length} events taken, ${repeated} of them again`,
      );
    } finally {
      await server.stop();
      sink.closeAllConnections();
      await new Promise((resolve) => sink.close(resolve));
    }
  });
});
