import { describe, expect, test } from 'vitest';
import type { Store, WakeUpKind } from './store.ts';
import {
  empty,
  entryOf,
  harnessOf,
  type OpenStore,
  put,
  putRows,
  remove,
  rowOf,
  wakeUpOf,
} from './store-fixture.contract.ts';

const claimAs = async (store: Store, owner: string, kinds: readonly WakeUpKind[] = ['timer'], rowsMax = 10) =>
  store.claim({ kinds, owner, leaseMs: 1_000, rowsMax });
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);

/** What every store keeps to as a ledger of wake-ups. The clock of a harness begins at 1,000,000. */
export function ledgerContract(open: OpenStore): void {
  const start = harnessOf(open);

  describe('wake-ups', () => {
    test('a row reads back as it was put, each member of it', async () => {
      const { store } = await start();
      const lease = { owner: 'o', until: 2_000_000 };
      const rows = [
        wakeUpOf('s', '1', { kind: 'effect', due: 7, attempt: 3, lease, unsafe: true }),
        wakeUpOf('s', '2', { kind: 'command', body: '{"a":"ü"}', doubt: true }),
        wakeUpOf('s', '3', { kind: 'effect', queue: 'shop/order' }),
        wakeUpOf('s', '4', { kind: 'command', body: '{"a":"ü\\u0000"}', queue: 'shop/"order"' }),
        wakeUpOf('s', '5', { kind: 'timer', body: 'plain', queue: 'a' }),
        wakeUpOf('s', '6', { kind: 'command', body: '{"queue":"not one"}' }),
      ];
      await store.commit([entryOf('s', empty, { wakeUps: rows.map(put) })]);
      expect(await store.wakeUps('a', 's')).toEqual(rows);
    });

    test('rows of an execution come by id, and not those of an execution whose id goes on', async () => {
      const { store } = await start();
      await putRows(store, [
        wakeUpOf('p', '9'),
        wakeUpOf('p/3', '1'),
        wakeUpOf('p', '10'),
        wakeUpOf('p-x', '1'),
      ]);
      expect(ids(await store.wakeUps('a', 'p'))).toEqual(['p/10', 'p/9']);
      expect(ids(await store.wakeUps('a', 'p/3'))).toEqual(['p/3/1']);
    });

    test('changes of one entry apply in their order', async () => {
      const { store } = await start();
      const [one, two] = [wakeUpOf('s', '1'), wakeUpOf('s', '2')];
      const changes = [put(one), remove(one.id), remove(two.id), put(two), put({ ...two, due: 5 })];
      await store.commit([entryOf('s', empty, { wakeUps: changes })]);
      expect(await store.wakeUps('a', 's')).toEqual([{ ...two, due: 5 }]);
    });

    test('a row put again is replaced whole, its lease included', async () => {
      const { store } = await start();
      await putRows(store, [wakeUpOf('s', '1', { body: 'x' })]);
      await claimAs(store, 'o');
      await putRows(store, [wakeUpOf('s', '1', { due: 3_000_000 })]);
      expect(await store.wakeUps('a', 's')).toEqual([wakeUpOf('s', '1', { due: 3_000_000 })]);
      expect(await store.renew('a', [{ id: 's/1', attempt: 1 }], 'o', 5_000)).toEqual([]);
    });

    test('an entry removes rows of its own stream only, and removing what is absent is no error', async () => {
      const { store } = await start();
      await putRows(store, [wakeUpOf('t', '1')]);
      const changes = [remove('t/1'), remove('s/none')];
      expect(await store.commit([entryOf('s', empty, { wakeUps: changes })])).toMatchObject([
        { type: 'accepted' },
      ]);
      expect(ids(await store.wakeUps('a', 't'))).toEqual(['t/1']);
    });
  });

  describe('claims', () => {
    test('a due row is leased to one owner, once, with its fencing number raised', async () => {
      const { store } = await start();
      await putRows(store, [wakeUpOf('s', '1', { body: 'x', attempt: 4 })]);
      const lease = { owner: 'one', until: store.now() + 1_000 };
      const expected = { ...wakeUpOf('s', '1', { body: 'x', attempt: 5 }), lease };
      expect(await claimAs(store, 'one')).toEqual([{ ...expected, tenant: 'a' }]);
      expect(await claimAs(store, 'two')).toEqual([]);
      expect(await store.wakeUps('a', 's')).toEqual([expected]);
    });

    test('of many who claim at once each row goes to one', async () => {
      const { store } = await start();
      await putRows(
        store,
        Array.from({ length: 20 }, (_, at) => wakeUpOf(`s${at}`, 'x')),
      );
      const claims = await Promise.all(
        Array.from({ length: 10 }, (_, at) => claimAs(store, `o${at}`, ['timer'], 3)),
      );
      expect(new Set(ids(claims.flat())).size).toBe(20);
      expect(claims.flat()).toHaveLength(20);
    });

    test('a row is not claimed before it is due, and is at that instant', async () => {
      const { store, advance } = await start();
      await putRows(store, [wakeUpOf('s', '1', { due: store.now() + 10 })]);
      advance(9);
      expect(await claimAs(store, 'o')).toEqual([]);
      advance(1);
      expect(ids(await claimAs(store, 'o'))).toEqual(['s/1']);
    });

    test('those that could be claimed earliest go first, over kinds and tenants', async () => {
      const { store } = await start();
      await putRows(store, [
        wakeUpOf('s', '3', { due: 30 }),
        wakeUpOf('s', '1', { due: 10, kind: 'resume' }),
      ]);
      await putRows(store, [wakeUpOf('s', '2', { due: 20 })], 'b');
      expect(ids(await claimAs(store, 'o', ['timer', 'resume'], 2))).toEqual(['s/1', 's/2']);
      expect(ids(await claimAs(store, 'o', ['timer', 'resume'], 2))).toEqual(['s/3']);
    });

    test('a flood of 10,000 rows of one queue makes no other wait for more than its turn', async () => {
      const { store } = await start();
      const flood = Array.from({ length: 10_000 }, (_, at) =>
        wakeUpOf(`f${at}`, 'x', { due: 1, queue: 'flood' }),
      );
      const entries = flood.map((row) => ({ tenant: 'a', stream: row.execution, wakeUps: [put(row)] }));
      for (let from = 0; from < entries.length; from += 1_000)
        await store.commit(entries.slice(from, from + 1_000));
      await putRows(store, [
        ...['q1', 'q2', 'q3'].map((name) => wakeUpOf(name, 'x', { due: 900, queue: 'quiet' })),
        ...['n1', 'n2'].map((name) => wakeUpOf(name, 'x', { due: 900 })),
      ]);
      expect(await store.nextDue(['timer'])).toBe(1);
      const oneByOne: string[] = [];
      for (let claim = 0; claim < 6; claim++) oneByOne.push(...ids(await claimAs(store, 'o', ['timer'], 1)));
      // Three queues: each has its turn among three rows, and so twice among six.
      for (const name of ['f', 'q', 'n'])
        expect(oneByOne.filter((id) => id.startsWith(name))).toHaveLength(2);
      const rest = ids(await claimAs(store, 'o', ['timer', 'effect'], 100));
      expect(rest).toHaveLength(100);
      expect(rest.filter((id) => !id.startsWith('f'))).toEqual(['q3/x']);
      expect(await claimAs(store, 'o', ['timer'], 20_000)).toHaveLength(10_000 - 101);
      expect(await store.counts(0)).toMatchObject({ wakeUps: { timer: 10_005 }, overdue: 0 });
      await store.release('a', [{ id: 'q3/x', attempt: 1 }], 'o', undefined);
      expect(await claimAs(store, 'o')).toMatchObject([{ id: 'q3/x', queue: 'quiet', kind: 'timer' }]);
    }, 60_000);

    test('queues have their turns by code point', async () => {
      const { store } = await start();
      const queues = ['a', '\uff5e', '\u{1f600}'];
      await putRows(
        store,
        queues.map((queue, at) => wakeUpOf(`s${at}`, 'x', { queue })),
      );
      const taken: unknown[] = [];
      for (const _ of queues)
        taken.push(...(await claimAs(store, 'o', ['timer'], 1)).map(({ queue }) => queue));
      expect(taken).toEqual(queues);
    });

    test('a part of a millisecond is no time: the call is thrown back, and no other is harmed', async () => {
      const { store } = await start();
      await putRows(store, [wakeUpOf('s', '1')]);
      const calls = [
        store.claim({ kinds: ['timer'], owner: 'o', leaseMs: 0.5, rowsMax: 1 }),
        store.renew('a', [{ id: 's/1', attempt: 1 }], 'o', 0.5),
        store.release('a', [{ id: 's/1', attempt: 1 }], 'o', 0.5),
        store.commit([{ tenant: 'a', stream: 's', wakeUps: [put(wakeUpOf('s', '2', { due: 0.5 }))] }]),
        store.commit([{ tenant: 'a', stream: 's', wakeUps: [], execution: rowOf('s', { updatedAt: 0.5 }) }]),
      ];
      const claim = claimAs(store, 'o');
      for (const call of calls) await expect(call).rejects.toThrow(TypeError);
      expect(ids(await claim)).toEqual(['s/1']);
    });

    test('kinds that were not asked for are left', async () => {
      const { store } = await start();
      await putRows(store, [wakeUpOf('s', '1', { kind: 'effect' }), wakeUpOf('s', '2', { kind: 'send' })]);
      expect(ids(await claimAs(store, 'o', ['send', 'command']))).toEqual(['s/2']);
      expect(await claimAs(store, 'o', [])).toEqual([]);
    });

    test('a row that was born leased is claimed after its lease lapsed', async () => {
      const { store, advance } = await start();
      const lease = { owner: 'gone', until: store.now() + 500 };
      await putRows(store, [wakeUpOf('s', '1', { attempt: 1, lease })]);
      advance(499);
      expect(await claimAs(store, 'o')).toEqual([]);
      advance(1);
      expect(await claimAs(store, 'o')).toMatchObject([{ id: 's/1', attempt: 2, lease: { owner: 'o' } }]);
    });

    test('a row whose lease lapsed is claimed again with a higher fencing number, and the old owner has lost it', async () => {
      const { store, advance } = await start();
      await putRows(store, [wakeUpOf('s', '1')]);
      await claimAs(store, 'one');
      advance(1_000);
      expect(await claimAs(store, 'two')).toMatchObject([{ attempt: 2 }]);
      expect(await store.renew('a', [{ id: 's/1', attempt: 1 }], 'one', 9_000)).toEqual([]);
      await store.release('a', [{ id: 's/1', attempt: 1 }], 'one', 0);
      expect(await store.wakeUps('a', 's')).toMatchObject([{ attempt: 2, lease: { owner: 'two' } }]);
    });

    test('an unsafe row is claimed once; when its lease lapses it goes in doubt and is never claimed again', async () => {
      const { store, advance } = await start();
      await putRows(store, [wakeUpOf('s', '1', { unsafe: true })]);
      expect(await claimAs(store, 'one')).toMatchObject([{ attempt: 1, unsafe: true, doubt: false }]);
      advance(999);
      expect(await store.wakeUps('a', 's')).toMatchObject([{ doubt: false }]);
      expect(await store.counts(0)).toMatchObject({ doubted: 0 });
      advance(1);
      expect(await store.wakeUps('a', 's')).toMatchObject([{ doubt: true }]);
      expect(await store.counts(0)).toMatchObject({ doubted: 1 });
      expect(await store.renew('a', [{ id: 's/1', attempt: 1 }], 'one', 9_000)).toEqual([]);
      await store.release('a', [{ id: 's/1', attempt: 1 }], 'one', 0);
      advance(1_000_000);
      expect(await claimAs(store, 'two')).toEqual([]);
      expect(await store.nextDue(['timer'])).toBeUndefined();
    });

    test('an unsafe row that was given back within its lease is claimed again', async () => {
      const { store } = await start();
      await putRows(store, [wakeUpOf('s', '1', { unsafe: true })]);
      await claimAs(store, 'one');
      await store.release('a', [{ id: 's/1', attempt: 1 }], 'one', store.now());
      expect(await claimAs(store, 'two')).toMatchObject([{ attempt: 2, doubt: false }]);
    });

    test('a row that was given back without an instant is due when it was', async () => {
      const { store } = await start();
      const due = store.now() - 7;
      await putRows(store, [wakeUpOf('s', '1', { due })]);
      await claimAs(store, 'one');
      await store.release('a', [{ id: 's/1', attempt: 1 }], 'one', undefined);
      expect(await store.wakeUps('a', 's')).toMatchObject([{ due, attempt: 1, lease: null }]);
      expect(await claimAs(store, 'two')).toMatchObject([{ due, attempt: 2 }]);
    });

    test('a row in doubt is not claimed until it is put anew', async () => {
      const { store } = await start();
      await putRows(store, [wakeUpOf('s', '1', { doubt: true })]);
      expect(await claimAs(store, 'o')).toEqual([]);
      await putRows(store, [wakeUpOf('s', '1')]);
      expect(ids(await claimAs(store, 'o'))).toEqual(['s/1']);
    });
  });

  describe('renewing and releasing', () => {
    test('a lease that is held is extended from now, and the ids of those are answered', async () => {
      const { store, advance } = await start();
      await putRows(store, [wakeUpOf('s', '1'), wakeUpOf('s', '2')]);
      await claimAs(store, 'o');
      advance(900);
      const leases = [
        { id: 's/1', attempt: 1 },
        { id: 's/none', attempt: 1 },
      ];
      expect(await store.renew('a', leases, 'o', 1_000)).toEqual(['s/1']);
      advance(150);
      expect(ids(await claimAs(store, 'other'))).toEqual(['s/2']);
    });

    test.each([
      ['a stale fencing number', 'o', 0],
      ['a fencing number to come', 'o', 2],
      ['another owner', 'thief', 1],
    ])('%s changes nothing', async (_, owner, attempt) => {
      const { store } = await start();
      await putRows(store, [wakeUpOf('s', '1')]);
      await claimAs(store, 'o');
      const before = await store.wakeUps('a', 's');
      expect(await store.renew('a', [{ id: 's/1', attempt }], owner, 9_000)).toEqual([]);
      await store.release('a', [{ id: 's/1', attempt }], owner, 0);
      expect(await store.wakeUps('a', 's')).toEqual(before);
    });

    test('a lapsed lease cannot be renewed, although nobody else has the row', async () => {
      const { store, advance } = await start();
      await putRows(store, [wakeUpOf('s', '1')]);
      await claimAs(store, 'o');
      advance(1_000);
      expect(await store.renew('a', [{ id: 's/1', attempt: 1 }], 'o', 9_000)).toEqual([]);
      expect(await claimAs(store, 'other')).toMatchObject([{ attempt: 2 }]);
    });

    test('a row that was removed cannot be renewed or given back', async () => {
      const { store } = await start();
      await putRows(store, [wakeUpOf('s', '1')]);
      await claimAs(store, 'o');
      await store.commit([{ tenant: 'a', stream: 's', wakeUps: [remove('s/1')] }]);
      expect(await store.renew('a', [{ id: 's/1', attempt: 1 }], 'o', 9_000)).toEqual([]);
      await store.release('a', [{ id: 's/1', attempt: 1 }], 'o', 0);
      expect(await store.wakeUps('a', 's')).toEqual([]);
    });

    test('a lease that was born with its row is renewed like one that was claimed', async () => {
      const { store, advance } = await start();
      const lease = { owner: 'o', until: store.now() + 100 };
      await putRows(store, [wakeUpOf('s', '1', { kind: 'effect', attempt: 1, lease })]);
      expect(await store.renew('a', [{ id: 's/1', attempt: 1 }], 'o', 5_000)).toEqual(['s/1']);
      advance(200);
      expect(await claimAs(store, 'other', ['effect'])).toEqual([]);
    });

    test('a row given back is claimed from the instant that was said, with its fencing number kept', async () => {
      const { store, advance } = await start();
      await putRows(store, [wakeUpOf('s', '1')]);
      await claimAs(store, 'o');
      await store.release('a', [{ id: 's/1', attempt: 1 }], 'o', store.now() + 50);
      expect(await store.wakeUps('a', 's')).toMatchObject([
        { lease: null, attempt: 1, due: store.now() + 50 },
      ]);
      advance(49);
      expect(await claimAs(store, 'o')).toEqual([]);
      advance(1);
      expect(await claimAs(store, 'o')).toMatchObject([{ attempt: 2 }]);
    });

    test('a store that has one owner voids the leases of an earlier one at open, and doubts what was unsafe', async (context) => {
      const harness = await start();
      if (harness.reopen === undefined) return context.skip('this driver keeps nothing');
      if (!harness.store.features.exclusive) return context.skip('another process may hold the leases');
      await putRows(harness.store, [
        wakeUpOf('s', 'safe', { due: 10 }),
        wakeUpOf('s', 'unsafe', { due: 10, unsafe: true }),
      ]);
      await putRows(harness.store, [wakeUpOf('s', 'waiting', { due: 20, unsafe: true, kind: 'send' })]);
      await claimAs(harness.store, 'earlier');
      const store = await harness.reopen();
      expect(await store.renew('a', [{ id: 's/safe', attempt: 1 }], 'earlier', 9_000)).toEqual([]);
      expect(await store.wakeUps('a', 's')).toMatchObject([
        { id: 's/safe', lease: null, attempt: 1, doubt: false },
        { id: 's/unsafe', lease: null, attempt: 1, doubt: true },
        { id: 's/waiting', lease: null, attempt: 0, doubt: false },
      ]);
      expect(await claimAs(store, 'later', ['timer', 'send'])).toMatchObject([
        { id: 's/safe', attempt: 2 },
        { id: 's/waiting', attempt: 1 },
      ]);
    });
  });

  describe('the next due instant', () => {
    test('is the earliest at which a row of these kinds can be claimed, a lease counted to its end', async () => {
      const { store } = await start();
      expect(await store.nextDue(['timer', 'effect'])).toBeUndefined();
      await putRows(store, [
        wakeUpOf('s', '1', { due: 3_000_000 }),
        wakeUpOf('s', '2', { due: 2_000_000, kind: 'send' }),
      ]);
      expect(await store.nextDue(['timer'])).toBe(3_000_000);
      expect(await store.nextDue(['timer', 'send'])).toBe(2_000_000);
      await putRows(store, [wakeUpOf('s', '3', { due: 5 })]);
      expect(await store.nextDue(['timer'])).toBe(5);
      await claimAs(store, 'o');
      expect(await store.nextDue(['timer'])).toBe(store.now() + 1_000);
      await store.commit([{ tenant: 'a', stream: 's', wakeUps: [remove('s/3')] }]);
      expect(await store.nextDue(['timer'])).toBe(3_000_000);
    });
  });

  describe('counts', () => {
    test('name every status and kind, and count over tenants', async () => {
      const { store } = await start();
      expect(await store.counts(0)).toEqual({
        executions: {
          pending: 0,
          running: 0,
          waiting: 0,
          suspended: 0,
          cancelled: 0,
          faulted: 0,
          completed: 0,
        },
        wakeUps: {
          effect: 0,
          timer: 0,
          event: 0,
          child: 0,
          send: 0,
          command: 0,
          approval: 0,
          resume: 0,
          place: 0,
        },
        orphans: 0,
        overdue: 0,
        doubted: 0,
      });
      for (const tenant of ['a', 'b']) {
        await store.commit([
          entryOf('s', empty, {
            tenant,
            execution: rowOf('s', { status: 'waiting' }),
            wakeUps: [put(wakeUpOf('s', '1'))],
          }),
        ]);
      }
      await store.commit([entryOf('t', empty, { execution: rowOf('t', { status: 'completed' }) })]);
      expect(await store.counts(0)).toMatchObject({
        executions: { waiting: 2, completed: 1 },
        wakeUps: { timer: 2 },
      });
    });

    test('an execution that changes its status is counted once', async () => {
      const { store } = await start();
      const first = entryOf('s', empty, { execution: rowOf('s') });
      await store.commit([first]);
      const ended = rowOf('s', { status: 'completed', endedAt: 5 });
      await store.commit([{ tenant: 'a', stream: 's', execution: ended, wakeUps: [] }]);
      expect(await store.counts(0)).toMatchObject({ executions: { running: 0, completed: 1 } });
    });

    test('an orphan is an open execution without any wake-up', async () => {
      const { store } = await start();
      for (const status of ['running', 'suspended', 'completed', 'faulted', 'cancelled'] as const) {
        await store.commit([entryOf(status, empty, { execution: rowOf(status, { status }) })]);
      }
      await store.commit([
        entryOf('owned', empty, { execution: rowOf('owned'), wakeUps: [put(wakeUpOf('owned', '1'))] }),
      ]);
      await putRows(store, [wakeUpOf('running', '1')], 'b');
      expect(await store.counts(0)).toMatchObject({ orphans: 2 });
      expect(await store.orphans('a', 100)).toEqual(['running', 'suspended']);
      expect(await store.orphans('a', 1)).toEqual(['running']);
      expect(await store.orphans('b', 100)).toEqual([]);
      await putRows(store, [wakeUpOf('running', '1')]);
      expect(await store.counts(0)).toMatchObject({ orphans: 1 });
      expect(await store.orphans('a', 100)).toEqual(['suspended']);
    });

    test('a row is overdue when it has been due for longer than said and nobody holds it', async () => {
      const { store, advance } = await start();
      await putRows(store, [
        wakeUpOf('s', '1', { due: store.now() }),
        wakeUpOf('s', '2', { due: store.now() + 5_000 }),
      ]);
      advance(100);
      expect(await store.counts(100)).toMatchObject({ overdue: 0 });
      advance(1);
      expect(await store.counts(100)).toMatchObject({ overdue: 1 });
      await claimAs(store, 'o');
      expect(await store.counts(100)).toMatchObject({ overdue: 0 });
      advance(1_000);
      expect(await store.counts(100)).toMatchObject({ overdue: 1 });
    });
  });
}
