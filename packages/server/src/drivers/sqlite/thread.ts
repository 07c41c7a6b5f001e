import { Worker } from 'node:worker_threads';
import { MillraceError } from '../../errors.ts';
import type { OpenAnswer, ThreadData } from './wire.ts';

const source = new URL(
  import.meta.url.endsWith('.ts') ? './storage-thread.ts' : './storage-thread.js',
  import.meta.url,
);

/**
 * Starts a storage thread and answers when it has opened the file. Throws `unavailable` with the `reason` when it
 * could not: `newer-schema`, `foreign-file`, `bytes-max`, `storage-failed`, `busy`, `disk-full`.
 */
export async function startThread(data: ThreadData): Promise<Worker> {
  const worker = new Worker(source, { workerData: data, name: `millrace-sqlite-${data.role}` });
  const answer = await firstAnswer(worker);
  if (answer.type === 'opened') return worker;
  await worker.terminate();
  throw new MillraceError('unavailable', `the store cannot be opened: ${answer.message}`, {
    reason: answer.reason,
  });
}

/** Lets the thread close its connection, and answers when it has ended. */
export async function endThread(worker: Worker): Promise<void> {
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.postMessage({ type: 'close' });
  await ended;
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
