import { closeSync, openSync, readSync } from 'node:fs';
import { checksum, frameHeaderBytes, headerBytes, type Sum } from './log-shape.ts';

/**
 * How many pages a log whose header cannot be read holds and the database does not: 0 when the header was torn as the log
 * was begun anew.
 */
export function missingInDatabase(path: string, log: Buffer): number {
  const database = openOrNone(path);
  if (database === undefined) return 0;
  try {
    const pageBytes = pageBytesOf(database);
    if (pageBytes === undefined) return 0;
    let missing = 0;
    for (const [page, content] of committedPages(log, pageBytes))
      if (!readAt(database, (page - 1) * pageBytes, pageBytes).equals(content)) missing += 1;
    return missing;
  } finally {
    closeSync(database);
  }
}

function openOrNone(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The header of the log may be wrong about it. */
function pageBytesOf(database: number): number | undefined {
  const header = readAt(database, 0, 100);
  if (header.length < 100) return undefined;
  const told = header.readUInt16BE(16);
  // 1 stands for 65,536, which is too much for two bytes.
  const pageBytes = told === 1 ? 65_536 : told;
  return pageBytes >= 512 && (pageBytes & (pageBytes - 1)) === 0 ? pageBytes : undefined;
}

function readAt(database: number, position: number, bytes: number): Buffer {
  const into = Buffer.alloc(bytes);
  return into.subarray(0, readSync(database, into, 0, bytes, position));
}

/** The last content of each page in the transactions that are whole; the first frame is taken at its word. */
function committedPages(log: Buffer, pageBytes: number): ReadonlyMap<number, Buffer> {
  const frameBytes = frameHeaderBytes + pageBytes;
  const committed = new Map<number, Buffer>();
  const open = new Map<number, Buffer>();
  const salts = log.subarray(headerBytes + 8, headerBytes + 16);
  for (const isBigEndian of [false, true]) {
    let before: Sum | undefined;
    for (let at = headerBytes; at + frameBytes <= log.length; at += frameBytes) {
      const sum = { a: log.readUInt32BE(at + 16), b: log.readUInt32BE(at + 20) };
      const isNext = before === undefined || follows(log, at, { frameBytes, before, sum, isBigEndian });
      if (!isNext || !log.subarray(at + 8, at + 16).equals(salts)) break;
      before = sum;
      open.set(log.readUInt32BE(at), log.subarray(at + frameHeaderBytes, at + frameBytes));
      const pagesTotal = log.readUInt32BE(at + 4);
      if (pagesTotal === 0) continue;
      for (const [page, content] of open) committed.set(page, content);
      // What the database was cut by is not in it.
      for (const page of committed.keys()) if (page > pagesTotal) committed.delete(page);
      open.clear();
    }
    if (committed.size > 0) break;
    open.clear();
  }
  return committed;
}

interface Step {
  readonly frameBytes: number;
  readonly before: Sum;
  readonly sum: Sum;
  readonly isBigEndian: boolean;
}

function follows(log: Buffer, at: number, { frameBytes, before, sum, isBigEndian }: Step): boolean {
  const head = checksum(log, at, 8, before, isBigEndian);
  const whole = checksum(log, at + frameHeaderBytes, frameBytes - frameHeaderBytes, head, isBigEndian);
  return whole.a === sum.a && whole.b === sum.b;
}
