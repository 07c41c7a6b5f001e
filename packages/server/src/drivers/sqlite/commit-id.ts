/** Ids of commits as they are stored: a SHA-256 in hexadecimal as its 32 bytes, any other text as it is. */
const hexadecimalLength = 64;

export function storedId(id: string): string | Uint8Array {
  if (id.length !== hexadecimalLength) return id;
  // What is no hexadecimal ends the bytes early.
  const bytes = Buffer.from(id, 'hex');
  return bytes.length === hexadecimalLength / 2 && id === id.toLowerCase() ? bytes : id;
}

export function shownId(stored: unknown): string {
  return stored instanceof Uint8Array
    ? Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).toString('hex')
    : String(stored);
}
