import { MillraceError } from '../../errors.ts';
import { type ChannelEnd, openChannel } from './awake-channel.ts';
import {
  type WireMessage,
  WireReader,
  type WireValue,
  WireWriter,
  type WriterAnswer,
  type WriterRequest,
} from './wire.ts';

/** One is written, one waits for that, and one is made meanwhile; a fourth gains nothing. */
const batchesInFlightMax = 3;
/**
 * Enough to be sent within its tick: the thread writes these while the main thread makes the rest. A thread that has
 * nothing to do is given little, and soon; one that is busy is given more at a time, since each batch is a sync.
 */
const unitsSentEarly = { idle: 32, busy: 128 };
/**
 * Ends a batch: what one transaction may hold. What follows from all of it is done in one go of the main thread, which
 * takes some 10 µs a unit; a sync more for each thousand is little beside them.
 *
 * Of fewer, half of what waits is left for the next batch, or all would go round in one and each thread wait for the other.
 * With this and the third batch, five effects at 512 in flight kept 1.55 cores at work instead of 1.41 (medians of five runs
 * in turn, at about the same CPU for each), and 7 % more bytes were written.
 */
const unitsPerBatch = { halved: 256, max: 1_024 };
const charactersPerBatchMax = 16 * 1024 * 1024;
/**
 * What follows from an answer is done before the next one is taken, and Node takes messages for as long as there are
 * any: after this time timers and requests have their turn before the next answer.
 */
const answersMsMax = 15;
/** A small batch and its sync take less on most machines. */
const awakeMs = 0.5;
/** What few executions write, for which both threads stay awake; with more, each has enough to do. */
const fewUnits = 8;
/** What may wait before callers are refused. */
const unitsQueuedMax = 200_000;

/** A call for the writer thread. */
export interface Write<T> {
  /** what it counts for in a batch: its entries, or 1 */
  readonly units: number;
  /** text that it carries, roughly */
  readonly characters: number;
  /** @param few it is sent with all that is under way, and little */
  encode(out: WireWriter, few: boolean): void;
  decode(from: WireReader): T;
}

export interface WriteQueue {
  /** Answers when the write is durable. Rejects with `unavailable`: it is not there, or the store is broken or closed. */
  write<T>(write: Write<T>): Promise<T>;
  stats(): Readonly<Record<string, number>>;
  /** Answers when all that was queued is answered; what comes later is refused. */
  drain(): Promise<void>;
  /** Refuses everything from now on, what is queued and under way included. */
  fail(error: Error): void;
}

interface Waiting {
  readonly write: Write<unknown>;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Gathers the writes of one tick into a batch: one message to the thread, one transaction, one sync. */
export function openWriteQueue(end: ChannelEnd, onFatal: (error: Error) => void): WriteQueue {
  let queue: Waiting[] = [];
  let queuedUnits = 0;
  let scheduled = false;
  let refusal: Error | undefined;
  let drained: (() => void) | undefined;
  let number = 0;
  const inFlight = new Map<number, readonly Waiting[]>();
  const answers: WriterAnswer[] = [];
  /** when the first answer of this turn of the event loop was taken; undefined: none was */
  let answersSince: number | undefined;
  const figures = { batches: 0, unitsPerBatchMax: 0, units: 0, failedBatches: 0 };

  function send(): void {
    scheduled = false;
    while (queue.length > 0 && inFlight.size < batchesInFlightMax) sendBatch();
    if (queue.length === 0 && inFlight.size === 0) drained?.();
  }
  function sendBatch(): void {
    const few = inFlight.size === 0 && queuedUnits <= fewUnits;
    const batch = takeBatch();
    inFlight.set(++number, batch);
    channel.post({ type: 'batch', number, message: encoded(batch, few), few });
    if (few) channel.expect();
  }
  function takeBatch(): readonly Waiting[] {
    let taken = 0;
    let units = 0;
    let characters = 0;
    const unitsMax = Math.min(unitsPerBatch.max, Math.max(unitsPerBatch.halved, Math.ceil(queuedUnits / 2)));
    while (taken < queue.length && units < unitsMax && characters < charactersPerBatchMax) {
      const { write } = queue[taken++] as Waiting;
      units += write.units;
      characters += write.characters;
    }
    const batch = queue.slice(0, taken);
    queue = queue.slice(taken);
    queuedUnits -= units;
    figures.batches++;
    figures.units += units;
    figures.unitsPerBatchMax = Math.max(figures.unitsPerBatchMax, units);
    return batch;
  }
  function receive(answer: WriterAnswer): void {
    if (answersSince === undefined) {
      answersSince = performance.now();
      setImmediate(nextTurn);
    } else if (answers.length > 0 || performance.now() - answersSince > answersMsMax) {
      answers.push(answer);
      return;
    }
    take(answer);
  }
  function nextTurn(): void {
    answersSince = undefined;
    const answer = answers.shift();
    if (answer !== undefined) receive(answer);
  }
  function take(answer: WriterAnswer): void {
    const batch = inFlight.get(answer.number) ?? [];
    inFlight.delete(answer.number);
    if (answer.type === 'done') settle(batch, answer.results);
    else {
      figures.failedBatches++;
      const error = toError(answer.failure);
      for (const waiting of batch) waiting.reject(error);
      if (answer.type === 'fatal') onFatal(error);
    }
    send();
  }
  function fail(error: Error): void {
    refusal = error;
    for (const batch of inFlight.values()) for (const waiting of batch) waiting.reject(error);
    for (const waiting of queue) waiting.reject(error);
    inFlight.clear();
    queue = [];
    queuedUnits = 0;
    drained?.();
  }

  const channel = openChannel<WriterRequest, WriterAnswer>(end, awakeMs, receive);
  return {
    write<T>(write: Write<T>): Promise<T> {
      if (refusal !== undefined) return Promise.reject(refusal);
      if (queuedUnits + write.units > unitsQueuedMax && queue.length > 0) return Promise.reject(overload());
      return new Promise<T>((resolve, reject) => {
        queue.push({ write, resolve: resolve as (value: unknown) => void, reject });
        queuedUnits += write.units;
        const enough = inFlight.size === 0 ? unitsSentEarly.idle : unitsSentEarly.busy;
        if (queuedUnits >= enough && inFlight.size < batchesInFlightMax) sendBatch();
        if (scheduled) return;
        scheduled = true;
        setImmediate(send);
      });
    },
    stats: () => ({ ...figures, queuedUnits, batchesInFlight: inFlight.size }),
    async drain() {
      refusal ??= new MillraceError('unavailable', 'the store is closed', { reason: 'closed' });
      if (queue.length === 0 && inFlight.size === 0) return;
      await new Promise<void>((resolve) => {
        drained = resolve;
      });
    },
    fail,
  };
}

function encoded(batch: readonly Waiting[], few: boolean): WireMessage {
  const out = new WireWriter(Date.now());
  for (const { write } of batch) write.encode(out, few);
  const { values, texts, base } = out;
  return { values, texts, base };
}

function settle(batch: readonly Waiting[], results: readonly WireValue[]): void {
  const from = new WireReader(results);
  for (const { write, resolve } of batch) resolve(write.decode(from));
}

export function toError(failure: { readonly reason: string; readonly message: string }): MillraceError {
  const sentences: Readonly<Record<string, string>> = {
    'disk-full': 'the disk, or what the store may use of it, is full; nothing was stored',
    busy: 'the database is busy with another program; nothing was stored',
    'storage-failed': 'the database cannot be written any more',
    internal: 'the storage thread met an error; nothing was stored',
  };
  const sentence = sentences[failure.reason] ?? failure.reason;
  const code = failure.reason === 'internal' ? 'internal' : 'unavailable';
  return new MillraceError(code, `${sentence}: ${failure.message}`, { reason: failure.reason });
}

function overload(): MillraceError {
  return new MillraceError('unavailable', `more than ${unitsQueuedMax} entries wait to be written`, {
    reason: 'overload',
  });
}
