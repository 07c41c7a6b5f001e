import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServerProcess, startServer } from '../../conformance/server-process.ts';
import { type Api, connect } from '../support/api.ts';

const threeSets = `
document: { dsl: '1.0.3', namespace: load, name: three-sets, version: '1.0.0' }
do:
  - one: { set: { n: '\${ .n + 1 }' } }
  - two: { set: { n: '\${ .n + 1 }' } }
  - three: { set: { n: '\${ .n + 1 }' } }
`;

const held = `
document: { dsl: '1.0.3', namespace: load, name: held, version: '1.0.0' }
do:
  - pause: { wait: PT1H }
`;

describe('load', () => {
  let server: ServerProcess;
  let api: Api;
  beforeEach(async () => {
    server = await startServer();
    api = connect(server.url);
  });
  afterEach(() => server.stop());

  it('a burst of 400 executions of three set tasks ends in under 2 s on a fresh server', async ({
    annotate,
  }) => {
    await api.deploy(threeSets);
    const startedAt = performance.now();
    const workflow = { namespace: 'load', name: 'three-sets' };
    const ended = await Promise.all(
      Array.from({ length: 400 }, (_, n) => api.start({ workflow, input: { n } }, { wait: '30s' })),
    );
    const elapsedMs = performance.now() - startedAt;
    expect(ended.map(({ status, output }) => ({ status, output }))).toEqual(
      ended.map((_, n) => ({ status: 'completed', output: { n: n + 3 } })),
    );
    await annotate(`400 executions in ${Math.round(elapsedMs)} ms`);
    expect(elapsedMs).toBeLessThan(2_000);
  });

  it('1,000 executions held open leave answers at a 95th percentile under 100 ms', {
    timeout: 60_000,
  }, async ({ annotate }) => {
    await api.deploy(held);
    await api.deploy(threeSets);
    const ids: string[] = [];
    for (let batch = 0; batch < 10; batch += 1) {
      const request = { workflow: { namespace: 'load', name: 'held' } };
      const started = await Promise.all(Array.from({ length: 100 }, () => api.start(request)));
      ids.push(...started.map(({ id }) => id));
    }
    const times = await measure(200, (index) => [
      () => api.execution(ids[(index * 37) % ids.length] ?? ''),
      () => api.call('GET', '/api/v1/executions?status=waiting&limit=50'),
      () =>
        api.start(
          { workflow: { namespace: 'load', name: 'three-sets' }, input: { n: index } },
          { wait: '30s' },
        ),
    ]);
    const p95 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? Number.POSITIVE_INFINITY;
    await annotate(`p95 of ${times.length} answers with 1,000 executions held open: ${p95.toFixed(1)} ms`);
    expect(p95).toBeLessThan(100);
    expect((await api.execution(ids[0] ?? '')).status).toBe('waiting');
  });
});

/** Times of single answers in ms, four requests at a time. */
async function measure(
  rounds: number,
  requests: (index: number) => readonly (() => Promise<unknown>)[],
): Promise<number[]> {
  const waiting = Array.from({ length: rounds }, (_, index) => requests(index)).flat();
  const times: number[] = [];
  const work = async () => {
    for (let request = waiting.shift(); request; request = waiting.shift()) {
      const startedAt = performance.now();
      await request();
      times.push(performance.now() - startedAt);
    }
  };
  await Promise.all([work(), work(), work(), work()]);
  return times;
}
