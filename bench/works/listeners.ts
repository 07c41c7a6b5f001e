/** Events: very many executions that wait for one each, and how fast events come in. */
import { performance } from 'node:perf_hooks';
import { machineTime, usageOf } from '../measure/processes.ts';
import { quantile } from '../measure/quantile.ts';
import { type EmbeddedSubject, openEmbedded } from '../subjects/embedded.ts';
import { definitions, shaped } from '../subjects/listening.ts';
import { type Measured, scaled, type WorkOptions } from './work.ts';

const waiting = 100_000;
const unboundWaiting = 1_000;
const samples = 1_000;
/** What a constant tells apart costs an event nothing; correlations of others are asked one by one. */
const shapes = { constant: 10_000, correlated: 1_000 };
/** fewer where each of them is asked of every filter */
const shapeSamples = { constant: 200, correlated: 20 };
const ingested = 50_000;
const batch = 500;

type Engine = EmbeddedSubject['engineApi'];

/** 100,000 wait by a value of their own; events for some of them, one at a time, and then one for all that are left. */
export async function measureListeners(options: WorkOptions): Promise<Measured> {
  return withEngine(options, async (engine, subject) => {
    const count = scaled(waiting, options, 20);
    const ids = await startAll(engine, 'bound', count);
    await engine.wait(ids[0] as string, 1_000);
    const before = await engine.figures();
    const { waits, durable } = await wakeOneByOne(
      engine,
      ids,
      scaled(samples, options, 10),
      (n) => `order-${n}`,
    );
    const after = await engine.figures();
    const left = ids.slice(waits.length);
    const begun = performance.now();
    await engine.publish([event('all', 'all', {})]);
    for (const id of left) await engine.wait(id, 600_000);
    const perSec = left.length / ((performance.now() - begun) / 1000);
    const examined = (after.listeners_examined ?? Number.NaN) - (before.listeners_examined ?? 0);
    return {
      wakeP50Ms: quantile(waits, 0.5),
      wakeP99Ms: quantile(waits, 0.99),
      wakeMaxMs: quantile(waits, 1),
      durableP50Ms: quantile(durable, 0.5),
      durableP99Ms: quantile(durable, 0.99),
      examinedPer: examined / waits.length,
      allWokenPerSec: perSec,
      peakMb: usageOf(subject.engine).peakBytes / 1e6,
    };
  });
}

/** 1,000 wait by a predicate over their own input: each event is asked of each of them. */
export async function measureUnbound(options: WorkOptions): Promise<Measured> {
  return withEngine(options, async (engine) => {
    const ids = await startAll(engine, 'unbound', scaled(unboundWaiting, options, 10));
    const { waits } = await wakeOneByOne(engine, ids, scaled(200, options, 5), (n) => `order-${n}`);
    return {
      wakeP50Ms: quantile(waits, 0.5),
      wakeP99Ms: quantile(waits, 0.99),
      wakeMaxMs: quantile(waits, 1),
    };
  });
}

/**
 * As many workflows as executions, all for one type of event: each names a constant of its own, or correlates by a value.
 * `few`: with a tenth of them.
 */
export function shapesBy(kind: 'constant' | 'correlated') {
  return (options: WorkOptions): Promise<Measured> =>
    withEngine(options, async (engine) => {
      const few = await wakeShapes(engine, kind, 'few', options);
      const many = await wakeShapes(engine, kind, 'many', options);
      return {
        wakeP50Ms: quantile(many.waits, 0.5),
        wakeP99Ms: quantile(many.waits, 0.99),
        filtersPer: many.filtersPer,
        fewWakeP50Ms: quantile(few.waits, 0.5),
        fewFiltersPer: few.filtersPer,
      };
    });
}

async function wakeShapes(
  engine: Engine,
  kind: 'constant' | 'correlated',
  set: 'few' | 'many',
  options: WorkOptions,
): Promise<{ readonly waits: readonly number[]; readonly filtersPer: number }> {
  const type = `${kind}-${set}`;
  const count = scaled(set === 'few' ? shapes[kind] / 10 : shapes[kind], options, 10);
  const ids = await startShapes(engine, kind, type, count);
  const before = await engine.figures();
  const wakes = scaled(shapeSamples[kind], options, 2);
  const { waits } = await wakeOneByOne(engine, ids, wakes, (n) => `order-${n}`, type);
  const after = await engine.figures();
  const asked = (after.filters_examined ?? Number.NaN) - (before.filters_examined ?? 0);
  for (const id of ids.slice(waits.length)) await engine.cancel(id);
  return { waits, filtersPer: asked / waits.length };
}

async function startShapes(
  engine: Engine,
  kind: 'constant' | 'correlated',
  type: string,
  count: number,
): Promise<readonly string[]> {
  const ids: string[] = [];
  await sideBySide(count, async (n) => {
    await engine.deploy(shaped(kind, type, n));
    const workflow = { namespace: 'bench', name: `${type}-${n}` };
    const { execution } = await engine.start({ workflow, input: { order: `order-${n}` } });
    ids[n] = execution.id;
  });
  return ids;
}

/** Batches of 500, two at a time, each durable before it is answered. */
export async function measureIngest(options: WorkOptions): Promise<Measured> {
  return withEngine(options, async (engine, subject) => {
    const ids = await startAll(engine, 'bound', 10);
    const total = scaled(ingested, options, batch);
    const publish = async (from: number) => {
      for (let at = from; at < total; at += 2 * batch)
        await engine.publish(Array.from({ length: batch }, (_, n) => event('other', `i${at + n}`, { n })));
    };
    await publish(total - batch);
    const before = usageOf(subject.engine).cpuMs;
    const others = machineTime();
    const begun = performance.now();
    await Promise.all([publish(0), publish(batch)]);
    const ms = performance.now() - begun;
    const [published] = [Math.ceil(total / batch) * batch];
    for (const id of ids) await engine.cancel(id);
    const cpuMs = usageOf(subject.engine).cpuMs - before;
    return {
      eventsPerSec: published / (ms / 1000),
      cpuMicrosPer: (cpuMs * 1000) / published,
      foreignCpu: Math.max(0, machineTime().busyMs - others.busyMs - cpuMs) / ms,
    };
  });
}

async function withEngine(
  options: WorkOptions,
  measure: (engine: Engine, subject: EmbeddedSubject) => Promise<Measured['figures']>,
): Promise<Measured> {
  const subject = await openEmbedded({ parent: options.folder });
  try {
    for (const text of definitions) await subject.engineApi.deploy(text);
    return { subject: subject.title, figures: await measure(subject.engineApi, subject) };
  } finally {
    await subject.close();
  }
}

async function startAll(engine: Engine, name: string, count: number): Promise<readonly string[]> {
  const ids: string[] = [];
  const workflow = { namespace: 'bench', name };
  await sideBySide(count, async (n) => {
    const { execution } = await engine.start({ workflow, input: { order: `order-${n}` } });
    ids[n] = execution.id;
  });
  return ids;
}

async function sideBySide(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let begun = 0;
  const worker = async () => {
    for (let n = begun++; n < count; n = begun++) await work(n);
  };
  await Promise.all(Array.from({ length: 64 }, worker));
}

/**
 * From the answer to the publication to the end of the execution, which has nothing else to do; and between them, how long
 * an event takes that nobody listens for, from the call to the answer: what this disk takes to make one thing durable.
 */
async function wakeOneByOne(
  engine: Engine,
  ids: readonly string[],
  count: number,
  order: (n: number) => string,
  type = 'paid',
): Promise<{ readonly waits: readonly number[]; readonly durable: readonly number[] }> {
  const waits: number[] = [];
  const durable: number[] = [];
  for (let n = 0; n < count; n++) {
    const begun = performance.now();
    await engine.publish([event('nobody', `n${n}`, {})]);
    durable.push(performance.now() - begun);
    await engine.publish([event(type, `${type}-${n}`, { order: order(n) })]);
    const accepted = performance.now();
    const { status } = await engine.wait(ids[n] as string, 60_000);
    if (status !== 'completed') throw new Error(`an execution that was to be woken is ${status}`);
    waits.push(performance.now() - accepted);
  }
  return { waits, durable };
}

function event(type: string, id: string, data: { readonly [name: string]: string | number }) {
  return { specversion: '1.0', id, source: 'urn:bench', type, data };
}
