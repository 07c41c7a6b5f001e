import type { DatabaseSync } from 'node:sqlite';
import { shownId, storedId } from './commit-id.ts';
import { rowAs } from './row-as.ts';
import { storedCause } from './stored-cause.ts';
import type { Stream, ThreadStreams } from './thread-streams.ts';
import { nothingExpected, type WireReader, type WireValue } from './wire.ts';

/** Commits in one row of the index: what a reader takes in at once. */
const positionsPerRunMax = 512;

/** The commits as the writer thread appends them. */
export interface ThreadCommits {
  /** Takes a group of entries, and gives a result for each. */
  apply(from: WireReader, out: WireValue[]): void;
  /** Tells the streams of all commits behind a position, which the index does not have; answers them by position. */
  replay(after: number): ReadonlyMap<number, Stream>;
  /** position of the last commit */
  readonly position: number;
}

/** Where a message is read: `end` is the place behind an entry, `appends` whether it has a commit. */
export interface EntryPlace {
  readonly end: number;
  readonly tenantNumber: number;
  readonly appends: boolean;
}

/** Takes what an accepted entry says of its execution and wake-ups. */
export type Change = (stream: Stream, from: WireReader, entry: EntryPlace) => void;

export function openThreadCommits(
  database: DatabaseSync,
  streams: ThreadStreams,
  change: Change,
): ThreadCommits {
  const last = database.prepare('select coalesce(max(position), 0) as position from commits');
  const unindexed = database.prepare(
    `select tenant, stream, version, count, id as "commit", time, position from commits
     where position > ? order by position`,
  );
  const append = database.prepare(
    `insert into commits (position, tenant, stream, version, count, id, previous, time, cause, body)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  let position = 0;

  function appendCommit(stream: Stream, count: number, from: WireReader): void {
    const version = stream.version + 1;
    const id = from.text();
    const time = from.time();
    const cause = storedCause(from.text());
    const { tenant, id: name, position: previous } = stream;
    append.run(position + 1, tenant, name, version, count, storedId(id), previous, time, cause, from.text());
    position++;
    advance(stream, version, count, id, time);
  }
  function advance(stream: Stream, version: number, count: number, commit: string, time: number): void {
    const run = stream.runs.at(-1);
    if (run !== undefined && run.positions.length < positionsPerRunMax) run.positions.push(position);
    else stream.runs.push({ version, positions: [position] });
    stream.version = version + count - 1;
    stream.commit = commit;
    stream.position = position;
    stream.updatedAt = time;
    streams.touch(stream);
  }
  function applyEntry(from: WireReader, out: WireValue[], end: number): void {
    const tenantNumber = from.values[from.at] as number;
    const stream = streams.of(from.shared(), from.text());
    const version = from.number();
    const commit = from.text();
    if (version !== nothingExpected && (stream.version !== version || stream.commit !== commit)) {
      out.push(-1, stream.version, stream.commit);
      return;
    }
    const count = from.number();
    if (count > 0) appendCommit(stream, count, from);
    if (from.at < end) change(stream, from, { end, tenantNumber, appends: count > 0 });
    out.push(position);
  }
  return {
    apply(from, out) {
      for (let entries = from.number(); entries > 0; entries--) {
        const end = from.number() + from.at;
        applyEntry(from, out, end);
        // A refused entry was left where it was refused.
        from.at = end;
      }
    },
    replay(after) {
      const replayed = new Map<number, Stream>();
      for (const row of unindexed.iterate(after)) {
        const { tenant, stream, version, count, commit, time, ...place } = rowAs<CommitRow>(row);
        position = place.position;
        const known = streams.of(tenant, stream);
        // A flush that was not finished may have indexed it already.
        if (position > known.position) advance(known, version, count, shownId(commit), time);
        replayed.set(position, known);
      }
      position = (last.get() as { position: number }).position;
      return replayed;
    },
    get position() {
      return position;
    },
  };
}

interface CommitRow {
  readonly tenant: string;
  readonly stream: string;
  readonly version: number;
  readonly count: number;
  readonly commit: unknown;
  readonly time: number;
  readonly position: number;
}
