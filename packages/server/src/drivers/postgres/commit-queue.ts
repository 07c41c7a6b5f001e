/**
 * Gathers the commits of one tick into batches: one statement each, which is one round trip and one transaction.
 *
 * 1. Two batches are on their way at most: while one is synced the other is checked and written as far as the counter.
 * 2. Batches on two connections may overtake each other, so calls that share a stream with one under way, or with one
 *    that waits for it, wait: entries of one stream apply in their order.
 * 3. A lost connection leaves open whether its batch was done. The database knows: the writer's row holds the answer of
 *    the last batch, and once it is retired no late batch of that writer can be done any more. So a batch is answered
 *    from there, or is sent again.
 * 4. A database that is away is waited for a while; then what waits is refused. Only a batch that was under way when the
 *    database was lost, and that did not come back in time, may have been stored all the same.
 */
import { MillraceError } from '../../errors.ts';
import type { CommitResult, Entry } from '../../ports/store.ts';
import { commitStatement, hintOf, keyOf, toArguments, toResults } from './commit-arrays.ts';
import type { Database, Row } from './database.ts';
import { isAway, kindOf, toError, wasNeverSent } from './failure.ts';
import type { Hints } from './hints.ts';
import { openWriter, type Writer } from './writer.ts';

export interface CommitQueue {
  commit(entries: readonly Entry[]): Promise<readonly CommitResult[]>;
  stats(): Readonly<Record<string, number>>;
  /** Answers when all that was queued is answered; what comes later is refused. */
  drain(): Promise<void>;
}

export interface CommitQueueOptions {
  readonly database: Database;
  readonly hints: Pick<Hints, 'channel' | 'own' | 'signed'>;
  readonly now: (() => number) | undefined;
  /** a new UUID */
  readonly id: () => string;
  /** told of the database's clock with every answer */
  readonly heard: (instant: number) => void;
}

interface Call {
  readonly entries: readonly Entry[];
  readonly characters: number;
  /** its batch failed as a whole for what is in it: it is sent alone, so that others are not harmed */
  isAlone: boolean;
  resolve(results: readonly CommitResult[]): void;
  reject(error: unknown): void;
}

const batchesInFlightMax = 2;
const entriesPerBatchMax = 1_024;
const charactersPerBatchMax = 8 * 1024 * 1024;
const entriesQueuedMax = 100_000;
/** Calls that are looked through for one that can go. */
const lookedThroughMax = 4_096;
const clashesMax = 20;
const pauseMs = { first: 20, most: 500 };
/** So many entries are worth a batch of their own: it is on its way while the next are decided. */
const atOnceMin = 16;

export function openCommitQueue(options: CommitQueueOptions): CommitQueue {
  const { database, hints } = options;
  const writers: Writer[] = Array.from({ length: batchesInFlightMax }, () =>
    openWriter(database, options.id),
  );
  const idle = [...writers];
  /** streams of the batches under way */
  const held = new Set<string>();
  let queue: Call[] = [];
  let entriesQueued = 0;
  let scheduled = false;
  let closed = false;
  let drained: (() => void) | undefined;
  const figures = { commits: 0, refused: 0, batches: 0, units: 0, unitsPerBatchMax: 0, failedBatches: 0 };

  function send(): void {
    scheduled = false;
    while (idle.length > 0) {
      const calls = take();
      if (calls.length === 0) break;
      const writer = idle.pop() as Writer;
      void run(writer, calls).finally(() => {
        idle.push(writer);
        send();
      });
    }
    if (queue.length === 0 && idle.length === batchesInFlightMax) drained?.();
  }
  /** The next calls whose streams nobody holds, and that do not overtake an earlier call of the same stream. */
  function take(): readonly Call[] {
    const taken: Call[] = [];
    const left: Call[] = [];
    const barred = new Set<string>();
    let entries = 0;
    let characters = 0;
    let at = 0;
    for (; at < queue.length && at < lookedThroughMax; at++) {
      const call = queue[at] as Call;
      const isFree = call.entries.every((entry) => !held.has(keyOf(entry)) && !barred.has(keyOf(entry)));
      const fits =
        taken.length === 0 ||
        (entries + call.entries.length <= entriesPerBatchMax &&
          characters + call.characters <= charactersPerBatchMax);
      if (isFree && fits && !(call.isAlone && taken.length > 0) && taken[0]?.isAlone !== true) {
        taken.push(call);
        entries += call.entries.length;
        characters += call.characters;
      } else {
        left.push(call);
        for (const entry of call.entries) barred.add(keyOf(entry));
      }
      if (entries >= entriesPerBatchMax || characters >= charactersPerBatchMax) {
        at++;
        break;
      }
    }
    queue = [...left, ...queue.slice(at)];
    entriesQueued -= entries;
    for (const call of taken) for (const entry of call.entries) held.add(keyOf(entry));
    return taken;
  }
  async function run(writer: Writer, calls: readonly Call[]): Promise<void> {
    const entries = calls.flatMap((call) => call.entries);
    figures.batches++;
    figures.units += entries.length;
    figures.unitsPerBatchMax = Math.max(figures.unitsPerBatchMax, entries.length);
    try {
      const hint = hintOf(entries);
      const row = await done(writer, entries, hint);
      if (typeof row.clock === 'number') options.heard(row.clock);
      const results = toResults(entries, row);
      count(entries, results);
      note(entries, results);
      release(entries);
      answer(calls, results);
      if (hint !== '') hints.own(hint);
    } catch (error) {
      figures.failedBatches++;
      release(entries);
      if (calls.length > 1 && kindOf(error) === 'internal') return again(calls);
      for (const call of calls) call.reject(toError(error));
    }
  }
  /** The answer to a batch, however often it takes; rejects as the database does. */
  async function done(writer: Writer, entries: readonly Entry[], hint: string): Promise<Row> {
    const { now = () => null } = options;
    let clashes = 0;
    let until = Number.POSITIVE_INFINITY;
    for (let pause = pauseMs.first; ; pause = Math.min(pauseMs.most, pause * 2)) {
      try {
        const { id, batch } = await writer.begin();
        const head = { now: now(), writer: id, batch, channel: hints.channel, hint: hints.signed(hint) };
        const [row] = await database.write(commitStatement, toArguments(entries, head));
        if (row === undefined) throw new Error('broken rule: commit_1 answered with no row');
        writer.done();
        return row;
      } catch (error) {
        const kind = kindOf(error);
        // What follows is known only when the database says what became of the batch.
        if (wasNeverSent(error)) writer.failed();
        else if (kind === 'lost' || kind === 'timeout') {
          const kept = await writer.resolve(error);
          if (kept !== undefined) return kept;
          // A statement that takes too long takes as long the next time.
          if (kind === 'timeout') throw error;
        } else {
          writer.failed();
          if (kind !== 'clash' && kind !== 'given-up') throw error;
          if (++clashes > clashesMax) throw error;
        }
        // A clash is an answer: it is bounded by its number.
        until = isAway(error) ? Math.min(until, database.deadline()) : database.deadline();
        if (performance.now() + pause > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
    }
  }
  function count(entries: readonly Entry[], results: readonly CommitResult[]): void {
    for (const [at, result] of results.entries()) {
      if (result.type === 'refused') figures.refused++;
      else if (entries[at]?.commit !== undefined) figures.commits++;
    }
  }
  /** Positions grow with the entries. */
  function note(entries: readonly Entry[], results: readonly CommitResult[]): void {
    const at = results.findLastIndex(
      ({ type }, place) => type === 'accepted' && entries[place]?.commit !== undefined,
    );
    const [result, id] = [results[at], entries[at]?.commit?.id];
    if (result?.type === 'accepted' && id !== undefined) database.seen(result.position, id);
  }
  function release(entries: readonly Entry[]): void {
    for (const entry of entries) held.delete(keyOf(entry));
  }
  function again(calls: readonly Call[]): void {
    for (const call of calls) call.isAlone = true;
    queue = [...calls, ...queue];
    entriesQueued += calls.reduce((sum, call) => sum + call.entries.length, 0);
  }
  return {
    commit(entries) {
      const refused = closed ? closedError() : database.refusal();
      if (refused !== undefined) return Promise.reject(refused);
      if (entriesQueued + entries.length > entriesQueuedMax && queue.length > 0)
        return Promise.reject(overload());
      return new Promise((resolve, reject) => {
        const characters = entries.reduce((sum, { commit }) => sum + (commit?.body.length ?? 0), 0);
        queue.push({ entries, characters, isAlone: false, resolve, reject });
        entriesQueued += entries.length;
        if (entries.length >= atOnceMin && idle.length > 0) return send();
        if (scheduled) return;
        scheduled = true;
        setImmediate(send);
      });
    },
    stats: () => ({
      ...figures,
      queuedUnits: entriesQueued,
      batchesInFlight: batchesInFlightMax - idle.length,
    }),
    async drain() {
      closed = true;
      if (queue.length === 0 && idle.length === batchesInFlightMax) return;
      await new Promise<void>((resolve) => (drained = resolve));
    },
  };
}

function answer(calls: readonly Call[], results: readonly CommitResult[]): void {
  let at = 0;
  for (const call of calls) {
    call.resolve(results.slice(at, at + call.entries.length));
    at += call.entries.length;
  }
}

function closedError(): MillraceError {
  return new MillraceError('unavailable', 'the store is closed', { reason: 'closed' });
}

function overload(): MillraceError {
  return new MillraceError('unavailable', `more than ${entriesQueuedMax} entries wait to be written`, {
    reason: 'overload',
  });
}
