/** `millrace jq`: the jq that workflows use, on standard input or on files. */
import { readFileSync } from 'node:fs';
import { runJq } from '@millrace/jq';
import { type Io, readStandardInput, unreadable } from './io.ts';

export async function jq(args: readonly string[], io: Io): Promise<number> {
  const { own, files } = splitFiles(args);
  return runJq(own, {
    stdin: () => (files.length === 0 ? ['-'] : files).map(read).join('\n'),
    write: (text) => io.out(text),
    error: (text) => io.error(text),
    now: () => Date.now() / 1_000,
  });
}

/** How many words an option takes. */
const optionWords: Readonly<Record<string, number>> = { '--arg': 2, '--argjson': 2, '--indent': 1 };

/** The words after the filter are files, unless `--args` or `--jsonargs` makes them values. */
function splitFiles(args: readonly string[]): { own: string[]; files: string[] } {
  const own: string[] = [];
  const files: string[] = [];
  let filters = 0;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--args' || arg === '--jsonargs') return { own: [...own, ...args.slice(at)], files };
    const isOption = arg.startsWith('-') && arg !== '-';
    if (isOption) {
      const end = at + (optionWords[arg] ?? 0);
      own.push(...args.slice(at, end + 1));
      at = end;
    } else if (filters++ === 0) {
      own.push(arg);
    } else {
      files.push(arg);
    }
  }
  return { own, files };
}

function read(file: string): string {
  try {
    return file === '-' ? readStandardInput() : readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}
