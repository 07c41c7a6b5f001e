/** Examples of the standard that are about children and time, where they lie beside the project. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type EmbeddedEngine } from '../embedded.ts';

const folder = [1, 2, 3]
  .map((up) => new URL(`${'../'.repeat(up + 4)}shared/dsl/examples/`, import.meta.url))
  .find((each) => existsSync(each));
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');

let engine: EmbeddedEngine;
beforeAll(async () => {
  engine = await createEngine({ virtualTime: true });
});
afterAll(() => engine.close(0));

describe.skipIf(folder === undefined)(
  'an example of the standard (skipped where ../shared is not there)',
  () => {
    it('run-subflow runs its child, and yields what it yields', async () => {
      await engine.deploy(`document: { dsl: '1.0.3', namespace: test, name: register-customer, version: '0.1.0' }
do: [{ register: { set: { registered: '\${ .customer }' } } }]`);
      await engine.deploy(read('run-subflow.yaml'));
      const view = await engine.run({ workflow: { namespace: 'test', name: 'run-subflow' }, input: {} });
      // A text without `${ }` is a text: so the example writes it.
      expect(view).toMatchObject({ status: 'completed', output: { registered: '.user' } });
    });

    it('schedule-cron runs at midnight, and what it calls is asked for', async () => {
      const { workflow } = await engine.deploy(read('schedule-cron.yaml'));
      expect(workflow.unsupported).toEqual([]);
      const { next } = await engine.schedule({ namespace: 'examples', name: 'cron-schedule' }, { count: 2 });
      expect(next.map(({ due }) => due.slice(10))).toEqual(['T00:00:00.000Z', 'T00:00:00.000Z']);
      await expect
        .poll(async () => (await engine.executions({ workflow: 'cron-schedule' })).rows.length, {
          timeout: 10_000,
        })
        .toBeGreaterThanOrEqual(1);
      await engine.undeploy({ namespace: 'examples', name: 'cron-schedule' }, { force: true });
    });

    it('schedule-event-driven calls a nurse for each event that it is started by', async () => {
      const bodies: unknown[] = [];
      const hospital = createServer(async (request, response) => {
        bodies.push(await json(request));
        response.writeHead(204).end();
      });
      await new Promise<void>((resolve) => hospital.listen(0, '127.0.0.1', resolve));
      const address = `http://127.0.0.1:${(hospital.address() as AddressInfo).port}`;
      const real = await createEngine({ allow: ['loopback'] });
      try {
        const text = read('schedule-event-driven.yaml').replace('https://hospital.example.com', address);
        const { workflow } = await real.deploy(text);
        expect(workflow.unsupported).toEqual([]);
        const patient = { id: 'p1', name: 'Ann', room: { number: 7 }, vitals: { bpm: 31 } };
        const type = 'com.example.hospital.events.patients.heartbeat.low';
        const data = { patient, timestamp: '2026-01-01T00:00:00Z' };
        await real.publish([
          { specversion: '1.0', id: '1', source: 'urn:ward', type, data },
          { specversion: '1.0', id: '2', source: 'urn:ward', type: 'another', data },
        ]);
        await expect
          .poll(async () => (await real.executions({ status: ['completed'] })).rows.length, {
            timeout: 10_000,
          })
          .toBe(1);
        expect(bodies).toMatchObject([
          { patientId: 'p1', roomNumber: 7, vitals: { heartRate: 31, timestamp: data.timestamp } },
        ]);
      } finally {
        await real.close(0);
        hospital.close();
      }
    });
  },
);
