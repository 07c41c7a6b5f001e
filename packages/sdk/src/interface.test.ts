/** One interface: every rule here holds for a client of the real server and for an embedded engine. */

import type * as engine from 'millrace';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import {
  createClient,
  createEngine,
  type ExecutionEvent,
  type ExecutionSummary,
  type ExecutionView,
  type Millrace,
  type MillraceApiError,
  type WorkflowSource,
  type WorkflowView,
} from './index.ts';
import { type ServerProcess, startServer } from './testing/server-process.ts';

const text = (name: string, tasks: string, version = '1.0.0') =>
  `document: { dsl: '1.0.3', namespace: test, name: ${name}, version: '${version}' }\ndo:\n${tasks}\n`;
const greet = text('greet', '  - greet: { set: { greeting: \'${ "Hello, " + .name }\' } }');
const long = text('long', '  - rest: { wait: { hours: 1 } }');
const short = text('short', '  - rest: { wait: { milliseconds: 150 } }\n  - done: { set: { ok: true } }');
const faulty = text(
  'faulty',
  '  - ok: { set: { a: 1 } }\n  - stop: { raise: { error: { type: https://example.com/stop, status: 418, title: Stopped } } }',
);

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

const kinds = [
  { kind: 'a client', open: async () => createClient(server.url) },
  { kind: 'an embedded engine', open: () => createEngine() },
];

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}

const refusal = (code: string) => expect.objectContaining({ name: 'MillraceApiError', code });

describe.each(kinds)('$kind', ({ open }) => {
  let millrace: Millrace;
  beforeAll(async () => {
    millrace = await open();
    for (const definition of [greet, long, short, faulty]) await millrace.workflows.deploy(definition);
  });
  afterAll(() => millrace.close());

  const start = async (name: string, input?: unknown) =>
    (await millrace.executions.start({ workflow: `test/${name}`, input })).execution;

  describe('events', () => {
    it('publishes an event once, which wakes who listens, and tells what became of it', async () => {
      const tasks = '  - l: { listen: { to: { one: { with: { type: paid } } } } }';
      const { execution } = await millrace.executions.start({ definition: text('listens', tasks) });
      const event = { id: 'p1', source: 'urn:sdk', type: 'paid', data: { amount: 3 } };
      const [first] = await millrace.events.publish(event);
      expect(first).toMatchObject({ id: 'p1', source: 'urn:sdk', duplicate: false });
      expect(await millrace.events.publish([event])).toMatchObject([{ duplicate: true, key: first?.key }]);
      const ended = await millrace.executions.get(execution.id, { waitMs: 10_000 });
      expect(ended).toMatchObject({ status: 'completed', output: [{ amount: 3 }] });
      await expect.poll(async () => (await millrace.events.matches(event)).woke.count).toBe(1);
      expect(await millrace.events.matches(first?.key ?? '')).toEqual(await millrace.events.matches(event));
    });

    it('fills in what makes an event, and refuses what cannot be one', async () => {
      const [published] = await millrace.events.publish({ source: 'urn:sdk', type: 'x' });
      expect(published?.id).toMatch(/^[0-9a-f-]{36}$/);
      expect(await millrace.events.publish([])).toEqual([]);
      await expect(millrace.events.publish({ source: '', type: 'x' })).rejects.toEqual(
        refusal('bad-request'),
      );
      await expect(millrace.events.matches('none')).rejects.toEqual(refusal('not-found'));
    });
  });

  describe('workflows', () => {
    it('publishes a version once: the same content again is what is there, other content is refused', async () => {
      const first = await millrace.workflows.deploy(text('once', '  - a: { set: { a: 1 } }'));
      expect(first).toMatchObject({ created: true, workflow: { id: 'test/once/1.0.0', format: 'yaml' } });
      const again = await millrace.workflows.deploy(text('once', '  - a: { set: { a: 1 } }'));
      expect(again).toEqual({ ...first, created: false });
      await expect(millrace.workflows.deploy(text('once', '  - a: { set: { a: 2 } }'))).rejects.toEqual(
        refusal('conflict'),
      );
    });

    it('says where a definition is wrong', async () => {
      const refused = millrace.workflows.deploy(text('wrong', '  - a: { sett: { a: 1 } }'));
      await expect(refused).rejects.toMatchObject({ code: 'invalid-definition', status: 422 });
      await expect(refused).rejects.toMatchObject({ errors: [{ line: 3, pointer: '/do/0/a/sett' }] });
      await expect(refused).rejects.toThrow(/3:\d+ expected one of call.*did you mean 'set'/s);
    });

    it('reads the latest version, or the one that is named, as text or as its parts', async () => {
      await millrace.workflows.deploy(text('many', '  - a: { set: { a: 1 } }', '1.2.0'));
      await millrace.workflows.deploy(text('many', '  - a: { set: { a: 1 } }', '1.10.0'));
      expect(await millrace.workflows.get('test/many')).toMatchObject({ version: '1.10.0' });
      const older = { namespace: 'test', name: 'many', version: '1.2.0' };
      expect(await millrace.workflows.get(older)).toEqual(await millrace.workflows.get('test/many/1.2.0'));
      await expect(millrace.workflows.get('test/absent')).rejects.toEqual(refusal('not-found'));
      await expect(millrace.workflows.get('nonsense')).rejects.toEqual(refusal('bad-request'));
    });

    it('lists every version once, however small the pages', async () => {
      const whole = await all(millrace.workflows.list({ namespace: 'test' }));
      expect(new Set(whole.map(({ id }) => id)).size).toBe(whole.length);
      expect(await all(millrace.workflows.list({ namespace: 'test', pageSize: 1 }))).toEqual(whole);
      expect((await millrace.workflows.list({ pageSize: 2 }).page()).items).toHaveLength(2);
      await expect(millrace.workflows.list({ pageSize: 0 }).page()).rejects.toEqual(refusal('bad-request'));
    });

    it('removes nothing that runs, unless it is forced to', async () => {
      await millrace.workflows.deploy(text('doomed', '  - rest: { wait: { hours: 1 } }'));
      const { id } = await start('doomed');
      await expect(millrace.workflows.delete('test/doomed')).rejects.toEqual(refusal('conflict'));
      const removal = await millrace.workflows.delete('test/doomed', { force: true });
      expect(removal).toEqual({ removed: 1, cancelled: 1 });
      expect(await millrace.executions.get(id)).toMatchObject({ status: 'cancelled' });
    });
  });

  describe('starting', () => {
    it('runs to the end and answers with the output', async () => {
      const ended = await millrace.executions.run({ workflow: 'test/greet', input: { name: 'Ada' } });
      expect(ended).toMatchObject({ status: 'completed', output: { greeting: 'Hello, Ada' } });
      const slower = await millrace.executions.run({ workflow: 'test/short/1.0.0' });
      expect(slower).toMatchObject({ status: 'completed', output: { ok: true } });
    });

    it('answers with a fault as data, with the line of its task', async () => {
      const ended = await millrace.executions.run({ definition: faulty });
      expect(ended).toMatchObject({
        status: 'faulted',
        error: { status: 418, title: 'Stopped', instance: '/do/1/stop', source: { line: 4 } },
      });
    });

    it('starts an id or a key once; other content under it is refused', async () => {
      const id = `order-${Math.random()}`;
      const first = await millrace.executions.start({ workflow: 'test/long', id });
      expect(first).toMatchObject({ created: true, execution: { id } });
      const second = await millrace.executions.start({ workflow: 'test/long', id });
      expect(second).toMatchObject({ created: false, execution: { id } });
      const other = millrace.executions.start({ workflow: 'test/long', id, input: { other: true } });
      await expect(other).rejects.toEqual(refusal('idempotency-mismatch'));
      const keyed = { workflow: 'test/long', idempotencyKey: `key-${id}` };
      const { execution, created } = await millrace.executions.start(keyed);
      expect(created).toBe(true);
      const again = await millrace.executions.start(keyed);
      expect(again).toMatchObject({ created: false, execution: { id: execution.id } });
    });

    it('gives every start of its own another id, and ids sort by time', async () => {
      const first = await start('long');
      const second = await start('long');
      expect(first.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(first.id.slice(0, 13) <= second.id.slice(0, 13)).toBe(true);
      expect(first.id).not.toBe(second.id);
    });

    it('takes no input that JSON cannot hold, and says where it stands', async () => {
      const started = millrace.executions.start({ workflow: 'test/greet', input: { a: [new Map()] } });
      await expect(started).rejects.toEqual(refusal('bad-request'));
      await expect(started).rejects.toThrow('a Map at /a/0');
    });

    it('starts nothing of a workflow that is not there', async () => {
      await expect(millrace.executions.start({ workflow: 'test/absent' })).rejects.toEqual(
        refusal('not-found'),
      );
    });
  });

  describe('reading', () => {
    it('waits for the end of an execution, but not longer than asked', async () => {
      const { id } = await start('short');
      const ended = await millrace.executions.get(id, { waitMs: 10_000 });
      expect(ended).toMatchObject({ status: 'completed', output: { ok: true } });
      const { id: open } = await start('long');
      expect(await millrace.executions.get(open, { waitMs: 20 })).toMatchObject({ status: 'waiting' });
      await expect(millrace.executions.get('nobody')).rejects.toEqual(refusal('not-found'));
      await expect(millrace.executions.get('')).rejects.toEqual(refusal('bad-request'));
    });

    it('lists newest first, by phase, workflow and time', async () => {
      const since = Date.now() - 60_000;
      const query = { workflow: 'test/faulty', status: ['faulted'], since } as const;
      for (let count = 0; count < 3; count++) await millrace.executions.run({ workflow: 'test/faulty' });
      const whole = await all(millrace.executions.list({ ...query, pageSize: 2 }));
      expect(whole.length).toBeGreaterThanOrEqual(3);
      expect(new Set(whole.map(({ id }) => id)).size).toBe(whole.length);
      expect(whole.every(({ status, error }) => status === 'faulted' && error === 'Stopped')).toBe(true);
      const starts = whole.map(({ startedAt }) => startedAt);
      expect(starts).toEqual([...starts].sort().reverse());
      expect(await all(millrace.executions.list({ ...query, since: new Date(Date.now() + 60_000) }))).toEqual(
        [],
      );
      await expect(millrace.executions.list({ since: new Date('never') }).page()).rejects.toEqual(
        refusal('bad-request'),
      );
    });

    it('pages events in order without gaps, after a version as well', async () => {
      const { id } = await millrace.executions.run({ workflow: 'test/short' });
      const whole = await all(millrace.executions.events(id));
      expect(whole.map(({ version }) => version)).toEqual(whole.map((_, index) => index + 1));
      expect(await all(millrace.executions.events(id, { pageSize: 1 }))).toEqual(whole);
      expect(await all(millrace.executions.events(id, { after: 2 }))).toEqual(whole.slice(2));
      await expect(millrace.executions.events('nobody').page()).rejects.toEqual(refusal('not-found'));
    });

    it("projects the specification's lifecycle events", async () => {
      const { id } = await millrace.executions.run({ workflow: 'test/greet', input: { name: 'e' } });
      const whole = await all(millrace.executions.lifecycle(id, { pageSize: 1 }));
      expect(whole[0]).toMatchObject({ type: 'io.serverlessworkflow.workflow.started.v1', subject: id });
      expect(whole.at(-1)).toMatchObject({ type: 'io.serverlessworkflow.workflow.completed.v1' });
    });

    it('says why an execution waits', async () => {
      const { id } = await start('long');
      const [reason, ...others] = await millrace.executions.wakeUps(id);
      expect(reason).toMatchObject({
        kind: 'timer',
        due: expect.stringMatching(/^\d{4}-.*Z$/),
        doubt: false,
      });
      expect(['execution', 'body'].filter((name) => name in (reason ?? {}))).toEqual([]);
      const { lease } = reason ?? {};
      if (lease !== undefined) expect(lease.until).toBe(new Date(lease.until).toISOString());
      expect(others).toEqual([]);
      await millrace.executions.cancel(id);
      expect(await millrace.executions.wakeUps(id)).toEqual([]);
    });

    it('hands out copies: what a program does to an answer changes nothing', async () => {
      const { id } = await millrace.executions.run({ workflow: 'test/greet', input: { name: 'Ada' } });
      const taken = await millrace.executions.get(id);
      Object.assign(taken.output as object, { greeting: 'changed' });
      expect(await millrace.executions.get(id)).toMatchObject({ output: { greeting: 'Hello, Ada' } });
    });
  });

  describe('large values', () => {
    const letters = 'ü'.repeat(50_000);
    const echo = text('echo', '  - all: { set: "${ . }" }');

    it('are whole in what is run and read, unless previews are asked for', async () => {
      const ended = await millrace.executions.run({ definition: echo, input: { letters } });
      expect(ended).toMatchObject({ status: 'completed', input: { letters }, output: { letters } });
      expect(ended).not.toHaveProperty('large');
      expect(await millrace.executions.get(ended.id)).toEqual(ended);
      const shown = await millrace.executions.get(ended.id, { large: 'preview' });
      expect(shown).toMatchObject({ large: ['/input', '/output'], output: { bytes: 100_014 } });
    });

    it('are previews in events, and are had one by one', async () => {
      const { id } = await millrace.executions.run(
        { definition: echo, input: { letters } },
        { large: 'preview' },
      );
      const events = await all(millrace.executions.watch(id));
      expect(events[0]).toMatchObject({ large: ['/input'], fact: { input: { bytes: 100_014 } } });
      expect(await millrace.executions.value(id, { version: 1, of: '/input' })).toEqual({ letters });
      expect(await millrace.executions.value(id, 'output')).toEqual({ letters });
      await expect(millrace.executions.value(id, { version: 99, of: '/input' })).rejects.toEqual(
        refusal('not-found'),
      );
      await expect(millrace.executions.value(id, { version: 0, of: '/input' })).rejects.toEqual(
        refusal('bad-request'),
      );
    });
  });

  describe('what an operator does', () => {
    it('reads the definition of a run that was given inline', async () => {
      const { definition } = await millrace.executions.run({
        definition: text('inline', '  - a: { set: { a: 1 } }'),
      });
      const found = await millrace.workflows.definition(definition);
      expect(found).toMatchObject({ digest: definition, name: 'inline', format: 'yaml' });
      expect(found.source).toContain('name: inline');
      expect(found.document).toMatchObject({ do: [{ a: { set: { a: 1 } } }] });
      await expect(millrace.workflows.definition(`sha256:${'0'.repeat(64)}`)).rejects.toEqual(
        refusal('not-found'),
      );
    });

    it('finds an execution by how its id begins', async () => {
      const id = `found-${Math.random()}`;
      await millrace.executions.start({ workflow: 'test/long', id });
      const [only, ...others] = await all(millrace.executions.list({ id: id.slice(0, 12) }));
      expect([only?.id, others]).toEqual([id, []]);
      await expect(millrace.executions.list({ id: 'abc' }).page()).rejects.toEqual(refusal('bad-request'));
    });

    it('says why, and it is kept with the event', async () => {
      const { id } = await start('long');
      await millrace.executions.suspend(id, { reason: 'lunch' });
      await millrace.executions.resume(id, { reason: 'lunch is over' });
      await millrace.executions.cancel(id, { reason: 'enough' });
      const facts = (await all(millrace.executions.events(id))).map(({ fact }) => fact);
      expect(facts.flatMap((fact) => ('reason' in fact ? [fact.reason] : []))).toEqual([
        'lunch',
        'lunch is over',
        'enough',
      ]);
      const faulted = await millrace.executions.run({ workflow: 'test/faulty' });
      const again = await millrace.executions.retry(faulted.id, { reason: 'mended' });
      const { items } = await millrace.executions.events(again.id, { pageSize: 1 }).page();
      expect(items[0]?.fact).toMatchObject({ type: 'execution.restored', reason: 'mended' });
    });

    it('resolves only what is in doubt', async () => {
      const { id } = await start('long');
      await expect(millrace.executions.resolve(id, 3, { as: 'again' })).rejects.toEqual(refusal('conflict'));
      await expect(millrace.executions.resolve('nobody', 3, { as: 'again' })).rejects.toEqual(
        refusal('not-found'),
      );
      await expect(millrace.executions.resolve(id, 0, { as: 'again' })).rejects.toEqual(
        refusal('bad-request'),
      );
    });

    const said = 'x'.repeat(1_001);
    const none = 'a/../b';
    const later = (about: Partial<Record<'as' | 'output' | 'error' | 'other', unknown>>) => about as never;
    it.each<[string, (to: Millrace['executions'], id: string) => Promise<unknown>]>([
      ['a phase that is none', (to) => to.list({ status: ['done' as 'completed'] }).page()],
      ['no phase at all', (to) => to.list({ status: [] }).page()],
      ['a workflow without a name', (to) => to.list({ workflow: '' }).page()],
      ['a reason of 1,001 characters for suspend', (to, id) => to.suspend(id, { reason: said })],
      ['a reason of 1,001 characters for resume', (to, id) => to.resume(id, { reason: said })],
      ['a reason of 1,001 characters for cancel', (to, id) => to.cancel(id, { reason: said })],
      ['a reason of 1,001 characters for retry', (to, id) => to.retry(id, { reason: said })],
      [
        'a reason of 1,001 characters for resolve',
        (to, id) => to.resolve(id, 3, { as: 'again' }, { reason: said }),
      ],
      ['a resolution that is none', (to, id) => to.resolve(id, 3, later({ as: 'maybe' }))],
      ['a resolution without "as"', (to, id) => to.resolve(id, 3, later({}))],
      ['"done" without an output', (to, id) => to.resolve(id, 3, later({ as: 'done' }))],
      ['"again" with an output', (to, id) => to.resolve(id, 3, later({ as: 'again', output: 1 }))],
      ['an error with "done"', (to, id) => to.resolve(id, 3, later({ as: 'done', output: 1, error: {} }))],
      ['a member that is unknown', (to, id) => to.resolve(id, 3, later({ as: 'again', other: 1 }))],
      ['an error of status 99', (to, id) => to.resolve(id, 3, { as: 'failed', error: { status: 99 } })],
      [
        'an error with "staus"',
        (to, id) => to.resolve(id, 3, later({ as: 'failed', error: { staus: 402 } })),
      ],
      ['an output that is not JSON', (to, id) => to.resolve(id, 3, later({ as: 'done', output: new Map() }))],
      ['an id that is none, to be read', (to) => to.get(none)],
      ['an id that is none, with its events', (to) => to.events(none).page()],
      ['an id that is none, to be watched', (to) => all(to.watch(none))],
      ['an id that is none, for its wake-ups', (to) => to.wakeUps(none)],
      ['an id that is none, for a value', (to) => to.value(none, 'input')],
      ['an id that is none, to be cancelled', (to) => to.cancel(none)],
      ['an id that is none, to be started', (to) => to.start({ workflow: 'test/long', id: none })],
    ])('refuses %s as a bad request, and nothing has happened', async (_, ask) => {
      const { id } = await start('long');
      await expect(ask(millrace.executions, id)).rejects.toEqual(refusal('bad-request'));
      expect(await millrace.executions.get(id)).toMatchObject({ status: 'waiting' });
    });

    it('sees how the whole is', async () => {
      const system = await millrace.system();
      expect(system).toMatchObject({
        ready: true,
        store: { driver: 'memory' },
        orphans: { count: 0, ids: [] },
      });
      expect(system.checks).toMatchObject({
        store: { ok: true },
        worker: { ok: true },
        executor: { ok: true },
      });
    });

    it('sees the processes on the store', async () => {
      const [node, ...others] = await millrace.nodes();
      expect(others).toEqual([]);
      expect(node).toMatchObject({ state: 'running', version: (await millrace.system()).version });
      expect(node?.roles).toEqual((await millrace.system()).roles);
      expect(node?.id).toBe((await millrace.system()).node);
    });

    it('watches the list, from its opening on', async () => {
      const gone = new AbortController();
      const seen: string[] = [];
      let id = '';
      for await (const change of millrace.executions.watchList({ signal: gone.signal })) {
        if (change.type === 'open') ({ id } = await start('short'));
        if (change.type !== 'changed' || change.execution.id !== id) continue;
        seen.push(change.execution.status);
        if (change.execution.endedAt !== undefined) break;
      }
      expect(seen).toEqual(['waiting', 'completed']);
      gone.abort(new Error('away'));
      await expect(all(millrace.executions.watchList({ signal: gone.signal }))).rejects.toThrow('away');
    });
  });

  describe('watching', () => {
    it('brings what was and what comes, once and in order, and ends with the execution', async () => {
      const { id } = await start('short');
      const seen = await all(millrace.executions.watch(id));
      expect(seen).toEqual(await all(millrace.executions.events(id)));
      expect(seen.at(-1)?.fact.type).toBe('execution.completed');
      expect(await all(millrace.executions.watch(id, { after: 2 }))).toEqual(seen.slice(2));
      expect(await all(millrace.executions.watch(id, { after: seen.length }))).toEqual([]);
    });

    it('brings an event while the execution still runs', async () => {
      const { id } = await start('long');
      const types: string[] = [];
      for await (const { fact } of millrace.executions.watch(id)) {
        types.push(fact.type);
        if (fact.type === 'wait.started') await millrace.executions.cancel(id, { reason: 'seen enough' });
      }
      expect(types).toContain('wait.started');
      expect(types.at(-1)).toBe('execution.cancelled');
    });

    it('throws for an execution that is not there', async () => {
      await expect(all(millrace.executions.watch('nobody'))).rejects.toEqual(refusal('not-found'));
    });

    it('ends with the reason of its signal', async () => {
      const { id } = await start('long');
      const gone = new AbortController();
      const reason = new Error('the reader has gone');
      const seen: ExecutionEvent[] = [];
      const watching = (async () => {
        for await (const event of millrace.executions.watch(id, { signal: gone.signal })) {
          seen.push(event);
          if (event.fact.type === 'wait.started') setTimeout(() => gone.abort(reason));
        }
      })();
      await expect(watching).rejects.toBe(reason);
      expect(seen.length).toBeGreaterThan(0);
    });
  });

  describe('changing the course', () => {
    it('cancels, and cancels again like the first time', async () => {
      const { id } = await start('long');
      expect(await millrace.executions.cancel(id, { reason: 'by mistake' })).toMatchObject({
        status: 'cancelled',
      });
      expect(await millrace.executions.cancel(id)).toMatchObject({ status: 'cancelled' });
      const [last] = (await all(millrace.executions.events(id))).slice(-1);
      expect(last?.fact).toMatchObject({ type: 'execution.cancelled', reason: 'by mistake' });
    });

    it('suspends and resumes; what has ended takes neither', async () => {
      const { id } = await start('long');
      expect(await millrace.executions.suspend(id)).toMatchObject({ status: 'suspended' });
      expect(await millrace.executions.resume(id)).toMatchObject({ status: 'waiting' });
      await millrace.executions.cancel(id);
      await expect(millrace.executions.suspend(id)).rejects.toEqual(refusal('conflict'));
    });

    it('retries a fault as an execution of its own', async () => {
      const { id } = await millrace.executions.run({ workflow: 'test/faulty' });
      const retried = await millrace.executions.retry(id);
      expect(retried).toMatchObject({ retryOf: id });
      expect(retried.id).not.toBe(id);
      const { id: open } = await start('long');
      await expect(millrace.executions.retry(open)).rejects.toEqual(refusal('conflict'));
    });
  });

  describe('giving up', () => {
    it('rejects with the reason of the signal, and leaves the execution as it is', async () => {
      const gone = new AbortController();
      const id = `left-${Math.random()}`;
      const running = millrace.executions.run({ workflow: 'test/long', id }, { signal: gone.signal });
      await expect.poll(() => millrace.executions.get(id).catch(() => undefined)).toMatchObject({ id });
      const reason = new Error('no patience');
      gone.abort(reason);
      await expect(running).rejects.toBe(reason);
      expect(await millrace.executions.get(id)).toMatchObject({ status: 'waiting' });
      await expect(millrace.workflows.get('test/long', { signal: gone.signal })).rejects.toBe(reason);
    });

    it('does nothing more once it is closed', async () => {
      const other = await open();
      await other.workflows.deploy(long);
      const { execution } = await other.executions.start({ workflow: 'test/long' });
      const watching = all(other.executions.watch(execution.id));
      const waiting = other.executions.get(execution.id, { waitMs: 60_000 });
      const closed = expect.objectContaining({ name: 'MillraceConnectionError', fault: 'closed' });
      const settled = Promise.allSettled([watching, waiting]);
      await other.close();
      await other.close();
      expect(await settled).toEqual([
        { status: 'rejected', reason: closed },
        { status: 'rejected', reason: closed },
      ]);
      await expect(other.workflows.get('test/long')).rejects.toEqual(closed);
      await expect(all(other.executions.watch(execution.id))).rejects.toEqual(closed);
    });
  });
});

describe('an embedded engine', () => {
  it('is refused a store of no known form, and told the forms', async () => {
    const refused = createEngine({ store: 'bogus:x' });
    await expect(refused).rejects.toEqual(refusal('bad-request'));
    await expect(refused).rejects.toThrow(
      'expected memory:, sqlite:PATH or postgres://USER:PASSWORD@HOST:PORT/DATABASE but found "bogus:x"',
    );
  });
});

describe('both', () => {
  it('answer with the same members', async () => {
    const shapes = await Promise.all(
      kinds.map(async ({ open }) => {
        const millrace = await open();
        const { workflow } = await millrace.workflows.deploy(faulty);
        const ended = await millrace.executions.run({ workflow, input: { a: 1 } });
        const events = await all(millrace.executions.events(ended.id));
        const { items } = await millrace.executions.list({ pageSize: 1, workflow: workflow.id }).page();
        const problem = await millrace.workflows.get('test/absent').catch((error: MillraceApiError) => error);
        await millrace.close();
        const { instance: _, ...known } = (problem as MillraceApiError).problem;
        return JSON.stringify([workflow, ended, events, items, known])
          .replaceAll(ended.id, 'ID')
          .replace(/"\d{4}-\d\d-\d\dT[^"]*Z"/g, '"TIME"')
          .replace(/"commit":"[^"]*"/g, '"commit":"…"')
          .replace(/"request":"[^"]*"/g, '"request":"…"');
      }),
    );
    expect(JSON.parse(shapes[0] ?? '')).toEqual(JSON.parse(shapes[1] ?? ''));
  });

  it('have the types of the engine', () => {
    expectTypeOf<WorkflowView>().toEqualTypeOf<engine.WorkflowView>();
    expectTypeOf<WorkflowSource>().toEqualTypeOf<engine.WorkflowSource>();
    expectTypeOf<ExecutionView>().toEqualTypeOf<engine.ExecutionView>();
    expectTypeOf<ExecutionSummary>().toEqualTypeOf<engine.ExecutionSummary>();
    expectTypeOf<ExecutionEvent>().toEqualTypeOf<engine.ExecutionEvent>();
  });
});
