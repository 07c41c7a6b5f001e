import { describe, expect, test } from 'vitest';
import { neverDue, type PlaceLimit, type Store, type WakeUp } from './store.ts';
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

const mail: PlaceLimit = { limit: 'task:mail', placesMax: 3 };
const leaseMs = 1_000;

/** Effects of a limit, of two workflows. */
function mails(count: number, parts: Partial<WakeUp> = {}): readonly WakeUp[] {
  return Array.from({ length: count }, (_, at) =>
    wakeUpOf(`m${at}`, '1', { kind: 'effect', queue: `task:mail shop/w${at % 2}`, ...parts }),
  );
}

const claim = (store: Store, owner: string, limits: readonly PlaceLimit[] = [mail], rowsMax = 100) =>
  store.claim({ kinds: ['effect'], owner, leaseMs, rowsMax, limits });
const ids = (rows: readonly { readonly id: string }[]) => rows.map(({ id }) => id);
const leaseOf = ({ id, attempt }: WakeUp) => ({ id, attempt });

/** What every store keeps to when claims name limits. */
export function limitsContract(open: OpenStore): void {
  const start = harnessOf(open);

  describe('limits', () => {
    test('no more rows of a limit are held than it has places, however many claim at the same time', async () => {
      const { store } = await start();
      await putRows(store, mails(40));
      await putRows(store, [wakeUpOf('o', '1', { kind: 'effect', queue: 'shop/other' })]);
      const owners = Array.from({ length: 12 }, (_, at) => `o${at}`);
      const claimed = (await Promise.all(owners.map((owner) => claim(store, owner)))).flat();
      expect(claimed.filter(({ queue }) => queue !== 'shop/other')).toHaveLength(3);
      expect(ids(claimed)).toContain('o/1');
      expect(await claim(store, 'late')).toEqual([]);
    });

    test('a row that is done, given back, or whose lease lapsed has left its place', async () => {
      const { store, advance } = await start();
      await putRows(store, mails(9));
      const [one, two] = await claim(store, 'a');
      if (one === undefined || two === undefined) throw new Error('three were to be claimed');
      await store.commit([{ tenant: 'a', stream: one.execution, wakeUps: [remove(one.id)] }]);
      expect(await claim(store, 'b')).toHaveLength(1);
      await store.release('a', [leaseOf(two)], 'a', undefined);
      expect(await claim(store, 'b')).toHaveLength(1);
      expect(await claim(store, 'b')).toEqual([]);
      advance(leaseMs);
      expect(await claim(store, 'b')).toHaveLength(3);
      expect(await claim(store, 'b')).toEqual([]);
    });

    test('who was claimed for a place, and whose lease has lapsed, gets it again before those who asked earlier', async () => {
      const { store, advance } = await start();
      const place = (name: string, due: number) =>
        wakeUpOf(name, 'place', { kind: 'place', queue: 'workflow:shop/w shop/w', due });
      const ask = (placesMax: number, rowsMax = 100) =>
        store.claim({
          ...{ kinds: ['place'], owner: 'o', leaseMs, rowsMax },
          limits: [{ limit: 'workflow:shop/w', placesMax }],
        });
      await putRows(store, [place('p3', 30), place('p4', 40)]);
      const [first] = await ask(1);
      expect(first?.id).toBe('p3/place');
      await putRows(store, [place('p1', 10), place('p2', 20)]);
      advance(leaseMs);
      const [second] = await ask(1);
      expect(second).toMatchObject({ id: 'p3/place', attempt: (first?.attempt ?? 0) + 1 });
      expect(ids(await ask(2))).toEqual(['p1/place']);
      advance(leaseMs);
      // Fewer places than were given: whoever has one does not get a second, and nobody new gets any.
      const [kept, ...others] = ids(await ask(1));
      expect(others).toEqual([]);
      expect(await ask(1)).toEqual([]);
      expect([kept, ...ids(await ask(3))].sort()).toEqual(['p1/place', 'p2/place', 'p3/place']);
    });

    test('a lease that is renewed keeps its place', async () => {
      const { store, advance } = await start();
      await putRows(store, mails(5));
      const held = await claim(store, 'a');
      advance(leaseMs - 1);
      for (const row of held) expect(await store.renew('a', [leaseOf(row)], 'a', leaseMs)).toEqual([row.id]);
      advance(leaseMs - 1);
      expect(await claim(store, 'b')).toEqual([]);
    });

    test('a row that is due never takes a place until it is removed, also in a store that was closed', async () => {
      const harness = await start();
      const place = (name: string, due: number) =>
        wakeUpOf(name, 'place', { kind: 'place', queue: 'workflow:shop/w shop/w', due });
      const limits = [{ limit: 'workflow:shop/w', placesMax: 2 }];
      const ask = (store: Store) =>
        store.claim({ kinds: ['place'], owner: 'o', leaseMs, rowsMax: 100, limits });
      await putRows(harness.store, [place('p1', 10), place('p2', 20), place('p3', 30), place('p4', 40)]);
      expect(ids(await ask(harness.store))).toEqual(['p1/place', 'p2/place']);
      await putRows(harness.store, [place('p1', neverDue), place('p2', neverDue)]);
      expect(await ask(harness.store)).toEqual([]);
      const store = (await harness.reopen?.()) ?? harness.store;
      expect(await ask(store)).toEqual([]);
      await store.commit([{ tenant: 'a', stream: 'p1', wakeUps: [remove('p1/place')] }]);
      expect(ids(await ask(store))).toEqual(['p3/place']);
      await store.commit([{ tenant: 'a', stream: 'p3', wakeUps: [remove('p3/place')] }]);
      expect(ids(await ask(store))).toEqual(['p4/place']);
    });

    test('queues of a limit get their places in turn, also when one is free at a time and others are served in between', async () => {
      const { store } = await start();
      await putRows(store, mails(10));
      await putRows(
        store,
        Array.from({ length: 10 }, (_, at) => wakeUpOf(`z${at}`, '1', { kind: 'effect', queue: 'zoo/z' })),
      );
      const one = [{ limit: 'task:mail', placesMax: 1 }];
      const got: (string | undefined)[] = [];
      for (let turn = 0; turn < 6; turn++) {
        const rows = await claim(store, 'o', one, 2);
        const row = rows.find(({ queue }) => queue !== 'zoo/z');
        got.push(row?.queue);
        if (row !== undefined)
          await store.commit([{ tenant: 'a', stream: row.execution, wakeUps: [remove(row.id)] }]);
      }
      const [first, second] = ['task:mail shop/w0', 'task:mail shop/w1'];
      expect(got).toEqual([first, second, first, second, first, second]);
    });

    test('whose turn it is among the queues of a limit is known after claims that name other limits, and none', async () => {
      const { store } = await start();
      await putRows(store, mails(6));
      const one = [{ limit: 'task:mail', placesMax: 1 }];
      const got: (string | undefined)[] = [];
      for (let turn = 0; turn < 6; turn++) {
        const [row] = await claim(store, 'o', one);
        if (row === undefined) throw new Error('one was to be claimed');
        got.push(row.queue);
        await store.commit([{ tenant: 'a', stream: row.execution, wakeUps: [remove(row.id)] }]);
        const limits = turn % 2 === 0 ? [{ limit: 'workflow:shop/w', placesMax: 1 }] : [];
        await store.claim({ kinds: ['place', 'timer'], owner: 'o', leaseMs, rowsMax: 10, limits });
      }
      const [first, second] = ['task:mail shop/w0', 'task:mail shop/w1'];
      expect(got).toEqual([first, second, first, second, first, second]);
    });

    test('those of one queue get their places in the order in which they came due', async () => {
      const { store } = await start();
      await putRows(store, [
        ...mails(1, { due: 900, queue: 'task:mail shop/w' }),
        wakeUpOf('early', '1', { kind: 'effect', due: 100, queue: 'task:mail shop/w' }),
        wakeUpOf('late', '1', { kind: 'effect', due: 950, queue: 'task:mail shop/w' }),
      ]);
      const one = [{ limit: 'task:mail', placesMax: 1 }];
      expect(ids(await claim(store, 'o', one))).toEqual(['early/1']);
      const two = [{ limit: 'task:mail', placesMax: 2 }];
      expect(ids(await claim(store, 'o', two))).toEqual(['m0/1']);
    });

    test('limits do not count each other, a limit whose name goes on is another, and one that is not named is none', async () => {
      const { store } = await start();
      await putRows(store, mails(5));
      await putRows(
        store,
        ['task:mail2', 'task:mai', 'task:x'].flatMap((limit) =>
          [1, 2].map((at) => wakeUpOf(`${limit}${at}`, '1', { kind: 'effect', queue: `${limit} shop/w` })),
        ),
      );
      const limits = [mail, { limit: 'task:mail2', placesMax: 1 }, { limit: 'task:mai', placesMax: 0 }];
      const queues = (await claim(store, 'o', limits)).map(({ queue }) => queue?.split(' ')[0]);
      expect(queues.sort()).toEqual([
        ...['task:mail', 'task:mail', 'task:mail', 'task:mail2', 'task:x', 'task:x'],
      ]);
    });

    test('an unsafe row takes a place while it is held, and none when it is in doubt', async () => {
      const { store, advance } = await start();
      await putRows(store, mails(2, { unsafe: true }));
      await putRows(
        store,
        [1, 2, 3].map((at) =>
          wakeUpOf(`n${at}`, '1', { kind: 'effect', due: 2_000, queue: 'task:mail shop/w0' }),
        ),
      );
      expect(await claim(store, 'o')).toHaveLength(3);
      expect(await claim(store, 'p')).toEqual([]);
      advance(leaseMs);
      expect(await store.counts(0)).toMatchObject({ doubted: 2 });
      expect(await claim(store, 'p')).toHaveLength(3);
    });

    test('what waits by a limit is not overdue, and a place that is held moves nobody: its execution is an orphan', async () => {
      const { store } = await start();
      const waits = wakeUpOf('w', 'place', { kind: 'place', queue: 'workflow:shop/w shop/w', due: 10 });
      const holds = { ...wakeUpOf('h', 'place', waits), id: 'h/place', execution: 'h', due: neverDue };
      await store.commit([
        entryOf('w', empty, { execution: rowOf('w', { status: 'pending' }), wakeUps: [put(waits)] }),
        entryOf('h', empty, { execution: rowOf('h'), wakeUps: [put(holds)] }),
      ]);
      expect(await store.counts(0)).toMatchObject({ orphans: 1, overdue: 0, wakeUps: { place: 2 } });
      expect(await store.orphans('a', 10)).toEqual(['h']);
    });
  });
}
