/** How SQLite's write-ahead log is laid out: a header, then frames, each a page with a head of its own. */
export const headerBytes = 32;
export const frameHeaderBytes = 24;
/** The last bit says which way round the words of a checksum are read. */
const magic = 0x377f0682;

export interface Sum {
  readonly a: number;
  readonly b: number;
}

export interface Shape {
  readonly frameBytes: number;
  /** what the frames of this log bear, and those of an older one do not */
  readonly salts: Buffer;
  /** checksum of the header, from which those of the frames go on */
  readonly sum: Sum;
  readonly isBigEndian: boolean;
}

/** What the header of a log says; `undefined`: it is none, and SQLite takes nothing of the log. */
export function readShape(log: Buffer): Shape | undefined {
  if ((log.readUInt32BE(0) & ~1) !== magic) return undefined;
  const isBigEndian = (log.readUInt32BE(0) & 1) === 1;
  const sum = checksum(log, 0, 24, { a: 0, b: 0 }, isBigEndian);
  if (sum.a !== log.readUInt32BE(24) || sum.b !== log.readUInt32BE(28)) return undefined;
  return {
    frameBytes: frameHeaderBytes + log.readUInt32BE(8),
    salts: log.subarray(16, 24),
    sum,
    isBigEndian,
  };
}

export function checksum(log: Buffer, from: number, bytes: number, start: Sum, isBigEndian: boolean): Sum {
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
