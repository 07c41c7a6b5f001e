/** What commands touch of the process: handed in, so that a test can look. */
import { readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { CliError, exitCodes } from './exit.ts';

export interface Io {
  /** standard output: results only */
  out(text: string): void;
  /** standard error: progress, logs, complaints */
  error(text: string): void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** standard error is a terminal that shows colours */
  readonly colours: boolean;
  /** standard output is one */
  readonly outColours: boolean;
  /** width of standard output in characters; elsewhere than on a terminal, one that files and pipes take */
  readonly columns: number;
  /** standard output is a terminal: what is wider than it may be cut */
  readonly outTerminal: boolean;
  readonly terminal: boolean;
  /** Calls back at SIGINT or SIGTERM; the answer stops listening. */
  onInterrupt(run: (signal: string) => void): () => void;
}

/** The width of a result that goes to a file or a pipe. */
const columnsElsewhere = 100;

export function processIo(): Io {
  const terminal = process.stderr.isTTY === true;
  const showsColours = !process.env.NO_COLOR && process.env.TERM !== 'dumb';
  return {
    out: (text) => void process.stdout.write(text),
    error: (text) => void process.stderr.write(text),
    environment: process.env,
    terminal,
    colours: terminal && showsColours,
    outColours: process.stdout.isTTY === true && showsColours,
    outTerminal: process.stdout.isTTY === true,
    columns: process.stdout.columns || columnsElsewhere,
    onInterrupt: (run) => {
      const signals = ['SIGINT', 'SIGTERM'] as const;
      for (const signal of signals) process.on(signal, run);
      return () => {
        for (const signal of signals) process.off(signal, run);
      };
    },
  };
}

/** The text of a file; `-` is standard input. Throws a `CliError`. */
export async function readTextFile(path: string): Promise<string> {
  try {
    return path === '-' ? readStandardInput() : await readFile(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

const readProblems: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'this user may not read it',
};

export function unreadable(path: string, error: unknown): CliError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = readProblems[code] ?? messageOf(error);
  return new CliError(exitCodes.usage, `${path} cannot be read: ${why}.`, { cause: error });
}

/**
 * All of standard input, waiting for its end. `readFileSync(0)` is not enough: a pipe that does not block answers
 * EAGAIN when its writer is slower than we are.
 */
export function readStandardInput(): string {
  const chunks: Buffer[] = [];
  const chunk = Buffer.alloc(2 ** 16);
  for (;;) {
    const bytes = readChunk(chunk);
    if (bytes === 0) return Buffer.concat(chunks).toString('utf8');
    if (bytes > 0) chunks.push(Buffer.from(chunk.subarray(0, bytes)));
  }
}

const pauseMs = 5;

/** Bytes read; 0 at the end; -1 when there is nothing yet. */
function readChunk(chunk: Buffer): number {
  try {
    return readSync(0, chunk);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EOF') return 0;
    if (code !== 'EAGAIN') throw error;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    return -1;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
