/**
 * Damage in SQLite's write-ahead log. SQLite takes a log up to the first frame whose checksum is wrong, and says nothing:
 * after a loss of power that is where the last transaction was torn. When a frame that was synced is damaged, the same
 * rule throws away what was acknowledged after it.
 *
 * The two can be told apart: there is one writer, it syncs the log at the end of each transaction, and writes the
 * next only then. So what a loss of power tears is one transaction at most. Frames of a later one, which bear the salts of this
 * log, say that the first bad frame was durable once.
 */
import { readFileSync } from 'node:fs';

/**
 * A transaction that was torn counts as two where the tear goes through the head of a frame and the sector before it
 * holds the end of an older transaction.
 */
const lostByPowerMax = 2;
const headerBytes = 32;
const frameHeaderBytes = 24;
/** The last bit says which way round the words of a checksum are read. */
const magic = 0x377f0682;

/** A sentence when the log at `path` (the database's name and `-wal`) is damaged; it costs some 2 ms for each MB. */
export function findLogDamage(path: string): string | undefined {
  const log = read(path);
  if (log === undefined || log.length < headerBytes || (log.readUInt32BE(0) & ~1) !== magic) return undefined;
  const isBigEndian = (log.readUInt32BE(0) & 1) === 1;
  const sum = checksum(log, 0, 24, { a: 0, b: 0 }, isBigEndian);
  // A log is begun anew when nothing of the old one is needed: a header that was torn then loses nothing.
  if (sum.a !== log.readUInt32BE(24) || sum.b !== log.readUInt32BE(28)) return undefined;
  const frameBytes = frameHeaderBytes + log.readUInt32BE(8);
  const salts = log.subarray(16, 24);
  let running = sum;
  for (let at = headerBytes; at + frameBytes <= log.length; at += frameBytes) {
    running = checksum(log, at, 8, running, isBigEndian);
    running = checksum(log, at + frameHeaderBytes, frameBytes - frameHeaderBytes, running, isBigEndian);
    const isSound =
      log.subarray(at + 8, at + 16).equals(salts) &&
      running.a === log.readUInt32BE(at + 16) &&
      running.b === log.readUInt32BE(at + 20);
    if (isSound) continue;
    const lost = transactionsFrom(log, at, frameBytes, salts);
    return lost > lostByPowerMax
      ? `${path} is damaged at byte ${at}: at least ${lost - lostByPowerMax} transactions from there on were durable, and cannot be read`
      : undefined;
  }
  return undefined;
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Transactions that begin in this log at or after the bad frame: frames with its salts, cut after each that commits. */
function transactionsFrom(log: Buffer, from: number, frameBytes: number, salts: Buffer): number {
  let count = 0;
  let isOpen = false;
  for (let at = from; at + frameBytes <= log.length; at += frameBytes) {
    // The first frame counts whatever its salts are: they may be what was damaged.
    if (at > from && !log.subarray(at + 8, at + 16).equals(salts)) continue;
    if (!isOpen) count += 1;
    // A frame that ends a transaction holds the size of the database; one of an older log says nothing of this one.
    isOpen = log.readUInt32BE(at + 4) === 0 || !log.subarray(at + 8, at + 16).equals(salts);
  }
  return count;
}

interface Sum {
  readonly a: number;
  readonly b: number;
}

function checksum(log: Buffer, from: number, bytes: number, start: Sum, isBigEndian: boolean): Sum {
  const words = new DataView(log.buffer, log.byteOffset + from, bytes);
  const isLittleEndian = !isBigEndian;
  let a = start.a | 0;
  let b = start.b | 0;
  for (let at = 0; at < bytes; at += 8) {
    a = (a + words.getInt32(at, isLittleEndian) + b) | 0;
    b = (b + words.getInt32(at + 4, isLittleEndian) + a) | 0;
  }
  return { a: a >>> 0, b: b >>> 0 };
}
