import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Entry, Store, WakeUp, WakeUpChange } from '../../ports/store.ts';
import {
  afterOf,
  empty,
  entryOf,
  type Place,
  put,
  remove,
  rowOf,
} from '../../ports/store-fixture.contract.ts';
import { verifyStream } from '../../ports/verify-stream.ts';
import { openMemoryStore } from '../memory/store.ts';
import { openSqliteStore } from './store.ts';

const folder = mkdtempSync(join(tmpdir(), 'millrace-behind-'));
afterAll(() => rmSync(folder, { recursive: true }));
const hash = (text: string) => createHash('sha256').update(text).digest('hex');
const kinds = ['effect', 'timer', 'command'] as const;
const owner = 'o';

const callKinds = 12;
/** The first of them that read no table: those that do end a flush that is under way. */
const writingKinds = 10;

/** The same calls to each store, drawn by a seed. */
function driver(
  seed: number,
  clock: { now: number },
  kindsDrawn = callKinds,
): (stores: readonly Store[]) => Promise<readonly unknown[]> {
  let state = seed;
  const below = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const heads = new Map<string, Place>();
  const leases: { id: string; attempt: number }[] = [];

  function changes(stream: string): WakeUpChange[] {
    return Array.from({ length: below(4) }, () => {
      const id = below(9) === 0 ? `${stream}-odd` : `${stream}/${below(5)}`;
      if (below(2) === 0) return remove(id);
      const lease = below(2) === 0 ? null : { owner, until: clock.now + below(60) };
      if (lease !== null) leases.push({ id, attempt: 1 });
      const row: WakeUp = {
        id,
        execution: stream,
        kind: kinds[below(3)] ?? 'effect',
        due: clock.now + below(60) - 30,
        attempt: lease === null ? 0 : 1,
        lease,
        unsafe: below(4) === 0,
        doubt: false,
        body: below(3) === 0 ? '{}' : null,
      };
      return put(row);
    });
  }
  function entry(): Entry {
    const stream = `e${below(6)}`;
    const after = heads.get(stream) ?? empty;
    const what = below(10);
    const wakeUps = changes(stream);
    if (what === 0) return { tenant: 'a', stream, wakeUps };
    const execution = rowOf(stream, {
      updatedAt: clock.now,
      status: below(2) === 0 ? 'running' : 'completed',
    });
    if (what === 1)
      return entryOf(stream, { version: after.version + 7, commit: hash('never') }, { wakeUps });
    const made = entryOf(stream, after, { facts: 1 + below(3), execution, wakeUps });
    heads.set(stream, afterOf(made));
    return made;
  }
  return async (stores) => {
    clock.now += below(8);
    const what = below(kindsDrawn);
    const each = (call: (store: Store) => Promise<unknown>) => Promise.all(stores.map(call));
    if (what < 7) {
      const entries = Array.from({ length: 1 + below(3) }, entry);
      return each((store) => store.commit(entries));
    }
    if (what === 7) {
      const request = { kinds: kinds.slice(below(3)), owner, leaseMs: below(40), rowsMax: 1 + below(3) };
      const claimed = await Promise.all(stores.map((store) => store.claim(request)));
      for (const { id, attempt } of claimed[0] ?? []) leases.push({ id, attempt });
      return claimed;
    }
    const some = leases.splice(below(leases.length + 1), 3);
    if (what === 8) {
      leases.push(...some);
      return each((store) => store.renew('a', some, owner, 50));
    }
    const due = clock.now + below(20);
    if (what === 9) return each((store) => store.release('a', some, owner, due));
    if (what === 10) return each((store) => store.nextDue(kinds));
    const stream = `e${below(6)}`;
    return each(async (store) => [await store.execution('a', stream), await store.wakeUps('a', stream)]);
  };
}

interface Everything {
  readonly wakeUps: readonly (readonly WakeUp[])[];
  readonly [part: string]: unknown;
}

/** `counts` are left out: what is overdue or in doubt changes with the leases. */
async function everythingOf(store: Store): Promise<Everything> {
  const streams = Array.from({ length: 6 }, (_, at) => `e${at}`);
  return {
    executions: await store.executions('a', { rowsMax: 50 }),
    wakeUps: await Promise.all(streams.map((stream) => store.wakeUps('a', stream))),
    commits: await Promise.all(streams.map((stream) => store.read('a', stream))),
    orphans: await store.orphans('a', 50),
  };
}

/** As a start leaves them: nobody holds a lease, and what was unsafe under one is in doubt. */
function leasesVoid(all: Everything): Everything {
  const wakeUps = all.wakeUps.map((rows) =>
    rows.map((row) => ({ ...row, lease: null, doubt: row.doubt || (row.unsafe && row.lease !== null) })),
  );
  return { ...all, wakeUps };
}

describe('tables that are written behind the log', () => {
  test.each([
    [1, callKinds],
    [2, callKinds],
    [4, writingKinds],
    [5, writingKinds],
  ])(
    'are never seen: the store answers as one that writes at once, calls drawn by %i of %i kinds',
    async (seed, kindsDrawn) => {
      const clock = { now: 1_000_000 };
      const memory = openMemoryStore({ now: () => clock.now, hash });
      const path = join(folder, `drawn-${seed}.db`);
      const sqlite = await openSqliteStore({ path, entriesPerFlush: 5, now: () => clock.now });
      const call = driver(seed, clock, kindsDrawn);
      for (let at = 0; at < 150; at++) {
        const [expected, actual] = await call([memory, sqlite]);
        expect(actual).toEqual(expected);
      }
      expect(await everythingOf(sqlite)).toEqual(await everythingOf(memory));
      await sqlite.close();
    },
    60_000,
  );

  test('are brought up at the next start after a crash, from the files as they stood at any call', async () => {
    const clock = { now: 1_000_000 };
    const path = join(folder, 'living.db');
    const store = await openSqliteStore({ path, entriesPerFlush: 12, now: () => clock.now });
    const call = driver(7, clock, writingKinds);
    for (let round = 0; round < 12; round++) {
      for (let at = 0; at < 11 + round; at++) {
        await call([store]);
        for (const stream of ['e0', 'e1', 'e2'])
          expect(verifyStream(await store.read('a', stream), hash)).toEqual({ type: 'sound' });
      }
      const copy = join(folder, `crashed-${round}.db`);
      for (const end of ['', '-wal']) copyFileSync(path + end, copy + end);
      const again = await openSqliteStore({ path: copy, now: () => clock.now });
      expect(await everythingOf(again)).toEqual(leasesVoid(await everythingOf(store)));
      for (const stream of ['e0', 'e1'])
        expect(verifyStream(await again.read('a', stream), hash)).toEqual({ type: 'sound' });
      await again.close();
    }
    await store.close();
  }, 60_000);

  test('are brought up after a crash where executions that go on side by side said the same', async () => {
    const path = join(folder, 'alike.db');
    const store = await openSqliteStore({ path, now: () => 5_000 });
    const streams = Array.from({ length: 200 }, (_, at) => `e${at}`);
    const heads = new Map<string, Place>();
    const step = (number: number) =>
      store.commit(
        streams.map((stream, at) => {
          // Some say something else in between, or come without a commit, or with nothing but that.
          const odd = at % 50 === 7;
          const row: WakeUp = {
            ...{ id: `${stream}/${number}`, execution: stream, kind: 'timer', due: odd ? 7_000 : 6_000 },
            ...{ attempt: 0, lease: null, unsafe: false, doubt: false, body: null },
          };
          const wakeUps = number > 1 ? [remove(`${stream}/${number - 1}`), put(row)] : [put(row)];
          if (at % 50 === 20) return { tenant: 'a', stream, wakeUps };
          const after = heads.get(stream) ?? empty;
          const said = at % 50 === 33 ? { wakeUps: [] } : { execution: rowOf(stream), wakeUps };
          const made = entryOf(stream, after, said);
          heads.set(stream, afterOf(made));
          return made;
        }),
      );
    for (let number = 1; number <= 3; number++) await step(number);
    const copy = join(folder, 'alike-crashed.db');
    for (const end of ['', '-wal']) copyFileSync(path + end, copy + end);
    const all = async (of: Store) => ({
      executions: await of.executions('a', { rowsMax: 500 }),
      wakeUps: await Promise.all(streams.map((stream) => of.wakeUps('a', stream))),
    });
    const again = await openSqliteStore({ path: copy, now: () => 5_000 });
    const found = await all(again);
    expect(found).toEqual(await all(store));
    expect(found.wakeUps.flat()).toHaveLength(196);
    await again.close();
    await store.close();
  });

  test('are brought up in parts for who reads them, so that what is committed meanwhile need not wait for all', async () => {
    const store = await openSqliteStore({ path: join(folder, 'parts.db'), entriesPerFlush: 100_000 });
    for (let at = 0; at < 5; at++) {
      const streams = Array.from({ length: 1_000 }, (_, each) => `e${at}-${each}`);
      await store.commit(streams.map((stream) => entryOf(stream, empty, { execution: rowOf(stream) })));
    }
    const batches = () => store.stats().batches ?? 0;
    const before = batches();
    expect((await store.executions('a', { rowsMax: 500 })).rows).toHaveLength(500);
    expect(batches() - before).toBeGreaterThanOrEqual(5);
    const after = batches();
    await store.nextDue(['timer']);
    expect(batches()).toBe(after);
    await store.close();
  });

  test('an unsafe deed whose claim was not in its table yet is in doubt after a crash', async () => {
    const path = join(folder, 'unsafe.db');
    const store = await openSqliteStore({ path, now: () => 5_000 });
    const row = { id: 's/1', execution: 's', kind: 'effect', due: 1, attempt: 0, lease: null } as const;
    const unsafe = put({ ...row, unsafe: true, doubt: false, body: null });
    await store.commit([entryOf('s', empty, { wakeUps: [unsafe] })]);
    await store.claim({ kinds: ['effect'], owner, leaseMs: 60_000, rowsMax: 1 });
    const copy = join(folder, 'unsafe-crashed.db');
    for (const end of ['', '-wal']) copyFileSync(path + end, copy + end);
    const again = await openSqliteStore({ path: copy, now: () => 5_000 });
    expect(await again.wakeUps('a', 's')).toMatchObject([{ attempt: 1, lease: null, doubt: true }]);
    expect(await again.claim({ kinds: ['effect'], owner, leaseMs: 1, rowsMax: 1 })).toEqual([]);
    await again.close();
    await store.close();
  });
});
