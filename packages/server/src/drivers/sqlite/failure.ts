import type { Failure } from './wire.ts';

/** Primary result codes of SQLite: https://www.sqlite.org/rescode.html */
const result = {
  busy: 5,
  locked: 6,
  noMemory: 7,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cantOpen: 14,
  protocol: 15,
  notADatabase: 26,
};

/** After these SQLite has undone the transaction, or lets it be undone, and the next may well succeed. */
const passing = new Set([result.busy, result.locked, result.noMemory]);

/**
 * After these nobody knows what is on the disk. A sync that failed is not tried again: the kernel may have dropped
 * the pages and would answer the next one with success.
 */
const final = new Set([
  result.readOnly,
  result.ioError,
  result.corrupt,
  result.cantOpen,
  result.protocol,
  result.notADatabase,
]);

/** Nothing may be written any more, whatever SQLite says. */
export class StorageError extends Error {}

/** What an error of node:sqlite means for the store. */
export function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof StorageError) return { reason: 'storage-failed', message };
  const extended = (error as { errcode?: unknown } | null)?.errcode;
  if (typeof extended !== 'number') return { reason: 'internal', message };
  const code = extended & 0xff;
  const told = `${message} (SQLite ${extended})`;
  if (code === result.full) return { reason: 'disk-full', message: told };
  if (passing.has(code)) return { reason: 'busy', message: told };
  return { reason: final.has(code) ? 'storage-failed' : 'internal', message: told };
}
