/**
 * The storage thread: the one place where SQLite is called. The server starts it twice, as the writer and as the reader,
 * so that a long read never delays a commit and a read never waits behind a queue of commits.
 *
 * It imports nothing but what lies beside it: it is started as a file of its own.
 */
import type { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type ChannelEnd, openChannel } from './awake-channel.ts';
import { failureOf } from './failure.ts';
import { openReader } from './reader.ts';
import { openForReading, openForWriting, SchemaError } from './schema.ts';
import type {
  OpenAnswer,
  ReaderAnswer,
  ReaderRequest,
  ThreadData,
  WireValue,
  WriterAnswer,
  WriterRequest,
} from './wire.ts';
import { openWriter } from './writer.ts';

/** After so long without a batch the tables are brought up to date, so that a crash leaves little to read anew. */
const restMs = 200;
/** What follows from an answer comes within this, when it is one execution that goes on. */
const awakeMs = 0.25;

const data = workerData as ThreadData;
if (parentPort === null) throw new Error('the storage thread is started by the store, not by itself');
if (data.role === 'writer') serveWriter(parentPort, data.channel);
else serveReader(parentPort, data.channel);

function serveWriter(parent: MessagePort, end: ChannelEnd): void {
  const open = () => {
    const database = openForWriting(data.path, data);
    return { database, writer: openWriter(database, data.entriesPerFlush) };
  };
  const parts = opened(parent, end, open);
  if (parts === undefined) return;
  const { database, writer } = parts;
  const rest = openRest(writer.rest);
  const channel = openChannel<WriterAnswer, WriterRequest>(end, awakeMs, (request) => {
    if (request.type === 'close') {
      rest.end();
      while (writer.rest());
      database.close();
      channel.close();
      return;
    }
    const applied = writer.apply(request);
    channel.post({ ...applied, number: request.number });
    writer.tidy(request.few);
    rest.later();
    if (request.few) channel.expect();
  });
}

/** Runs something when nothing was asked for some time, and again, with room for what is asked, while there is more. */
function openRest(run: () => boolean): { later(): void; end(): void } {
  let askedAt = 0;
  let timer: NodeJS.Timeout | undefined;
  function look(): void {
    const left = askedAt + restMs - performance.now();
    if (left > 0) timer = setTimeout(look, left);
    else timer = run() ? setTimeout(look, 0) : undefined;
  }
  return {
    later() {
      askedAt = performance.now();
      timer ??= setTimeout(look, restMs);
    },
    end: () => clearTimeout(timer),
  };
}

/** The reader opens when it is told that the writer has prepared the file. */
function serveReader(parent: MessagePort, end: ChannelEnd): void {
  parent.once('message', () => {
    const database = opened(parent, end, () => openForReading(data.path));
    if (database !== undefined) answerReads(end, database);
  });
}

function answerReads(end: ChannelEnd, database: DatabaseSync): void {
  const reader = openReader(database);
  const answer = (number: number, name: string, args: readonly WireValue[]): ReaderAnswer => {
    try {
      return { type: 'done', number, rows: reader.read(name, args) };
    } catch (error) {
      return { type: 'failed', number, failure: failureOf(error) };
    }
  };
  const channel = openChannel<ReaderAnswer, ReaderRequest>(end, awakeMs, (request) => {
    if (request.type === 'close') {
      database.close();
      channel.close();
      return;
    }
    channel.post(answer(request.number, request.name, request.args));
    channel.expect();
  });
}

/** Opens, and tells the store how that went; `undefined`: it went wrong, and the thread ends. */
function opened<T>(parent: MessagePort, { port }: ChannelEnd, open: () => T): T | undefined {
  try {
    const database = open();
    parent.postMessage({ type: 'opened' } satisfies OpenAnswer);
    return database;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const reason = error instanceof SchemaError ? error.reason : failureOf(error).reason;
    parent.postMessage({ type: 'refused', message, reason } satisfies OpenAnswer);
    port.close();
    return undefined;
  }
}
