import type { DatabaseSync } from 'node:sqlite';
import { shownId } from './commit-id.ts';
import { openHighestKey } from './highest-key.ts';
import { rowAs } from './row-as.ts';
import { TenantMap } from './tenant-map.ts';

/** About 25 MB of streams that are not open any more. */
const streamsMax = 65_536;

/** What an execution's row says, beside its key. */
export interface ExecutionValues {
  /** `[namespace, name, version, definition]` as JSON */
  readonly names: string;
  readonly status: string;
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly endedAt: number | null;
  readonly error: string | null;
}

/** Commits of a stream, one behind the other: a row of the index. */
export interface Run {
  /** of the first fact of the first commit */
  readonly version: number;
  readonly positions: number[];
}

/** A stream as the writer thread knows it: its head, and what the tables do not say of it yet. */
export interface Stream {
  readonly tenant: string;
  readonly id: string;
  /** version of its last fact, and id and position of its last commit */
  version: number;
  commit: string;
  position: number;
  /** the commits that the index has not */
  runs: Run[];
  /** the row, where it differs from the table's */
  execution: ExecutionValues | undefined;
  /** the time of the last commit, where the row in the table may not tell it; 0: it does */
  updatedAt: number;
  /** rows of wake-ups that are in the table and not in memory, at most; undefined: nobody has looked */
  unseen: number | undefined;
  dirty: boolean;
}

export interface ThreadStreams {
  /** The stream, read from the tables if it is not in memory. */
  of(tenant: string, id: string): Stream;
  /** Says that a flush has to look at it. */
  touch(stream: Stream): void;
  /** The streams to be flushed, by tenant and id. What changes from now on is for the next flush as well. */
  takeDirty(): readonly Stream[];
  /** Forgets everything. */
  clear(): void;
}

/**
 * Two generations, the older dropped when the younger is full: that costs a third of an exact order of use, which
 * deletes and inserts at every use. It happens when a flush begins, and so when the one before has ended: what that one
 * wrote may go, and what this one is to write is in the generation that stays.
 */
export function openThreadStreams(database: DatabaseSync): ThreadStreams {
  const lastRun = database.prepare(
    'select last from streams where tenant = ? and stream = ? order by version desc limit 1',
  );
  const head = database.prepare(
    'select version + count - 1 as version, id as "commit" from commits where position = ?',
  );
  const highest = openHighestKey(database, 'select max(stream) as highest from streams where tenant = ?');
  let young = new TenantMap<Stream>();
  let old = new TenantMap<Stream>();
  let dirty: Stream[] = [];

  function load(tenant: string, id: string): Stream {
    const isNew = highest.isBehindAll(tenant, id);
    const run = isNew ? undefined : (lastRun.get(tenant, id) as { last: number } | undefined);
    const position = run?.last ?? 0;
    const last = position === 0 ? undefined : rowAs<HeadRow>(head.get(position));
    return {
      tenant,
      id,
      version: last?.version ?? 0,
      commit: last === undefined ? '' : shownId(last.commit),
      position,
      runs: [],
      execution: undefined,
      updatedAt: 0,
      unseen: undefined,
      dirty: false,
    };
  }
  return {
    of(tenant, id) {
      const known = young.get(tenant, id);
      if (known !== undefined) return known;
      const stream = old.get(tenant, id) ?? load(tenant, id);
      young.set(tenant, id, stream);
      return stream;
    },
    touch(stream) {
      if (stream.dirty) return;
      stream.dirty = true;
      dirty.push(stream);
    },
    takeDirty() {
      const taken = dirty.sort(byKey);
      for (const stream of taken) {
        stream.dirty = false;
        if (stream.runs.length > 0) highest.raise(stream.tenant, stream.id);
      }
      dirty = [];
      if (young.size >= streamsMax / 2) {
        old = young;
        young = new TenantMap();
      }
      return taken;
    },
    clear() {
      young = new TenantMap();
      old = new TenantMap();
      dirty = [];
      highest.clear();
    },
  };
}

interface HeadRow {
  readonly version: number;
  readonly commit: unknown;
}

/** Near the order of the tables, which lets one page take many rows: by UTF-16 unit, not by byte. */
function byKey(a: Stream, b: Stream): number {
  if (a.id !== b.id) return a.id < b.id ? -1 : 1;
  return a.tenant < b.tenant ? -1 : 1;
}
