import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '@millrace/core';
import { mediaTypeParameter } from './media-type.ts';
import type { EncodedBody } from './request-body.ts';

/**
 * `multipart/form-data` (RFC 7578): a part for each member, one for each item of a list; objects are parts in
 * JSON, files have their member's name as file name.
 */
export function encodeMultipart(
  fields: JsonObject,
  contentType: string,
  files?: ReadonlySet<string>,
): EncodedBody {
  const own = mediaTypeParameter(contentType, 'boundary');
  const boundary = own ?? `millrace-${randomUUID()}`;
  const parts = Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((item: Json) => item !== null)
      .map((item: Json) => `--${boundary}\r\n${encodePart(name, item, files?.has(name) === true)}\r\n`),
  );
  return {
    content: `${parts.join('')}--${boundary}--\r\n`,
    contentType: own === undefined ? `multipart/form-data; boundary=${boundary}` : contentType,
  };
}

function encodePart(name: string, value: Json, file: boolean): string {
  const disposition = `content-disposition: form-data; name="${escapeName(name)}"`;
  if (file)
    return `${disposition}; filename="${escapeName(name)}"\r\ncontent-type: application/octet-stream\r\n\r\n${textOf(value)}`;
  if (typeof value === 'object')
    return `${disposition}\r\ncontent-type: application/json\r\n\r\n${textOf(value)}`;
  return `${disposition}\r\n\r\n${textOf(value)}`;
}

function textOf(value: Json): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function escapeName(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
