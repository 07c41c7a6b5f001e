/** UTF-8, base64 and base32, which neither the language nor every browser worker offers for strings. */

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function encodeUtf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text.toWellFormed()) {
    const code = character.codePointAt(0) as number;
    if (code < 0x80) bytes.push(code);
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else
      bytes.push(
        0xf0 | (code >> 18),
        0x80 | ((code >> 12) & 63),
        0x80 | ((code >> 6) & 63),
        0x80 | (code & 63),
      );
  }
  return bytes;
}

/** Ill-formed bytes become U+FFFD. */
export function decodeUtf8(bytes: readonly number[]): string {
  let text = '';
  for (let i = 0; i < bytes.length; ) {
    const [code, length] = decodeOne(bytes, i);
    text += String.fromCodePoint(code);
    i += length;
  }
  return text;
}

function decodeOne(bytes: readonly number[], at: number): [code: number, length: number] {
  const first = bytes[at] as number;
  if (first < 0x80) return [first, 1];
  const length =
    first >= 0xf0 && first < 0xf5
      ? 4
      : first >= 0xe0 && first < 0xf0
        ? 3
        : first >= 0xc2 && first < 0xe0
          ? 2
          : 0;
  if (length === 0) return [0xfffd, 1];
  // jq takes a character that is cut off at the end for one ill-formed byte, whatever follows its first.
  if (at + length > bytes.length) return [0xfffd, bytes.length - at];
  let code = first & (0x7f >> length);
  for (let i = 1; i < length; i++) {
    const next = bytes[at + i];
    if (next === undefined || (next & 0xc0) !== 0x80) return [0xfffd, i];
    code = (code << 6) | (next & 63);
  }
  const smallest = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  const isValid = code >= smallest && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return [isValid ? code : 0xfffd, length];
}

export function encodeBase64(bytes: readonly number[]): string {
  return encode(bytes, BASE64, 6, 4);
}

export function encodeBase32(bytes: readonly number[]): string {
  return encode(bytes, BASE32, 5, 8);
}

function encode(bytes: readonly number[], alphabet: string, bitsEach: number, group: number): string {
  let text = '';
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= bitsEach) {
      bits -= bitsEach;
      text += alphabet[(buffer >> bits) & ((1 << bitsEach) - 1)];
    }
    buffer &= (1 << bits) - 1;
  }
  if (bits > 0) text += alphabet[(buffer << (bitsEach - bits)) & ((1 << bitsEach) - 1)];
  return text.padEnd(Math.ceil(text.length / group) * group, '=');
}

/** The bytes, or what is wrong: 'invalid' characters, or a 'trailing' one that makes no byte. */
export function decodeBase64(text: string): number[] | 'invalid' | 'trailing' {
  const bytes = decodeBits(text, BASE64, 6);
  if (bytes === 'invalid') return bytes;
  const digits = text.indexOf('=') < 0 ? text.length : text.indexOf('=');
  return digits % 4 === 1 ? 'trailing' : bytes;
}

export function decodeBase32(text: string): number[] | 'invalid' {
  return decodeBits(text, BASE32, 5);
}

function decodeBits(text: string, alphabet: string, bitsEach: number): number[] | 'invalid' {
  const values = new Map([...alphabet].map((character, i) => [character, i]));
  const bytes: number[] = [];
  let buffer = 0;
  let bits = 0;
  for (const character of text) {
    if (character === '=') break;
    const value = values.get(character);
    if (value === undefined) return 'invalid';
    buffer = (buffer << bitsEach) | value;
    bits += bitsEach;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((buffer >> bits) & 255);
      buffer &= (1 << bits) - 1;
    }
  }
  return bytes;
}
