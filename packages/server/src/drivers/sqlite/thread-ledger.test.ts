import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import type { Entry, WakeUp } from '../../ports/store.ts';
import { openForWriting } from './schema.ts';
import { openSqliteStore } from './store.ts';
import { openThreadBacklog } from './thread-backlog.ts';
import { openThreadLedger } from './thread-ledger.ts';
import { openThreadStreams } from './thread-streams.ts';
import { WireReader, type WireValue } from './wire.ts';

const now = 1_000;

/** A ledger over queues with one timer each, and the counter of what is asked of the database. */
function openLedger(queues: { readonly notDue: number; readonly due: number }) {
  const database = openForWriting(':memory:', { bytesMax: null, existing: false });
  onTestFinished(() => database.close());
  const put =
    database.prepare(`insert into wake_ups (tenant, execution, id, kind, due, attempt, unsafe, doubt, claimable)
    values ('a', ?1, ?1 || '/1', 'timer w/' || ?1, ?2, 0, 0, 0, ?2)`);
  for (let at = 0; at < queues.notDue; at++) put.run(`later${at}`, now + 1);
  for (let at = 0; at < queues.due; at++) put.run(`due${at}`, now);
  let asked = 0;
  const counting = new Proxy(database, {
    get: (_, name) => (name === 'prepare' ? (text: string) => counted(database.prepare(text)) : undefined),
  });
  function counted(statement: ReturnType<DatabaseSync['prepare']>) {
    return new Proxy(statement, {
      get(_, name) {
        asked++;
        const member = Reflect.get(statement, name) as unknown;
        return typeof member === 'function' ? member.bind(statement) : member;
      },
    });
  }
  const streams = openThreadStreams(database);
  const parts = { streams, backlog: openThreadBacklog(database, streams), flushAll: () => {} };
  const ledger = openThreadLedger(counting, parts);
  return {
    claim(rowsMax: number) {
      const message = [now, 'owner', now + 1_000, rowsMax, 1, 'timer', 0];
      const out: WireValue[] = [];
      const before = asked;
      ledger.claim(new WireReader(message), out);
      return { rows: out[0], asked: asked - before };
    },
  };
}

test('a claim asks the table no more often when there are 500 queues of which nothing is due', () => {
  const alone = openLedger({ notDue: 0, due: 3 }).claim(9);
  expect(alone.rows).toBe(3);
  expect(openLedger({ notDue: 500, due: 3 }).claim(9)).toEqual(alone);
});

test('a claim reads queues once, if none has more than its part', () => {
  const { claim } = openLedger({ notDue: 0, due: 20 });
  const { rows, asked } = claim(60);
  expect(rows).toBe(20);
  expect(asked).toBeLessThan(40);
});

/** Claims of a store that writes its tables whenever it is asked for what they hold. */
async function openStore() {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-ledger-'));
  let time = now;
  const store = await openSqliteStore({ path: join(folder, 'store.db'), now: () => time });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const request = { kinds: ['timer'], owner: 'o', leaseMs: 60_000 } as const;
  return {
    store,
    /** Brings the tables up to what is in memory. */
    flush: () => store.nextDue(['timer']),
    pass(ms: number) {
      time += ms;
    },
    claim: async (rowsMax: number) => (await store.claim({ ...request, rowsMax })).map(({ id }) => id),
  };
}

function timers(execution: string, dues: Readonly<Record<string, number>>): Entry {
  const rest = { execution, kind: 'timer', attempt: 0, lease: null, unsafe: false, doubt: false, body: null };
  return {
    tenant: 'a',
    stream: execution,
    wakeUps: Object.entries(dues).map(([name, due]) => ({
      type: 'put',
      row: { ...rest, id: `${execution}/${name}`, due } as WakeUp,
    })),
  };
}

test('a row that is given back is claimed again, also when claims have gone past it', async () => {
  const { store, flush, claim } = await openStore();
  await store.commit([timers('x', { a: 1, b: 2, c: 3, d: 4, e: 5 })]);
  await flush();
  expect(await claim(2)).toEqual(['x/a', 'x/b']);
  expect(await claim(1)).toEqual(['x/c']);
  await store.release('a', [{ id: 'x/b', attempt: 1 }], 'o', undefined);
  await flush();
  expect(await claim(1)).toEqual(['x/b']);
  expect(await claim(9)).toEqual(['x/d', 'x/e']);
});

test('a lease that lapsed is claimed again, also when claims have gone past its row', async () => {
  const { store, flush, pass, claim } = await openStore();
  await store.commit([timers('x', { a: 1, b: 2, c: 3 })]);
  await flush();
  expect(await claim(1)).toEqual(['x/a']);
  expect(await claim(1)).toEqual(['x/b']);
  await flush();
  pass(70_000);
  expect(await claim(9)).toEqual(['x/c', 'x/a', 'x/b']);
});

test('a row that becomes due before those that claims have gone past is claimed', async () => {
  const { store, flush, claim } = await openStore();
  await store.commit([timers('x', { a: 11, b: 12, c: 13 })]);
  await flush();
  expect(await claim(1)).toEqual(['x/a']);
  expect(await claim(1)).toEqual(['x/b']);
  await store.commit([timers('w', { a: 5 })]);
  await flush();
  expect(await claim(9)).toEqual(['w/a', 'x/c']);
});

test('a row that waits for a place is claimed when there is one, also when one behind it went meanwhile', async () => {
  const { store, flush } = await openStore();
  const limits = [{ limit: 'calls', placesMax: 1 }];
  const ask = { kinds: ['effect'], owner: 'o', leaseMs: 60_000, rowsMax: 9, limits } as const;
  const claim = async () => (await store.claim(ask)).map(({ id }) => id);
  await store.commit([effects('x', ['a', 'b', 'c'])]);
  await flush();
  expect(await claim()).toEqual(['x/a']);
  await store.commit([without('x', 'c')]);
  expect(await claim()).toEqual([]);
  await store.commit([without('x', 'a')]);
  expect(await claim()).toEqual(['x/b']);
});

/** Calls that are limited in number. */
function effects(execution: string, names: readonly string[]): Entry {
  const { wakeUps, ...rest } = timers(execution, Object.fromEntries(names.map((name, due) => [name, due])));
  const limited = { kind: 'effect', queue: 'calls w' } as const;
  return {
    ...rest,
    wakeUps: wakeUps.map((change) =>
      change.type === 'put' ? { ...change, row: { ...change.row, ...limited } } : change,
    ),
  };
}

function without(execution: string, name: string): Entry {
  return { tenant: 'a', stream: execution, wakeUps: [{ type: 'remove', id: `${execution}/${name}` }] };
}
