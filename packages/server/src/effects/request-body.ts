import { isJsonObject, type Json, type JsonObject } from '@millrace/core';
import { fault } from './fault.ts';
import { isJsonType, mediaTypeOf } from './media-type.ts';
import { encodeMultipart } from './multipart.ts';

export interface EncodedBody {
  readonly content: string | Uint8Array;
  readonly contentType: string;
}

/**
 * A body as its content type wants it, JSON unless told otherwise. A text of another type than JSON or a form is
 * sent as it is. `files` names the members of a multipart body that are files.
 */
export function encodeBody(
  body: Json,
  contentType = 'application/json',
  files?: ReadonlySet<string>,
): EncodedBody {
  const mediaType = mediaTypeOf(contentType);
  if (isJsonType(mediaType)) return { content: JSON.stringify(body), contentType };
  if (typeof body === 'string') return { content: body, contentType };
  if (isJsonObject(body)) {
    if (mediaType === 'application/x-www-form-urlencoded') return { content: encodeForm(body), contentType };
    if (mediaType === 'multipart/form-data') return encodeMultipart(body, contentType, files);
  } else if (typeof body === 'number' || typeof body === 'boolean') {
    return { content: String(body), contentType };
  }
  throw fault(
    'configuration',
    `A body of the type "${contentType}" must be a text${mediaType.includes('form') ? ' or an object' : ''}.`,
  );
}

/** Names and texts of form fields: a list repeats its name, a null is left out, an object is written as JSON. */
export function formEntries(fields: JsonObject): [string, string][] {
  return Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((item: Json): [string, string][] =>
      item === null ? [] : [[name, scalarText(item)]],
    ),
  );
}

/** A value where only text can stand. */
export function scalarText(value: Json): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function encodeForm(fields: JsonObject): string {
  return new URLSearchParams(formEntries(fields)).toString();
}
