import type { DatabaseSync } from 'node:sqlite';
import type { ExecutionValues, Stream } from './thread-streams.ts';

/** Writes what memory knows of streams into the index and the executions' table. */
export interface StreamTables {
  /** Writes one as it stands. */
  write(stream: Stream): void;
  /** Says that the index has all commits up to this one. */
  setIndexed(position: number): void;
  /** position of the last commit that the index has */
  indexedTo(): number;
}

export function openStreamTables(database: DatabaseSync): StreamTables {
  const run = database.prepare(
    'insert into streams (tenant, stream, version, last, positions) values (?, ?, ?, ?, ?)',
  );
  const execution = database.prepare(
    `insert into executions (tenant, id, namespace, name, version, definition, status, started_at, updated_at, ended_at, error)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (tenant, id) do update set namespace = excluded.namespace, name = excluded.name, version = excluded.version,
       definition = excluded.definition, status = excluded.status, started_at = excluded.started_at,
       updated_at = excluded.updated_at, ended_at = excluded.ended_at, error = excluded.error`,
  );
  const update = database.prepare(
    'update executions set updated_at = ? where tenant = ? and id = ? and updated_at < ?',
  );
  const indexed = database.prepare('select position from indexed');
  const setIndexed = database.prepare('update indexed set position = ?');
  const names = openNames();

  function writeExecution({ tenant, id, updatedAt: lastAt }: Stream, values: ExecutionValues): void {
    const [namespace, name, version, definition] = names(values.names);
    const { status, startedAt, updatedAt, endedAt, error } = values;
    execution.run(
      tenant,
      id,
      namespace,
      name,
      version,
      definition,
      status,
      startedAt,
      Math.max(updatedAt, lastAt),
      endedAt,
      error,
    );
  }
  return {
    write(stream) {
      const { tenant, id, runs, execution: values, updatedAt } = stream;
      for (const { version, positions } of runs)
        run.run(tenant, id, version, positions.at(-1) ?? 0, JSON.stringify(positions));
      if (runs.length > 0) stream.runs = [];
      if (values !== undefined) writeExecution(stream, values);
      else if (updatedAt > 0) update.run(updatedAt, tenant, id, updatedAt);
      stream.execution = undefined;
      stream.updatedAt = 0;
    },
    setIndexed: (position) => void setIndexed.run(position),
    indexedTo: () => (indexed.get() as { position: number }).position,
  };
}

/** Most rows of a flush are of the workflow of the row before. */
function openNames(): (text: string) => readonly [string, string, string, string] {
  let last = '';
  let parsed: readonly [string, string, string, string] = ['', '', '', ''];
  return (text) => {
    if (text !== last) parsed = JSON.parse(text);
    last = text;
    return parsed;
  };
}
