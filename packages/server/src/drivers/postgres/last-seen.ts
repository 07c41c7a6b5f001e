/**
 * The newest commit that this process knows of. A database that does not have it any more has gone back: its machine failed
 * with `synchronous_commit=off`, a standby that was behind was promoted, or a backup was restored under running processes. No
 * connection outlives any of these, so each new one is asked.
 */
import type { ClientBase } from 'pg';
import { MillraceError } from '../../errors.ts';

export interface LastSeen {
  /** The database has told of a commit, or stored it. */
  seen(position: number, id: string): void;
  /** Rejects when the database that was connected to does not have it. */
  check(client: ClientBase): Promise<void>;
}

/** One that retention has taken is not asked for by its id. The partitions before its own are not looked into. */
const question = `select c.position >= $1 and coalesce((
    select k.id = $2 from {schema}.commits k where k.position = $1
      and k.period >= coalesce((select max(p.period) from {schema}.periods p where p.first_position <= $1), 0)
  ), true) as kept from {schema}.counter c`;

/** `onFatal` is told once: what this process holds in memory is not what is stored, and it must end. */
export function openLastSeen(sql: (text: string) => string, onFatal: (error: Error) => void): LastSeen {
  let last = { position: 0, id: '' };
  let isTold = false;
  return {
    seen(position, id) {
      if (position > last.position) last = { position, id };
    },
    async check(client) {
      const { position, id } = last;
      if (position === 0) return;
      const { rows } = await client.query<{ kept: boolean }>(sql(question), [position, id]);
      if (rows[0]?.kept === true) return;
      const error = goneBack(position);
      if (!isTold) onFatal(error);
      isTold = true;
      throw error;
    },
  };
}

function goneBack(position: number): MillraceError {
  return new MillraceError(
    'unavailable',
    `the database has gone back: the commit at position ${position}, which it had stored, is not there any more. What this process holds in memory is not what is stored: start it again`,
    { reason: 'gone-back' },
  );
}
