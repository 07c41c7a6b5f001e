import { Worker } from 'node:worker_threads';
import { MillraceError } from '../../errors.ts';
import { type ChannelEnd, makeChannel, postTo } from './awake-channel.ts';
import type { OpenAnswer, ThreadData } from './wire.ts';

const source = new URL(
  import.meta.url.endsWith('.ts') ? './storage-thread.ts' : './storage-thread.js',
  import.meta.url,
);

/** What Node says of a thread that has ended; it tells of its end once only. */
const threadIdOfEnded = -1;

export interface StorageThread {
  readonly worker: Worker;
  /** where it is asked, and answers */
  readonly channel: ChannelEnd;
}

export interface Threads {
  readonly writer: StorageThread;
  readonly reader: StorageThread;
}

/**
 * Starts both storage threads and answers when they have opened the file. They start side by side, which halves the time;
 * the reader opens when the writer has made the file what it should be, and when `prepared` has run.
 *
 * Throws `unavailable` with a `reason` when a thread could not open it: `newer-schema`, `older-schema`, `foreign-file`, `bytes-max`,
 * `storage-failed`, `busy`, `disk-full`.
 */
export async function startThreads(
  data: Omit<ThreadData, 'role' | 'channel'>,
  prepared: () => void,
): Promise<Threads> {
  const start = (role: ThreadData['role']): StorageThread => {
    const [channel, other] = makeChannel();
    const workerData: ThreadData = { ...data, role, channel: other };
    const name = `millrace-sqlite-${role}`;
    return { worker: new Worker(source, { workerData, name, transferList: [other.port] }), channel };
  };
  const [writer, reader] = [start('writer'), start('reader')];
  const answers = { writer: firstAnswer(writer.worker), reader: firstAnswer(reader.worker) };
  // What happens to the reader meanwhile is told when it is waited for.
  answers.reader.catch(() => {});
  try {
    await opened(answers.writer);
    prepared();
    reader.worker.postMessage({ type: 'open' });
    await opened(answers.reader);
    return { writer, reader };
  } catch (error) {
    await Promise.all([writer.worker.terminate(), reader.worker.terminate()]);
    throw error;
  }
}

/** Lets the thread close its connection, and answers when it has ended. */
export async function endThread({ worker, channel }: StorageThread): Promise<void> {
  if (worker.threadId === threadIdOfEnded) return;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  postTo(channel, { type: 'close' });
  await ended;
}

async function opened(thread: Promise<OpenAnswer>): Promise<void> {
  const answer = await thread;
  if (answer.type === 'opened') return;
  throw new MillraceError('unavailable', `the store cannot be opened: ${answer.message}`, {
    reason: answer.reason,
  });
}

function firstAnswer(worker: Worker): Promise<OpenAnswer> {
  return new Promise((resolve, reject) => {
    const early = (code: number) =>
      reject(new Error(`the storage thread ended with code ${code} before it was open`));
    worker.once('error', reject);
    worker.once('exit', early);
    worker.once('message', (answer: OpenAnswer) => {
      worker.off('error', reject);
      worker.off('exit', early);
      resolve(answer);
    });
  });
}
