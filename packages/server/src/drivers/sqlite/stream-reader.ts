import type { DatabaseSync } from 'node:sqlite';
import { rowAs } from './row-as.ts';
import type { Row, WireValue } from './wire.ts';

/**
 * Reads the commits of a stream: those that the index has, and those that came since the last flush began. The latter are
 * found by going over the keys of all commits behind the index, each once, so that a read of one stream makes nobody flush.
 */
export function openStreamReader(
  database: DatabaseSync,
  commitSql: string,
): { read(args: readonly WireValue[]): readonly Row[] } {
  const begin = database.prepare('begin');
  const end = database.prepare('commit');
  const indexed = database.prepare('select position from indexed');
  const keysBehind = database.prepare(
    'select position, tenant, stream from commits where position > ? order by position',
  );
  const runs = database.prepare(
    `select positions from streams where tenant = ? and stream = ? and version >= coalesce(
       (select max(version) from streams where tenant = ? and stream = ? and version <= ?), 0)
     order by version`,
  );
  const commit = database.prepare(commitSql);
  commit.setReturnArrays(true);
  let behind = new Map<string, number[]>();
  let indexedTo = -1;
  let seenTo = 0;

  function lookBehind(): void {
    const { position } = indexed.get() as { position: number };
    if (position !== indexedTo) {
      behind = new Map();
      indexedTo = position;
      seenTo = position;
    }
    for (const row of keysBehind.iterate(seenTo)) {
      const { position, tenant, stream } = row as { position: number; tenant: string; stream: string };
      const key = `${tenant}\0${stream}`;
      const known = behind.get(key);
      if (known === undefined) behind.set(key, [position]);
      else known.push(position);
      seenTo = position;
    }
  }
  function* positionsOf(tenant: string, stream: string, from: number): Iterable<number> {
    let last = 0;
    for (const row of runs.iterate(tenant, stream, tenant, stream, from)) {
      const positions = JSON.parse((row as { positions: string }).positions) as number[];
      yield* positions;
      last = positions.at(-1) ?? last;
    }
    // A flush under way has indexed some streams beyond the others.
    for (const position of behind.get(`${tenant}\0${stream}`) ?? []) if (position > last) yield position;
  }
  /** Commits from the one that holds the version `from`, at most `rowsMax` (-1: all). */
  function readStream(tenant: string, stream: string, from: number, rowsMax: number): readonly Row[] {
    lookBehind();
    const found: Row[] = [];
    for (const position of positionsOf(tenant, stream, from)) {
      if (found.length === rowsMax) break;
      const row = rowAs<Row>(commit.get(position));
      const [version, count] = [row[2] as number, row[3] as number];
      if (version + count > from) found.push(row);
    }
    return found;
  }
  return {
    read([tenant, stream, from, rowsMax]) {
      begin.run();
      try {
        return readStream(String(tenant), String(stream), Number(from), Number(rowsMax));
      } finally {
        end.run();
      }
    },
  };
}
