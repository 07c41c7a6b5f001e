import type { StreamTables } from './stream-tables.ts';
import type { ThreadBacklog } from './thread-backlog.ts';
import type { ThreadCommits } from './thread-commits.ts';
import type { ThreadLedger } from './thread-ledger.ts';
import type { Stream, ThreadStreams } from './thread-streams.ts';
import type { WakeUpRow } from './wake-up-rows.ts';

/**
 * Brings the tables up to what is in memory.
 *
 * A flush begins after so many entries, and ends within half as many: up to then a share of it is written with one batch or
 * another, so that none is held up. It takes what differs when it begins, in the order of the tables' keys, and writes
 * each as it stands by then. When all is written the index and the backlog are behind by what came since its beginning.
 *
 * Whoever waits for the tables has them written sooner, but no faster than a slice with each batch: their rows are many
 * under load, and a batch that wrote them all would hold up the commits behind it for 100 ms.
 *
 * Where the process ends in the middle, some rows of the tables are newer than `indexed` and the backlog's first rows
 * say: whoever reads them goes by the last position of each stream, and the backlog ends with the newest of each row.
 */
export interface ThreadFlush {
  /** Counts the entries of a batch. */
  count(entries: number): void;
  /** Writes what falls to a batch of so many entries, and to those before it for which nothing was written. */
  share(entries: number, few: boolean): void;
  /** Writes what one batch may write for somebody who waits for the tables. `few`: few commits are under way. */
  slice(few: boolean): void;
  /** Writes all that is in memory. */
  all(): void;
  /** number of the flush that has to end before the tables tell of all that was counted; numbers grow by one */
  readonly wanted: number;
  /** number of the last flush that has ended */
  readonly ended: number;
  /** whether a slice is enough for all of it */
  isSmall(few: boolean): boolean;
  /** whether batches came that the tables do not tell of */
  readonly isBehind: boolean;
  /**
   * Forgets what it was about: a batch failed, and memory was built anew. A flush that found no room is not tried with
   * every batch: a small commit may find some.
   */
  clear(): void;
}

export interface FlushParts {
  readonly streams: ThreadStreams;
  readonly tables: StreamTables;
  readonly ledger: ThreadLedger;
  readonly backlog: ThreadBacklog;
  readonly commits: ThreadCommits;
}

/**
 * Of streams and wake-ups: some 3 ms and some 10, for which a commit that comes meanwhile waits at most. Where many are under way
 * larger slices bring whoever waits for the tables sooner to their end.
 */
const rowsPerSlice = { few: 256, many: 1_024 };
/**
 * Of the entries of a flush: the rows of a share, 64 and 256. With fewer the pages at which they end are written again and
 * again: with a share in each batch five effects wrote 8 % more.
 */
const partPerShare = { few: 1 / 128, many: 1 / 32 };

interface Round {
  readonly number: number;
  readonly streams: readonly Stream[];
  readonly rows: readonly WakeUpRow[];
  /** how many of both are written */
  written: number;
  /** rows that fall to the batches since the last share */
  owed: number;
  /** what the index and the backlog have come to when all are */
  readonly position: number;
  readonly backlogTo: number;
}

/** @param entriesPerFlush entries after which one begins, also when nobody waits for it */
export function openThreadFlush(
  { streams, tables, ledger, backlog, commits }: FlushParts,
  entriesPerFlush: number,
): ThreadFlush {
  let round: Round | undefined;
  /** since the last flush began */
  let entries = 0;
  let entriesMax = entriesPerFlush;
  let begun = 0;
  let ended = 0;

  function begin(): Round {
    entries = 0;
    entriesMax = entriesPerFlush;
    return {
      number: ++begun,
      streams: streams.takeDirty(),
      rows: ledger.takeDirty(),
      written: 0,
      owed: 0,
      position: commits.position,
      backlogTo: backlog.last,
    };
  }
  function write(current: Round, count: number): void {
    const size = sizeOf(current);
    const end = Math.min(size, current.written + count);
    current.owed = 0;
    for (; current.written < end; current.written++) {
      const stream = current.streams[current.written];
      if (stream !== undefined) tables.write(stream);
      else ledger.write(current.rows[current.written - current.streams.length] as WakeUpRow);
    }
    round = end < size ? current : undefined;
    if (round !== undefined) return;
    ended = current.number;
    ledger.flushed();
    tables.setIndexed(current.position);
    backlog.clear(current.backlogTo);
  }
  return {
    count(more) {
      entries += more;
    },
    share(count, few) {
      if (round === undefined && entries < entriesMax) return;
      round ??= begin();
      round.owed += (sizeOf(round) * 2 * count) / entriesPerFlush;
      const enough = entriesPerFlush * (few ? partPerShare.few : partPerShare.many);
      if (round.owed < Math.min(enough, leftOf(round))) return;
      write(round, Math.ceil(round.owed));
    },
    slice(few) {
      write(round ?? begin(), few ? rowsPerSlice.few : rowsPerSlice.many);
    },
    all() {
      if (round !== undefined) write(round, Number.POSITIVE_INFINITY);
      backlog.drop();
      write(begin(), Number.POSITIVE_INFINITY);
    },
    get wanted() {
      if (entries > 0) return begun + 1;
      return round === undefined ? ended : begun;
    },
    get ended() {
      return ended;
    },
    isSmall: (few) => leftOf(round) + entries <= (few ? rowsPerSlice.few : rowsPerSlice.many),
    get isBehind() {
      return round !== undefined || entries > 0;
    },
    clear() {
      // What a flush had begun to write is behind again, however much it is; who waits for it waits for the next one.
      if (begun > ended) entries = Math.max(entries, rowsPerSlice.many + 1);
      round = undefined;
      entriesMax = entries + entriesPerFlush;
    },
  };
}

function leftOf(round: Round | undefined): number {
  return round === undefined ? 0 : sizeOf(round) - round.written;
}

function sizeOf({ streams, rows }: Round): number {
  return streams.length + rows.length;
}
