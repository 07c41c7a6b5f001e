/**
 * Arrays as PostgreSQL reads them without parsing: a parameter that is bytes is taken in the binary form of its type. As text
 * each body of a commit would be escaped here, and looked through mark by mark there.
 *
 * Format: the `array_recv` of https://www.postgresql.org/docs/current/functions-array.html's types: the number of dimensions,
 * whether there are nulls, the type of the elements, then for the one dimension its length and its first subscript, then each
 * element behind its length, -1 for null. Numbers are big-endian.
 */
export type ElementType = 'bigint' | 'integer' | 'boolean' | 'text';
export type Element = string | number | boolean | null;

/** Their object ids, which are the same in every PostgreSQL. */
const oids: Readonly<Record<ElementType, number>> = { boolean: 16, bigint: 20, integer: 23, text: 25 };
const widths = { boolean: 1, bigint: 8, integer: 4 } as const;
const headBytes = 20;

/** The parameter for `values`, whose elements are of the type or null. A number that is no safe integer is a `RangeError`. */
export function binaryArray(type: ElementType, values: readonly Element[]): Uint8Array {
  const bytes = Buffer.allocUnsafe(sizeOf(type, values));
  bytes.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  bytes.writeInt32BE(values.includes(null) ? 1 : 0, 4);
  bytes.writeInt32BE(oids[type], 8);
  if (values.length === 0) return bytes;
  bytes.writeInt32BE(values.length, 12);
  bytes.writeInt32BE(1, 16);
  let at = headBytes;
  for (const value of values) {
    const length = value === null ? -1 : write(bytes, at + 4, type, value);
    bytes.writeInt32BE(length, at);
    at += 4 + Math.max(0, length);
  }
  return bytes;
}

function sizeOf(type: ElementType, values: readonly Element[]): number {
  if (values.length === 0) return 12;
  let size = headBytes + 4 * values.length;
  for (const value of values) {
    if (value === null) continue;
    size += type === 'text' ? Buffer.byteLength(String(value)) : widths[type];
  }
  return size;
}

/** Answers how many bytes it wrote. */
function write(bytes: Buffer, at: number, type: ElementType, value: string | number | boolean): number {
  switch (type) {
    case 'text':
      return bytes.write(String(value), at);
    case 'boolean':
      bytes[at] = value === true ? 1 : 0;
      return 1;
    case 'integer':
      return bytes.writeInt32BE(Number(value), at) - at;
    case 'bigint':
      return writeBigint(bytes, at, Number(value));
  }
}

/** Without a `BigInt` for each: the upper half is that of two's complement. */
function writeBigint(bytes: Buffer, at: number, value: number): number {
  if (!Number.isSafeInteger(value))
    throw new RangeError(`${value} is not an integer that a bigint holds as it is`);
  bytes.writeInt32BE(Math.floor(value / 2 ** 32), at);
  bytes.writeInt32BE(value | 0, at + 4);
  return 8;
}
