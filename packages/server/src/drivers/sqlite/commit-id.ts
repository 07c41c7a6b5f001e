/** Ids of commits as they are stored: a SHA-256 in hexadecimal as its 32 bytes, any other text as it is. */
const hexadecimal = /^[0-9a-f]{64}$/;

export function storedId(id: string): string | Uint8Array {
  return hexadecimal.test(id) ? Buffer.from(id, 'hex') : id;
}

export function shownId(stored: unknown): string {
  return stored instanceof Uint8Array
    ? Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).toString('hex')
    : String(stored);
}
