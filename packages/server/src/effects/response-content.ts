import type { Json } from '@millrace/core';
import type { ExchangeResponse } from '../http-client/exchange.ts';
import { fault } from './fault.ts';
import { isJsonType, mediaTypeOf, mediaTypeParameter } from './media-type.ts';
import type { Redactor } from './redactor.ts';

/** Levels of lists and objects in a response: what reads the value later goes into them by recursion. */
const nestingMax = 1_000;

const excerptCharactersMax = 500;

const utf8 = new TextDecoder();

/** The content of a response: JSON as its value, text as it is, anything else in base64, nothing as null. */
export function parseContent(response: ExchangeResponse, redactor: Redactor): Json {
  const { body } = response;
  if (body.length === 0) return null;
  const contentType = contentTypeOf(response);
  const mediaType = mediaTypeOf(contentType);
  if (isJsonType(mediaType)) return redactor.json(parseJson(body));
  const text = mediaType.startsWith('text/') || mediaType === '' ? decodeText(body, contentType) : undefined;
  return text === undefined ? toBase64(body, redactor) : redactor.text(text);
}

/** The bytes of a response in base64, without the secrets that they held. */
export function toBase64(body: Uint8Array, redactor: Redactor): string {
  const bytes = redactor.bytes(body);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** The beginning of a response's text, for the detail of an error; `undefined`: it holds no text. */
export function excerptOf(response: ExchangeResponse, redactor: Redactor): string | undefined {
  const text = decodeText(response.body, contentTypeOf(response));
  // Redacted first and cut then: half a secret would not be found.
  const line = text === undefined ? '' : redactor.text(text).replace(/\s+/g, ' ').trim();
  if (line === '') return undefined;
  return line.length > excerptCharactersMax ? `${line.slice(0, excerptCharactersMax)}…` : line;
}

function contentTypeOf(response: ExchangeResponse): string {
  const value = response.headers['content-type'];
  return (Array.isArray(value) ? value[0] : value) ?? '';
}

function parseJson(body: Uint8Array): Json {
  const text = utf8.decode(body);
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    throw fault('communication', 'The response says that it is JSON, but it is not.');
  }
  if (text.length > nestingMax && nestingOf(text) > nestingMax) {
    throw fault('communication', `The response is nested deeper than ${nestingMax} levels.`);
  }
  return value;
}

/** Depth of a text that is known to be JSON. */
function nestingOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  let inText = false;
  // Mark by mark: a pattern for a whole string runs out of stack in one of some megabytes.
  for (const [mark] of text.matchAll(/\\.|["[\]{}]/g)) {
    if (mark === '"') inText = !inText;
    else if (inText) continue;
    else if (mark === '[' || mark === '{') deepest = Math.max(deepest, ++depth);
    else depth--;
  }
  return deepest;
}

/** `undefined`: the bytes are no text of that character set. */
function decodeText(body: Uint8Array, contentType: string): string | undefined {
  const named = contentType === '' ? undefined : mediaTypeParameter(contentType, 'charset');
  try {
    return new TextDecoder(named ?? 'utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
