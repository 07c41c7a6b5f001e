import type { DatabaseSync } from 'node:sqlite';
import { shortId } from './short-id.ts';
import type { EntryPlace } from './thread-commits.ts';
import type { Stream, ThreadStreams } from './thread-streams.ts';
import type { WakeUpRow } from './wake-up-rows.ts';
import { noText, type WireMessage, WireReader, type WireValue, WireWriter } from './wire.ts';

/**
 * What the batches since the last flush began have changed of executions and wake-ups, one row a batch, in the words of the
 * message: where the process ends before a flush, the next one reads it and has in memory what this one had.
 */
export interface ThreadBacklog {
  /** Goes on with the shared texts of a message. */
  begin(message: WireMessage): void;
  /** Keeps what an entry of the message says, from where it is read. */
  keep(stream: Stream, from: WireReader, entry: EntryPlace): void;
  /** Keeps a row of the ledger as it stands. */
  keepRow(row: WakeUpRow): void;
  /** Writes what was kept in this batch. */
  write(): void;
  /** Forgets what was kept in this batch: the tables are about to say it. */
  drop(): void;
  /** number of the last row that was written; 0: there is none */
  readonly last: number;
  /** Removes the rows up to this one: the tables say now what they say. */
  clear(last: number): void;
  /**
   * Tells all that is written, entry by entry.
   * @param commits the streams of the commits since the last flush, by position
   */
  replay(
    commits: ReadonlyMap<number, Stream>,
    change: (stream: Stream, from: WireReader, position: number) => void,
  ): void;
}

/** Stands for an entry that says of the next commit what the entry before it says of its own. */
const sameAgain = -2;

/**
 * An entry begins with the number of its tenant and its stream. One that came with a commit begins with `noText` and
 * the commit's position instead, which is 30 bytes less. Executions of one workflow that go on side by side say the same but for
 * that, and are one number each.
 */
export function openThreadBacklog(database: DatabaseSync, streams: ThreadStreams): ThreadBacklog {
  const insert = database.prepare('insert into backlog (changes) values (?)');
  const all = database.prepare('select number, changes from backlog order by number');
  const clear = database.prepare('delete from backlog where number <= ?');
  // Without a condition SQLite frees the pages whole, unread.
  const clearAll = database.prepare('delete from backlog');
  let kept = new WireWriter(0);
  /** what the entry before said of its commit: where that stands in `kept`, and the commit's position */
  let before: { readonly from: number; readonly to: number; position: number } | undefined;
  let last = 0;
  return {
    begin({ base, texts }) {
      kept = new WireWriter(base, texts);
      before = undefined;
    },
    keep(stream, from, { end, tenantNumber, appends }) {
      const { values } = kept;
      const follows = appends && before?.position === stream.position - 1;
      if (before !== undefined && follows && isSame(values, before, from, end)) {
        before.position = stream.position;
        values.push(sameAgain);
        return;
      }
      if (appends) values.push(noText, stream.position);
      else values.push(tenantNumber, stream.id);
      const start = values.length;
      for (let at = from.at; at < end; at++) values.push(from.values[at] as WireValue);
      before = appends ? { from: start, to: values.length, position: stream.position } : undefined;
    },
    keepRow(row) {
      before = undefined;
      kept.share(row.stream.tenant);
      kept.put(row.stream.id, noText, 1, 1, shortId(row.stream.id, row.id));
      kept.share(row.kind);
      kept.time(row.due);
      kept.put(row.attempt);
      kept.share(row.owner);
      kept.time(row.until);
      kept.put(row.unsafe | (row.doubt << 1), row.body);
    },
    write() {
      if (kept.values.length === 0) return;
      const { lastInsertRowid } = insert.run(JSON.stringify([kept.base, kept.texts, kept.values]));
      last = Number(lastInsertRowid);
    },
    drop() {
      kept = new WireWriter(kept.base, kept.texts);
      before = undefined;
    },
    get last() {
      return last;
    },
    clear(to) {
      if (to === 0) return;
      if (to < last) clear.run(to);
      else clearAll.run();
      // SQLite numbers the rows of an empty table from 1 again.
      if (to === last) last = 0;
    },
    replay(commits, change) {
      last = 0;
      for (const row of all.iterate()) {
        const { number, changes } = row as { number: number; changes: string };
        const [base, texts, values] = JSON.parse(changes);
        const from = new WireReader(values, texts, base);
        let position = 0;
        let said = 0;
        while (from.more) {
          const next = from.values[from.at] === sameAgain ? from.at + 1 : undefined;
          if (next !== undefined) from.at = said;
          const entry =
            next === undefined
              ? streamOf(from, commits)
              : { stream: streamAt(commits, position + 1), position: position + 1 };
          position = entry.position;
          said = from.at;
          change(entry.stream, from, position);
          from.at = next ?? from.at;
        }
        last = number;
      }
    },
  };

  /** And the position of the commit that the entry came with. */
  function streamOf(
    from: WireReader,
    commits: ReadonlyMap<number, Stream>,
  ): { readonly stream: Stream; readonly position: number } {
    const tenant = from.sharedOrNull();
    if (tenant !== null) {
      const alone = streams.of(tenant, from.text());
      return { stream: alone, position: alone.position };
    }
    const position = from.number();
    return { stream: streamAt(commits, position), position };
  }
}

function streamAt(commits: ReadonlyMap<number, Stream>, position: number): Stream {
  const stream = commits.get(position);
  if (stream === undefined)
    throw new Error(`broken rule: the backlog tells of a commit ${position} that is not there`);
  return stream;
}

/** Whether what is to be read, up to `end`, is what the entry before says. */
function isSame(
  values: readonly WireValue[],
  before: { readonly from: number; readonly to: number },
  from: WireReader,
  end: number,
): boolean {
  if (end - from.at !== before.to - before.from) return false;
  for (let at = 0; at < end - from.at; at++)
    if (values[before.from + at] !== from.values[from.at + at]) return false;
  return true;
}
