import type { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { openForWriting } from './schema.ts';
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
