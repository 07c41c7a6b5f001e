/**
 * The newest commit that this process knows of, and the documents that it has stored. A database that does not have them any more has gone
 * back: its machine failed with `synchronous_commit=off`, a standby that was behind was promoted, or a backup was restored under
 * running processes. No connection outlives any of these, so each new one is asked.
 *
 * What is lost is always what was stored last. So of documents it is enough to ask for those that no later one of this process
 * stands behind: one that was asked for after the others had been answered.
 */
import { randomUUID } from 'node:crypto';
import type { ClientBase } from 'pg';
import { MillraceError } from '../../errors.ts';

export interface LastSeen {
  /** The database has told of a commit, or stored it. */
  seen(position: number, id: string): void;
  /** whose marks go with the documents of this process */
  readonly process: string;
  /** The database has stored a document, asked for at an instant of `performance.now()`, with a mark of a connection. */
  marked(backend: number, mark: number, askedAt: number): void;
  /** Rejects when the database that was connected to does not have what this process knows of. */
  check(client: ClientBase): Promise<void>;
}

/** One that retention has taken is not asked for by its id. The partitions before its own are not looked into. */
const commitQuestion = `select c.position >= $1 and coalesce((
    select k.id = $2 from {schema}.commits k where k.position = $1
      and k.period >= coalesce((select max(p.period) from {schema}.periods p where p.first_position <= $1), 0)
  ), true) as kept from {schema}.counter c`;

const marksQuestion = `select count(*) = cardinality($2::integer[]) as kept
  from unnest($2::integer[], $3::bigint[]) as n (backend, number)
  join {schema}.document_marks m on m.process = $1 and m.backend = n.backend and m.number >= n.number`;

/** The upkeep of any process takes marks away that are twice as old. */
const askedMsMax = 86_400_000;

interface Mark {
  readonly number: number;
  readonly answeredAt: number;
}

/** `onFatal` is told once: what this process holds in memory is not what is stored, and it must end. */
export function openLastSeen(sql: (text: string) => string, onFatal: (error: Error) => void): LastSeen {
  let last = { position: 0, id: '' };
  const process = randomUUID();
  /** by connection */
  const marks = new Map<number, Mark>();
  let isTold = false;

  async function isKept(client: ClientBase, text: string, values: readonly unknown[]): Promise<boolean> {
    const { rows } = await client.query<{ kept: boolean }>(sql(text), [...values]);
    return rows[0]?.kept === true;
  }
  function forgetBefore(instant: number): void {
    for (const [backend, { answeredAt }] of marks) if (answeredAt < instant) marks.delete(backend);
  }
  function fail(what: string): never {
    const error = goneBack(what);
    if (!isTold) onFatal(error);
    isTold = true;
    throw error;
  }
  return {
    seen(position, id) {
      if (position > last.position) last = { position, id };
    },
    process,
    marked(backend, number, askedAt) {
      forgetBefore(askedAt);
      const known = marks.get(backend)?.number ?? 0;
      marks.set(backend, { number: Math.max(number, known), answeredAt: performance.now() });
    },
    async check(client) {
      const { position, id } = last;
      if (position > 0 && !(await isKept(client, commitQuestion, [position, id])))
        fail(`the commit at position ${position}`);
      forgetBefore(performance.now() - askedMsMax);
      if (marks.size === 0) return;
      const asked = [...marks];
      const numbers = asked.map(([, { number }]) => number);
      const backends = asked.map(([backend]) => backend);
      if (!(await isKept(client, marksQuestion, [process, backends, numbers])))
        fail('a document that this process stored last');
    },
  };
}

function goneBack(what: string): MillraceError {
  return new MillraceError(
    'unavailable',
    `the database has gone back: ${what}, which it had stored, is not there any more. What this process holds in memory is not what is stored: start it again`,
    { reason: 'gone-back' },
  );
}
