/**
 * CloudEvents as they come over HTTP, in the JSON format: structured (one event is the body), batched (a list of them is),
 * or binary (the attributes are header fields, the body is the data).
 */
import type { IncomingHttpHeaders } from 'node:http';
import { isJsonObject, type Json, type JsonObject } from '@millrace/core';
import type { FastifyRequest } from 'fastify';
import { MillraceError } from '../errors.ts';
import { isJsonType, isUtf8Type, mediaType } from './accept.ts';
import { parseJsonText } from './json-text.ts';
import { decode, readBody } from './request-body.ts';

interface Limits {
  readonly bodyBytesMax: number;
  readonly jsonDepthMax: number;
}

/** What an event is to be is the engine's to say; here it is only put together. Throws `bad-request`. */
export async function readEvents(
  { headers, raw }: FastifyRequest,
  limits: Limits,
): Promise<readonly JsonObject[]> {
  const type = mediaType(headers['content-type']);
  // An event that is the body may have its attributes in header fields as well; the body is what counts.
  const isBinary = headers['ce-specversion'] !== undefined && !type.startsWith('application/cloudevents');
  requireOnce(raw.rawHeaders, isBinary ? /^(?:content-type$|ce-)/ : /^content-type$/);
  if (!isBinary && !isJsonType(type))
    throw new MillraceError(
      'unsupported-media-type',
      `This operation takes application/cloudevents+json, application/cloudevents-batch+json, application/json, or any type with ce- header fields; ${type === '' ? 'no Content-Type was given' : `not ${type}`}.`,
    );
  const body = await readBody(raw, limits);
  if (isBinary) return [binaryEvent(headers, type, body, limits)];
  const value = parseJsonText(decode(body), { depthMax: limits.jsonDepthMax }) as Json;
  const isBatch =
    type === 'application/cloudevents-batch+json' || (type === 'application/json' && Array.isArray(value));
  const events = isBatch ? value : [value];
  if (!Array.isArray(events) || !events.every(isJsonObject))
    throw new MillraceError(
      'bad-request',
      isBatch ? 'The body must be a list of CloudEvents.' : 'The body must be a CloudEvent: an object.',
    );
  return events as readonly JsonObject[];
}

/** Of a field that is sent twice, one value would be lost, or both be taken for one. */
function requireOnce(rawHeaders: readonly string[], names: RegExp): void {
  const seen = new Set<string>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    if (!names.test(name)) continue;
    if (seen.has(name))
      throw new MillraceError('bad-request', `The header field ${name} is sent more than once.`);
    seen.add(name);
  }
}

function binaryEvent(
  headers: IncomingHttpHeaders,
  type: string,
  body: Buffer,
  { jsonDepthMax }: Limits,
): JsonObject {
  const attributes: Record<string, Json> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'ce-data' || name === 'ce-data_base64')
      throw new MillraceError('bad-request', `${name} is no attribute of an event: its data is the body.`);
    if (name.startsWith('ce-') && typeof value === 'string')
      attributes[name.slice(3)] = attributeText(name, value);
  }
  if (headers['content-type'] !== undefined) attributes.datacontenttype = headers['content-type'];
  if (body.length === 0) return attributes;
  if (type !== '' && isJsonType(type))
    return { ...attributes, data: parseJsonText(decode(body), { depthMax: jsonDepthMax }) as Json };
  return /^text\//.test(type) && isUtf8Type(headers['content-type'])
    ? { ...attributes, data: decode(body) }
    : { ...attributes, data_base64: body.toString('base64') };
}

/** Percent-encoded, where it is not plain; or in double quotes, as older versions of the binding have it. */
function attributeText(name: string, value: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"$/.exec(value)?.[1];
  try {
    // Bytes beyond ASCII are no text that is agreed on: read as Latin-1, as fields are, those of UTF-8 would be another one.
    if (/^[\x20-\x7e\t]*$/.test(value)) return decodeURIComponent(quoted?.replace(/\\(.)/g, '$1') ?? value);
  } catch {
    // What follows a percent sign is no byte, or the bytes are not UTF-8.
  }
  throw new MillraceError('bad-request', `The header field ${name} is not percent-encoded as it must be.`);
}
