/** Processes that a measurement starts, and ends by their id. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Child {
  readonly pid: number;
  readonly process: ChildProcess;
  /** Resolves to the first match of `pattern` in what it has printed; rejects when it ends before, or after `msMax`. */
  printed(pattern: RegExp, msMax?: number): Promise<RegExpExecArray>;
  /** Resolves when it has ended by itself, or was killed after `msMax`. */
  gone(msMax: number): Promise<void>;
  /** Sends `signal`, SIGKILL after `graceMs`; resolves when it is gone. */
  end(signal?: NodeJS.Signals, graceMs?: number): Promise<void>;
}

/** Starts a program with its output piped. */
export function startChild(command: string, args: readonly string[], options: SpawnOptions = {}): Child {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  return asChild(child, `${command} ${args.join(' ')}`);
}

export interface ScriptOptions extends SpawnOptions {
  /** of Node */
  readonly flags?: readonly string[];
  /** what is run instead of the file itself */
  readonly compiled?: string;
}

/** Starts a TypeScript file of this folder on this Node. It is told, by its channel, when this process is gone. */
export function startScript(name: string, args: readonly string[] = [], options: ScriptOptions = {}): Child {
  const path = fileURLToPath(new URL(`../${name}`, import.meta.url));
  const { flags = [], compiled, ...others } = options;
  const child = spawn(
    process.execPath,
    ['--conditions=millrace-source', ...flags, compiled ?? path, ...args],
    {
      ...others,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  );
  return asChild(child, name);
}

const printedCharactersMax = 100_000;

const running = new Set<ChildProcess>();
// A measurement that fails, or is interrupted, leaves no server behind. Scripts end their own children in turn.
process.on('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

/**
 * Ends this process, and by that its children, when it is told to or when its parent is gone.
 * @param close ends before what is no child of this process, such as a database
 */
export function endWithParent(close: () => Promise<unknown> = () => Promise.resolve()): void {
  for (const event of ['SIGTERM', 'SIGINT', 'SIGHUP', 'disconnect'])
    process.once(event, () => {
      const end = () => process.exit(1);
      close().then(end, end);
    });
}

function asChild(child: ChildProcess, name: string): Child {
  running.add(child);
  child.once('exit', () => running.delete(child));
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-printedCharactersMax);
      child.emit('printed');
    });
  }
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      reject(new Error(`${name} ended with ${signal ?? code}; it printed:\n${printed}`));
    });
  });
  // who does not wait for output does not care how it ends
  failed.catch(() => {});
  return {
    pid: child.pid ?? 0,
    process: child,
    printed: (pattern, msMax = 30_000) =>
      Promise.race([failed, match(child, () => pattern.exec(printed), `${name} to print ${pattern}`, msMax)]),
    gone: (msMax) => end(child, undefined, msMax),
    end: (signal = 'SIGTERM', graceMs = 10_000) => end(child, signal, graceMs),
  };
}

async function match(
  child: ChildProcess,
  look: () => RegExpExecArray | null,
  what: string,
  msMax: number,
): Promise<RegExpExecArray> {
  const late = AbortSignal.timeout(msMax);
  for (let found = look(); ; found = look()) {
    if (found !== null) return found;
    await once(child, 'printed', { signal: late }).catch((error: unknown) => {
      throw late.aborted ? new Error(`waited ${msMax} ms for ${what}`) : error;
    });
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals | undefined, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const closed = once(child, 'exit');
  if (signal !== undefined) child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await closed;
  clearTimeout(timer);
}
