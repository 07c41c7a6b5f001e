import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { createEngine, type EmbeddedEngine } from '../embedded.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-places-'));
const engines: EmbeddedEngine[] = [];
let stores = 0;

afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close(0);
});
// When all are closed: a store whose file goes while it is open ends its process.
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const definition = `document: { dsl: '1.0.3', namespace: shop, name: order, version: '1.0.0' }
do: [{ w: { call: work, with: '\${ . }' } }]
`;

/** A function of the host that ends when it is told to, and says how many of its calls were under way at once. */
function createWork() {
  const begun: unknown[] = [];
  const waiting: (() => void)[] = [];
  let most = 0;
  let underWay = 0;
  return {
    begun,
    get most() {
      return most;
    },
    run: async (input: unknown) => {
      begun.push(input);
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise<void>((resolve) => waiting.push(resolve));
      underWay -= 1;
      return null;
    },
    endOne: () => waiting.shift()?.(),
  };
}

async function open(store: string, limits: Readonly<Record<string, number>>, run: (input: never) => unknown) {
  const engine = await createEngine({ store, data: folder, limits, functions: { work: run as never } });
  engines.push(engine);
  return engine;
}

async function startMany(engine: EmbeddedEngine, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    ids.push((await engine.start({ definition, input: { n } })).execution.id);
    // Those that come in the same millisecond have no order.
    for (const at = Date.now(); Date.now() === at; ) await new Promise((resolve) => setImmediate(resolve));
  }
  return ids;
}

const stored = () => `sqlite:${join(folder, `${++stores}.db`)}`;

describe.each([
  ['memory', () => 'memory:'],
  ['sqlite', stored],
])('limits on a store in %s', (_, address) => {
  it('so many executions of a workflow run at once; the others are pending, wait for a place, and run in their order', async () => {
    const work = createWork();
    const engine = await open(address(), { 'workflow:shop/order': 2 }, work.run);
    const ids = await startMany(engine, 6);
    await expect.poll(() => work.begun.length).toBe(2);
    const statuses = await Promise.all(ids.map(async (id) => (await engine.execution(id)).status));
    expect(statuses).toEqual(['running', 'running', 'pending', 'pending', 'pending', 'pending']);
    expect(await engine.wakeUps(ids[5] ?? '')).toMatchObject([
      { kind: 'place', limit: 'workflow:shop/order' },
    ]);
    expect((await engine.wakeUps(ids[0] ?? '')).map(({ kind }) => kind)).toEqual(['effect']);
    expect(await engine.system()).toMatchObject({
      orphans: { count: 0 },
      overdue: 0,
      limits: { 'workflow:shop/order': 2 },
    });
    for (let ended = 0; ended < 6; ended++) {
      await expect.poll(() => work.begun.length).toBe(Math.min(6, ended + 2));
      work.endOne();
      await engine.wait(ids[ended] ?? '', 10_000);
    }
    expect(work.begun).toEqual([0, 1, 2, 3, 4, 5].map((n) => ({ n })));
    expect(work.most).toBe(2);
    expect((await engine.system()).wakeUps).toMatchObject({ place: 0 });
  });

  it('an execution that waits is cancelled like any other, and the next one has its turn', async () => {
    const work = createWork();
    const engine = await open(address(), { 'workflow:shop/order': 1 }, work.run);
    const [first = '', second = '', third = ''] = await startMany(engine, 3);
    await expect.poll(() => work.begun.length).toBe(1);
    expect(await engine.cancel(second)).toMatchObject({ status: 'cancelled' });
    expect(await engine.wakeUps(second)).toEqual([]);
    work.endOne();
    await engine.wait(first, 10_000);
    await expect.poll(() => work.begun).toEqual([{ n: 0 }, { n: 2 }]);
    expect(await engine.cancel(third)).toMatchObject({ status: 'cancelled' });
  });

  it('so many calls of a type are under way at once; the others say that they wait for a place', async () => {
    const work = createWork();
    const engine = await open(address(), { 'task:call:work': 2 }, work.run);
    const ids = await startMany(engine, 7);
    await expect.poll(() => work.begun.length).toBe(2);
    const waits = (await Promise.all(ids.map((id) => engine.wakeUps(id)))).flat();
    expect(waits.filter(({ lease }) => lease === undefined)).toHaveLength(5);
    expect(new Set(waits.map(({ limit }) => limit))).toEqual(new Set(['task:call:work']));
    for (let ended = 0; ended < 7; ended++) {
      await expect.poll(() => work.begun.length).toBe(Math.min(7, ended + 2));
      work.endOne();
    }
    for (const id of ids) expect(await engine.wait(id, 10_000)).toMatchObject({ status: 'completed' });
    expect(work.most).toBe(2);
  });
});

describe('limits', () => {
  it('hold over a restart: what has a place keeps it, and the others wait on', async () => {
    const store = stored();
    const before = createWork();
    const first = await open(store, { 'workflow:shop/order': 2 }, before.run);
    const ids = await startMany(first, 4);
    await expect.poll(() => before.begun.length).toBe(2);
    await engines.pop()?.close(0);
    const after = createWork();
    const second = await open(store, { 'workflow:shop/order': 2 }, after.run);
    await expect.poll(() => after.begun).toEqual([{ n: 0 }, { n: 1 }]);
    after.endOne();
    after.endOne();
    await expect.poll(() => after.begun.slice(2)).toEqual([{ n: 2 }, { n: 3 }]);
    after.endOne();
    after.endOne();
    for (const id of ids) expect(await second.wait(id, 10_000)).toMatchObject({ status: 'completed' });
    expect(after.most).toBe(2);
  });

  it('hold for children and retries as for whatever else starts an execution', async () => {
    const work = createWork();
    const engine = await open('memory:', { 'workflow:shop/order': 1 }, work.run);
    await engine.deploy(definition);
    const parent = `document: { dsl: '1.0.3', namespace: shop, name: parent, version: '1.0.0' }
do: [{ both: { fork: { branches: [
  { a: { run: { workflow: { namespace: shop, name: order, version: '1.0.0', input: { n: 1 } } } } },
  { b: { run: { workflow: { namespace: shop, name: order, version: '1.0.0', input: { n: 2 } } } } } ] } } }]
`;
    const { execution } = await engine.start({ definition: parent, input: {} });
    await expect.poll(() => work.begun.length).toBe(1);
    await expect.poll(async () => (await engine.system()).wakeUps).toMatchObject({ place: 2 });
    work.endOne();
    await expect.poll(() => work.begun.length).toBe(2);
    work.endOne();
    expect(await engine.wait(execution.id, 10_000)).toMatchObject({ status: 'completed' });
    expect(work.most).toBe(1);
  });

  it('hold for an execution that is tried again after its fault', async () => {
    const work = createWork();
    const fails = { is: true };
    const run = async (input: unknown) => {
      if (fails.is) throw new Error('not yet');
      return work.run(input);
    };
    const engine = await open('memory:', { 'workflow:shop/order': 1 }, run);
    const [faulted = ''] = await startMany(engine, 1);
    expect(await engine.wait(faulted, 10_000)).toMatchObject({ status: 'faulted' });
    fails.is = false;
    await startMany(engine, 1);
    await expect.poll(() => work.begun.length).toBe(1);
    const again = await engine.retry(faulted);
    expect(again.status).toBe('pending');
    work.endOne();
    await expect.poll(() => work.begun.length).toBe(2);
    work.endOne();
    expect(await engine.wait(again.id, 10_000)).toMatchObject({ status: 'completed', retryOf: faulted });
  });

  it('that are taken away let go whoever waits', async () => {
    const store = stored();
    const first = await open(store, { 'workflow:shop/order': 1 }, createWork().run);
    await startMany(first, 3);
    await engines.pop()?.close(0);
    const work = createWork();
    await open(store, {}, work.run);
    await expect.poll(() => work.begun.length).toBe(3);
    for (let n = 0; n < 3; n++) work.endOne();
  });

  it('that would limit nothing are refused', async () => {
    await expect(open('memory:', { 'task:http': 2 }, () => null)).rejects.toThrow(
      /limits: expected workflow:/,
    );
    await expect(open('memory:', { 'task:call:http': 0 }, () => null)).rejects.toThrow(/from 1/);
  });
});
