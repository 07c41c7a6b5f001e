/**
 * Damage in SQLite's write-ahead log. SQLite takes a log up to the first frame whose checksum is wrong, and a log whose
 * header is wrong not at all, and says nothing: after a loss of power that is where the last transaction was torn. When
 * what was synced is damaged, the same rule throws away what was acknowledged.
 *
 * 1. There is one writer, it syncs the log at the end of each transaction, and writes the next only then. So what a loss
 *    of power tears is one transaction at most. Frames of a later one, which bear the salts of this log, say that
 *    the first bad frame was durable once.
 * 2. Of the last transactions the index beside the log (`-shm`) says it: SQLite notes there how far the log goes, after
 *    its sync. It may be older than the log, since nobody syncs it, and never newer.
 * 3. A log is begun anew, with another header, only when all of the old one is in the database and synced. So a header
 *    that was torn stands before frames that the database holds, and a damaged one need not.
 */
import { readFileSync } from 'node:fs';
import { missingInDatabase } from './log-header-damage.ts';
import { checksum, frameHeaderBytes, headerBytes, readShape, type Shape, type Sum } from './log-shape.ts';

/**
 * A transaction that was torn counts as two where the tear goes through the head of a frame and the sector before it
 * holds the end of an older transaction.
 */
const lostByPowerMax = 2;

/**
 * A sentence when the log of the database at `path` is damaged; it costs some 2 ms for each MB. To be asked before the
 * database is opened, which makes the index anew.
 */
export function findLogDamage(path: string): string | undefined {
  // Before the log, which goes on where another process writes it.
  const index = read(`${path}-shm`);
  const log = read(`${path}-wal`);
  if (log === undefined || log.length <= headerBytes) return undefined;
  const shape = readShape(log);
  if (shape === undefined) return headerDamage(path, log);
  const { frameBytes, salts, sum, isBigEndian } = shape;
  let running = sum;
  for (let at = headerBytes; at + frameBytes <= log.length; at += frameBytes) {
    running = checksum(log, at, 8, running, isBigEndian);
    running = checksum(log, at + frameHeaderBytes, frameBytes - frameHeaderBytes, running, isBigEndian);
    const isSound = log.subarray(at + 8, at + 16).equals(salts) && isSum(log, at + 16, running);
    if (!isSound) return damageFrom(path, { log, index, at, shape });
  }
  return damageFrom(path, { log, index, at: log.length, shape });
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isSum(log: Buffer, at: number, { a, b }: Sum): boolean {
  return a === log.readUInt32BE(at) && b === log.readUInt32BE(at + 4);
}

function headerDamage(path: string, log: Buffer): string | undefined {
  const pages = missingInDatabase(path, log);
  return pages === 0
    ? undefined
    : `the header of ${path}-wal is damaged: ${pages} pages behind it were durable, and are not in the database`;
}

interface Found {
  readonly log: Buffer;
  readonly index: Buffer | undefined;
  /** where the first bad frame stands */
  readonly at: number;
  readonly shape: Shape;
}

function damageFrom(path: string, { log, index, at, shape }: Found): string | undefined {
  const { frameBytes, salts } = shape;
  const lost = transactionsFrom(log, at, frameBytes, salts);
  if (lost > lostByPowerMax)
    return `${path}-wal is damaged at byte ${at}: at least ${lost - lostByPowerMax} transactions from there on were durable, and cannot be read`;
  const sound = Math.floor((at - headerBytes) / frameBytes);
  const durable = index === undefined ? 0 : durableFrames(index, salts);
  return durable > sound
    ? `${path}-wal is damaged at byte ${at}: ${path}-shm says that ${durable} frames were durable, and ${sound} can be read`
    : undefined;
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

/** What stands in the index twice: a version, whether it was made, how many frames, the salts, and a checksum. */
const indexHeaderBytes = 48;
const indexSummedBytes = 40;

/** How many frames the index says were durable; 0: it says nothing of the log with these salts. */
function durableFrames(index: Buffer, salts: Buffer): number {
  if (index.length < 2 * indexHeaderBytes) return 0;
  const header = index.subarray(0, indexHeaderBytes);
  // The second is written first: what differs was being written.
  if (!header.equals(index.subarray(indexHeaderBytes, 2 * indexHeaderBytes))) return 0;
  const isMade = header[12] === 1;
  if (!isMade || !header.subarray(32, 40).equals(salts)) return 0;
  const numbers = new DataView(header.buffer, header.byteOffset, indexHeaderBytes);
  // In the order of the machine that wrote it; another's is taken for one that says nothing.
  const { a, b } = checksum(header, 0, indexSummedBytes, { a: 0, b: 0 }, false);
  if (a !== numbers.getUint32(40, true) || b !== numbers.getUint32(44, true)) return 0;
  return numbers.getUint32(16, true);
}
