/** W4: many executions that sleep. */
import { machineTime, usageOf } from '../measure/processes.ts';
import { quantile } from '../measure/quantile.ts';
import { watchStalls } from '../measure/stalls.ts';
import { openEmbedded } from '../subjects/embedded.ts';
import { openOnPostgres } from '../subjects/on-postgres.ts';
import type { Sleep, Sleeping, Subject } from '../subjects/subject.ts';
import { openPeer } from './open-peer.ts';
import { isOurs, type Measured, scaled, type WorkOptions } from './work.ts';

const sleepers = 10_000;
const fullSleepMs = 2_000;
/** What a store over a connection takes, where each start is a commit that is synced. */
const startsPerSec = { sqlite: 5_000, postgres: 2_000 };
/** All are due within this time: a length of sleep is part of the definition, and there are not endlessly many. */
const dueWithinMs = 25;
/** How long all starts may take, before those that are started first are due. */
const startMsMax = { millrace: 8_000, postgres: 20_000, bullmq: 20_000, restate: 20_000, dbos: 60_000 };

/** Started at 5,000/s, each due 2 s after its own start. */
export async function measurePaced(options: WorkOptions): Promise<Measured> {
  const sleepMs = sleepMsOf(options);
  const subject = await open(options, [sleepMs]);
  return run(subject, options, async (sleep) => {
    const count = scaled(sleepers, options);
    const rate = options.subject === 'postgres' ? startsPerSec.postgres : startsPerSec.sqlite;
    const begun = performance.now();
    for (let started = 0; started < count; ) {
      const due = Math.min(count, Math.ceil(((performance.now() - begun) * rate) / 1000));
      for (; started < due; started += 1) sleep(sleepMs);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
}

/** Started as fast as the engine takes them, 64 at a time, and all due 2 s after the last of them may be started. */
export async function measureTogether(options: WorkOptions): Promise<Measured> {
  const count = scaled(sleepers, options);
  const sleepMs = sleepMsOf(options);
  const startMs = Math.min(1, Math.max(options.scale, 0.1)) * startMsMax[options.subject];
  const lengths = Array.from(
    { length: Math.ceil(startMs / dueWithinMs) + 1 },
    (_, n) => sleepMs + n * dueWithinMs,
  );
  const subject = await open(options, lengths);
  return run(subject, options, async (sleep) => {
    const latest = performance.now() + startMs;
    let started = 0;
    const work = async () => {
      while (started < count) {
        started += 1;
        const leftMs = latest - performance.now();
        if (leftMs < 0) throw new Error(`only ${started} of ${count} could be started in ${startMs} ms`);
        await sleep(sleepMs + Math.round(leftMs / dueWithinMs) * dueWithinMs).accepted;
      }
    };
    await Promise.all(Array.from({ length: 64 }, work));
  });
}

/** At a small scale nobody waits for long sleeps. */
function sleepMsOf(options: WorkOptions): number {
  return Math.min(fullSleepMs, scaled(fullSleepMs, options, 100));
}

async function open(options: WorkOptions, lengthsMs: readonly number[]): Promise<Subject> {
  if (!isOurs(options.subject)) return openPeer(options);
  const given = { parent: options.folder };
  const subject = await (options.subject === 'postgres' ? openOnPostgres(given) : openEmbedded(given));
  await subject.prepareSleeps(lengthsMs);
  return subject;
}

async function run(
  subject: Subject,
  options: WorkOptions,
  startAll: (sleep: Subject['sleep']) => Promise<void>,
): Promise<Measured> {
  try {
    // compiled code, and connections that are open
    await Promise.all(Array.from({ length: scaled(500, options, 5) }, () => subject.steps()));
    return { subject: subject.title, figures: await measure(subject, startAll) };
  } finally {
    await subject.close();
  }
}

async function measure(subject: Subject, startAll: (sleep: Subject['sleep']) => Promise<void>) {
  const stalls = watchStalls();
  const asleep = gatherSleeps();
  const begun = performance.now();
  const before = { usage: usageOf(subject.engine), others: usageOf(subject.others), ...machineTime() };
  await startAll((ms) => asleep.add(subject.sleep(ms)));
  const startedInMs = performance.now() - begun;
  const slept = await asleep.all();
  const ms = performance.now() - begun;
  const usage = usageOf(subject.engine);
  const late = slept.map(({ lateMs }) => lateMs);
  const longest = stalls.take();
  stalls.stop();
  const engineMs = usage.cpuMs - before.usage.cpuMs;
  const otherMs = usageOf(subject.others).cpuMs - before.others.cpuMs;
  return {
    early: slept.filter(({ early }) => early).length,
    lateP50Ms: quantile(late, 0.5),
    lateP99Ms: quantile(late, 0.99),
    lateMaxMs: quantile(late, 1),
    startedPerSec: (slept.length / startedInMs) * 1000,
    cpuMsPer: engineMs / slept.length,
    writtenBytesPer: (usage.writtenBytes - before.usage.writtenBytes) / slept.length,
    ...longest,
    peakMb: usage.peakBytes / 1e6,
    foreignCpu: Math.max(0, machineTime().busyMs - before.busyMs - engineMs - otherMs) / ms,
  };
}

/** What came of each sleeper. Ten thousand wait here: a list of promises for them would weigh as much as they do. */
function gatherSleeps() {
  const slept: Sleep[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<readonly Sleep[]>();
  // Thrown where it is awaited, which may be later.
  promise.catch(() => {});
  /** One for who adds them: until all were added, not all have ended. */
  let left = 1;
  const settle = () => {
    left -= 1;
    if (left === 0) resolve(slept);
  };
  return {
    add(sleeping: Sleeping): Sleeping {
      left += 2;
      sleeping.accepted.then(settle, reject);
      sleeping.ended.then((sleep) => {
        slept.push(sleep);
        settle();
      }, reject);
      return sleeping;
    },
    /** Once all were added. */
    all() {
      settle();
      return promise;
    },
  };
}
