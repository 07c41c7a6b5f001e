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
}

const definition = `document: { dsl: '1.0.3', namespace: sink, name: steps, version: '1.0.0' }
do:
  - loop:
      for: { in: '[1, 2, 3, 4]' }
      do: [{ pause: { wait: { milliseconds: 60 } } }, { note: { set: { n: '\${ $item }' } } }]
`;

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
    const env = { MILLRACE_EVENTS_SINK: `http://127.0.0.1:${(sink.address() as AddressInfo).port}/` };
    const port = await freePort();
    let server = await startServer({ port, env });
    const { data } = server;
    const kills = 5;
    try {
      const api = connect(server.url);
      await api.deploy(definition);
      const ids: string[] = [];
      const workflow = { namespace: 'sink', name: 'steps' };
      for (let kill = 0; kill < kills; kill += 1) {
        for (let each = 0; each < 10; each += 1) ids.push((await api.start({ workflow })).id);
        await sleep(random.between(50, 600));
        await server.kill();
        server = await startServer({ port, data, env });
      }
      for (const id of ids) expect((await api.execution(id, '30s')).status).toBe('completed');
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
        const firsts = [...new Set(taken.filter(({ subject }) => subject === id).map((event) => event.id))];
        expect(firsts).toEqual(expected);
      }
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
