/**
 * BullMQ on Redis with `appendfsync always`, in the way that is fastest there: one job, which stores its data after
 * each of its steps. A fork is a flow of 100 jobs and their parent.
 */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '../subjects/child-process.ts';
import { forkWidth, type Sleep, type Subject } from '../subjects/subject.ts';
import { freePort } from './free-port.ts';
import { caller, type PeerGiven } from './given.ts';
import { findRedis, resolveFrom } from './install.ts';

interface Job {
  readonly name: string;
  readonly data: Readonly<Record<string, unknown>>;
  updateData(data: Readonly<Record<string, unknown>>): Promise<void>;
  getChildrenValues(): Promise<Readonly<Record<string, unknown>>>;
}

interface Queue {
  add(name: string, data: object, options: object): Promise<unknown>;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
}

interface Worker {
  on(event: 'completed', listener: (job: Job) => void): void;
  on(event: 'failed', listener: (job: Job | undefined, error: Error) => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  waitUntilReady(): Promise<unknown>;
  close(force: boolean): Promise<void>;
}

interface Package {
  readonly Queue: new (name: string, options: object) => Queue;
  readonly FlowProducer: new (
    options: object,
  ) => { add(flow: object): Promise<unknown>; close(): Promise<void> };
  readonly Worker: new (name: string, work: (job: Job) => Promise<unknown>, options: object) => Worker;
}

const removeOnComplete = true;

export async function openBullmq(given: PeerGiven): Promise<Subject> {
  const { redis, port } = await startRedis(given);
  resolveFrom(given.peersFolder, 'bullmq');
  const name: string = 'bullmq';
  const { Queue, FlowProducer, Worker } = (await import(name)) as Package;
  const connection = { host: '127.0.0.1', port };
  const ended = new Map<number, { resolve(): void; reject(error: Error): void }>();
  const sleeps = new Map<number, (sleep: Sleep) => void>();
  const call = caller(given.service);
  const concurrency = 64;
  const worker = new Worker('bench', (job) => work(job, call, sleeps), {
    connection,
    concurrency,
    drainDelay: 1,
  });
  worker.on('error', (error) => console.error(error.message));
  worker.on('completed', ({ data }) => settle(ended, data.id, (end) => end.resolve()));
  worker.on('failed', (job, error) => settle(ended, job?.data.id, (end) => end.reject(error)));
  const queue = new Queue('bench', { connection });
  const flows = new FlowProducer({ connection });
  await worker.waitUntilReady();
  await queue.waitUntilReady();
  let next = 1;
  const untilEnded = async (add: (id: number) => Promise<unknown>) => {
    const id = next++;
    const end = new Promise<void>((resolve, reject) => ended.set(id, { resolve, reject }));
    await add(id);
    await end;
  };
  return {
    title: `BullMQ 6.7.0, one job with an update a step; Redis, appendfsync always; concurrency ${concurrency}`,
    engine: [process.pid, redis.pid],
    others: given.service === undefined ? [] : [given.service.pid],
    steps: () => untilEnded((id) => queue.add('steps', { id }, { removeOnComplete })),
    calls: () => untilEnded((id) => queue.add('calls', { id }, { removeOnComplete })),
    fork: () => untilEnded((id) => flows.add(forkOf(id))),
    sleep(ms) {
      const id = next++;
      const ended = new Promise<Sleep>((resolve) => sleeps.set(id, resolve));
      const data = { sleep: id, due: Date.now() + ms };
      return { accepted: queue.add('sleep', data, { removeOnComplete, delay: ms }), ended };
    },
    async close() {
      await worker.close(true);
      await Promise.all([queue.close(), flows.close()]);
      await redis.end();
    },
  };
}

async function work(
  job: Job,
  call: () => Promise<{ readonly n: number }>,
  sleeps: Map<number, (sleep: Sleep) => void>,
): Promise<unknown> {
  switch (job.name) {
    case 'steps':
      return steps(job, 5, async (n) => n);
    case 'calls':
      return steps(job, 3, async () => (await call()).n);
    case 'join':
      return Object.keys(await job.getChildrenValues()).length;
    case 'sleep': {
      const lateMs = Date.now() - Number(job.data.due);
      sleeps.get(Number(job.data.sleep))?.({ lateMs, early: lateMs < 0 });
      sleeps.delete(Number(job.data.sleep));
      return null;
    }
    default:
      return job.data;
  }
}

async function steps(job: Job, count: number, step: (n: number) => Promise<number>): Promise<unknown> {
  let data = job.data;
  for (let n = 0; n < count; n += 1) {
    data = { ...data, [`step${n}`]: await step(n) };
    await job.updateData(data);
  }
  return data;
}

function forkOf(id: number): object {
  const opts = { removeOnComplete };
  const children = Array.from({ length: forkWidth }, (_, n) => ({
    ...{ name: 'branch', queueName: 'bench', data: { n }, opts },
  }));
  return { name: 'join', queueName: 'bench', data: { id }, opts, children };
}

function settle<T>(ended: Map<number, T>, id: unknown, tell: (end: T) => void): void {
  const end = typeof id === 'number' ? ended.get(id) : undefined;
  if (end === undefined) return;
  ended.delete(Number(id));
  tell(end);
}

async function startRedis({ folder, peersFolder }: PeerGiven) {
  const { command, env } = findRedis(peersFolder);
  const port = await freePort();
  const settings = {
    ...{ port: String(port), bind: '127.0.0.1', dir: mkdtempSync(join(folder, 'redis-')), save: '' },
    ...{ appendonly: 'yes', appendfsync: 'always', 'maxmemory-policy': 'noeviction' },
  };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  const redis = startChild(command, args, { env });
  await redis.printed(/Ready to accept connections/);
  return { redis, port };
}
