import type { DatabaseSync } from 'node:sqlite';
import { type Head, openHeadCache } from './head-cache.ts';
import { nothingExpected, type WireReader, type WireValue } from './wire.ts';

/** About 25 MB: `tenant\0stream`, a number and a SHA-256 each. */
const headsMax = 65_536;

/** The commits and executions as the writer thread changes them. */
export interface ThreadCommits {
  /** Takes a group of entries, and gives a result for each. */
  apply(from: WireReader, out: WireValue[]): void;
  /** Forgets the heads, after a batch was rolled back. */
  reload(): void;
}

export function openThreadCommits(
  database: DatabaseSync,
  changeWakeUps: (tenant: string, execution: string, from: WireReader) => void,
): ThreadCommits {
  const heads = openHeadCache(headsMax);
  const last = database.prepare('select coalesce(max(position), 0) as position from commits');
  const head = database.prepare(
    `select version + count - 1 as version, id as "commit" from commits
     where tenant = ? and stream = ? order by version desc limit 1`,
  );
  const append = database.prepare(
    `insert into commits (position, tenant, stream, version, count, id, previous, time, cause, body)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (tenant, stream, version) do nothing`,
  );
  const execution = database.prepare(
    `insert into executions (tenant, id, namespace, name, version, definition, status, started_at, updated_at, ended_at, error)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (tenant, id) do update set namespace = excluded.namespace, name = excluded.name, version = excluded.version,
       definition = excluded.definition, status = excluded.status, started_at = excluded.started_at,
       updated_at = excluded.updated_at, ended_at = excluded.ended_at, error = excluded.error`,
  );
  const lastPosition = () => (last.get() as { position: number }).position;
  let position = lastPosition();

  function headOf(tenant: string, stream: string): Head {
    const known = heads.get(tenant, stream) ?? (head.get(tenant, stream) as Head | undefined);
    return known ?? { version: 0, commit: '' };
  }
  function appendCommit(tenant: string, stream: string, previous: string, from: WireReader): boolean {
    const version = from.number();
    const count = from.number();
    const id = from.text();
    const time = from.number();
    const cause = from.text();
    const body = from.text();
    if (
      append.run(position + 1, tenant, stream, version, count, id, previous, time, cause, body).changes === 0
    )
      return false;
    position++;
    heads.set(tenant, stream, { version: version + count - 1, commit: id });
    return true;
  }
  function putExecution(tenant: string, id: string, from: WireReader): void {
    const namespace = from.text();
    const name = from.text();
    const version = from.text();
    const definition = from.text();
    const status = from.text();
    const startedAt = from.number();
    const updatedAt = from.number();
    const endedAt = from.numberOrNull();
    const error = from.textOrNull();
    execution.run(
      tenant,
      id,
      namespace,
      name,
      version,
      definition,
      status,
      startedAt,
      updatedAt,
      endedAt,
      error,
    );
  }
  /** A first commit to a stream unknown here is not looked up: the unique index refuses it if the stream has one. */
  function fits(tenant: string, stream: string, after: Head, appends: boolean): boolean {
    if (after.version === nothingExpected) return true;
    if (appends && after.version === 0 && heads.get(tenant, stream) === undefined) return true;
    const head = headOf(tenant, stream);
    return head.version === after.version && head.commit === after.commit;
  }
  function applyEntry(from: WireReader, out: WireValue[]): void {
    const tenant = from.text();
    const stream = from.text();
    const version = from.number();
    const commit = from.text();
    const appends = from.number() === 1;
    if (
      !fits(tenant, stream, { version, commit }, appends) ||
      (appends && !appendCommit(tenant, stream, commit, from))
    ) {
      const actual = headOf(tenant, stream);
      out.push(-1, actual.version, actual.commit);
      return;
    }
    if (from.number() === 1) putExecution(tenant, stream, from);
    changeWakeUps(tenant, stream, from);
    out.push(position);
  }
  return {
    apply(from, out) {
      for (let entries = from.number(); entries > 0; entries--) {
        const end = from.number() + from.at;
        applyEntry(from, out);
        // A refused entry was left where it was refused.
        from.at = end;
      }
    },
    reload() {
      heads.clear();
      position = lastPosition();
    },
  };
}
