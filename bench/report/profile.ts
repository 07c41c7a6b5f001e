/** Reads the CPU profiles of a run: which functions and files took the time, thread by thread. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measuredFile } from '../measure/closed-loop.ts';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** µs of the machine's monotonic clock */
  readonly startTime: number;
  /** µs before each sample */
  readonly timeDeltas: readonly number[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const functionsMax = 25;
const filesMax = 12;

/**
 * Self times of each profile in a folder, the busiest thread first; shares are of the time in which it was busy. When
 * the run noted when its windows were, only they count; else all from the start of the process.
 */
export function formatProfiles(folder: string): string {
  const span = readSpan(folder);
  const threads = readdirSync(folder)
    .filter((name) => name.endsWith('.cpuprofile'))
    .map((name) => summarize(join(folder, name), span))
    .filter(({ busyMs }) => busyMs > busyMsMin)
    .sort((a, b) => b.busyMs - a.busyMs);
  const counted = span === undefined ? 'from start to end' : 'the measured windows';
  return [
    `Profiles: ${relative(process.cwd(), folder) || '.'}, ${counted}`,
    ...threads.map(formatThread),
  ].join('\n\n');
}

/** A thread that did next to nothing is not worth a table. */
const busyMsMin = 100;

interface ThreadSummary {
  readonly name: string;
  readonly busyMs: number;
  readonly idleMs: number;
  readonly functions: ReadonlyMap<string, number>;
  readonly files: ReadonlyMap<string, number>;
}

interface Span {
  readonly fromMicros: number;
  readonly toMicros: number;
}

function readSpan(folder: string): Span | undefined {
  const path = join(folder, measuredFile);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Span) : undefined;
}

export function summarize(path: string, span: Span = { fromMicros: 0, toMicros: Infinity }): ThreadSummary {
  const profile = JSON.parse(readFileSync(path, 'utf8')) as Profile;
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const files = new Map<string, number>();
  let idleMs = 0;
  let busyMs = 0;
  let atMicros = profile.startTime;
  profile.samples.forEach((id, at) => {
    const frame = frames.get(id);
    const micros = profile.timeDeltas[at] ?? 0;
    atMicros += micros;
    if (atMicros < span.fromMicros || atMicros > span.toMicros) return;
    const ms = Math.max(0, micros) / 1000;
    if (frame === undefined || frame.functionName === '(idle)') {
      idleMs += ms;
      return;
    }
    busyMs += ms;
    const file = fileOf(frame.url);
    add(
      functions,
      `${frame.functionName || '(anonymous)'}  ${file}${frame.url === '' ? '' : `:${frame.lineNumber + 1}`}`,
      ms,
    );
    add(files, file === '' ? frame.functionName : file, ms);
  });
  const makesLoad = profile.nodes.some(({ callFrame }) => callFrame.url.endsWith('/bench/work-process.ts'));
  return {
    name: `${threadOf(path)}${makesLoad ? ', which measures' : ''}`,
    busyMs,
    idleMs,
    functions,
    files,
  };
}

function formatThread({ name, busyMs, idleMs, functions, files }: ThreadSummary): string {
  const top = (map: ReadonlyMap<string, number>, max: number) =>
    [...map]
      .sort(([, a], [, b]) => b - a)
      .slice(0, max)
      .map(
        ([what, ms]) =>
          `${ms.toFixed(0).padStart(8)} ms ${((ms / busyMs) * 100).toFixed(1).padStart(5)} %  ${what}`,
      );
  return [
    `${name}: busy ${busyMs.toFixed(0)} ms, idle ${idleMs.toFixed(0)} ms`,
    'functions, by their own time',
    ...top(functions, functionsMax),
    'files',
    ...top(files, filesMax),
  ].join('\n');
}

/** Node names them `CPU.DATE.TIME.PID.THREAD.SEQUENCE.cpuprofile`. */
function threadOf(path: string): string {
  const [, , , pid, thread] = basename(path).split('.');
  return `process ${pid}, ${thread === '0' ? 'main thread' : `thread ${thread}`}`;
}

function fileOf(url: string): string {
  if (!url.startsWith('file:')) return url;
  const path = relative(root, fileURLToPath(url));
  return path.startsWith('..') ? basename(path) : path;
}

function add(map: Map<string, number>, key: string, ms: number): void {
  map.set(key, (map.get(key) ?? 0) + ms);
}
