/** `millrace jq`: the jq that workflows use, on standard input. */
import { readFileSync } from 'node:fs';
import { runJq } from '@millrace/jq';
import type { Io } from './io.ts';

export async function jq(args: readonly string[], io: Io): Promise<number> {
  return runJq([...args], {
    stdin: () => readFileSync(0, 'utf8'),
    write: (text) => io.out(text),
    error: (text) => io.error(text),
  });
}
