import type { Json } from '@millrace/core';

/** Takes secrets out of what leaves the performer. */
export interface Redactor {
  text(text: string): string;
  /** the bytes of a text in UTF-8, or of anything else */
  bytes(content: Uint8Array): Uint8Array;
  json(value: Json): Json;
}

const mask = '***';

/** Shorter secrets are left as they are: taking out every "a" would destroy the content and hide nothing. */
const lengthMin = 4;

/** Without secrets, nothing is copied. */
export const plainRedactor: Redactor = {
  text: (text) => text,
  bytes: (content) => content,
  json: (value) => value,
};

/** Replaces each secret, and the forms that it takes on its way through headers, URIs and JSON, by `***`. */
export function createRedactor(secrets: Iterable<string>): Redactor {
  const values = [...new Set(secrets)].filter((value) => value.length >= lengthMin);
  if (values.length === 0) return plainRedactor;
  const forms = values.flatMap(formsOf);
  const pattern = patternOf(forms);
  // Made when bytes are seen: most deeds have none, and a pattern costs more than a small response.
  let bytePattern: RegExp | undefined;
  const exact = new Set(values);
  const text = (value: string): string => value.replace(pattern, mask);
  return {
    text,
    bytes(content) {
      bytePattern ??= patternOf(forms.map((form) => Buffer.from(form).toString('latin1')));
      return redactBytes(content, bytePattern);
    },
    json: (value) => redactJson(value, text, exact),
  };
}

function patternOf(forms: readonly string[]): RegExp {
  const longestFirst = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|'), 'g');
}

function formsOf(value: string): string[] {
  const uri = encodeURIComponent(value.toWellFormed());
  const form = new URLSearchParams({ v: value }).toString().slice(2);
  const escaped = JSON.stringify(value).slice(1, -1);
  const encoded = [uri, encodeURI(value.toWellFormed()), form].flatMap((text) => [
    text,
    lowerCaseEscapes(text),
  ]);
  return [value, escaped, ...encoded, ...base64Forms(value)].filter((text) => text.length >= lengthMin);
}

function lowerCaseEscapes(text: string): string {
  return text.replace(/%[0-9A-F]{2}/g, (encoded) => encoded.toLowerCase());
}

/**
 * The value in base64, alone and within a longer text: there it starts at one of three places of a group of three
 * bytes, and the characters that it shares with its neighbours are left out.
 */
function base64Forms(value: string): string[] {
  const bytes = Buffer.from(value);
  const forms = [bytes.toString('base64').replace(/=+$/, '')];
  for (const offset of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const shared = (bytes.length + offset) % 3 === 0 ? 0 : 1;
    const inner = text.slice(offset === 0 ? 0 : offset + 1, text.length - shared);
    if (inner.length >= embeddedLengthMin) forms.push(inner);
  }
  return forms.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** Below this length a piece of base64 is found by chance in other content. */
const embeddedLengthMin = 6;

function redactBytes(content: Uint8Array, pattern: RegExp): Uint8Array {
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('latin1');
  const redacted = text.replace(pattern, mask);
  return redacted === text ? content : Buffer.from(redacted, 'latin1');
}

function redactJson(value: Json, text: (value: string) => string, exact: ReadonlySet<string>): Json {
  if (typeof value === 'string') return text(value);
  if (typeof value === 'number') return exact.has(String(value)) ? mask : value;
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: Json) => redactJson(item, text, exact));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [text(key), redactJson(item, text, exact)]),
  );
}
