import type { ExternalResource } from '../language/document.ts';
import { readText } from '../language/read-text.ts';
import { compileSchema, SchemaCompileError } from '../schema/schema.ts';
import { resourceText } from './lower-resources.ts';
import type { Lowering } from './lowering.ts';
import type { SchemaSource } from './program.ts';

const limits = { textBytesMax: 1_048_576, depthMax: 64, nodesMax: 20_000, errorsMax: 1 };

/** A schema that stands elsewhere: as if it had been written here. What it refers to must stand within it. */
export function lowerSchemaResource(
  { endpoint }: ExternalResource,
  at: string,
  lowering: Lowering,
): SchemaSource {
  const [uri, authentication] =
    typeof endpoint === 'string' ? [endpoint, undefined] : [endpoint.uri, endpoint.authentication];
  const absolute = lowering.base === undefined ? uri : resolved(uri, lowering.base);
  const place = { type: 'uri', uri: absolute } as const;
  const text = resourceText(place, `schema ${absolute}`, authentication, `${at}/endpoint`, lowering);
  if (text === undefined) return { type: 'resource', at };
  const read = readText(text, { ...limits, file: absolute });
  const fault = (message: string): SchemaSource => {
    lowering.faults.push({ at: lowering.namedAt ?? at, message: `${absolute}: ${message}` });
    return { type: 'resource', at };
  };
  if (!read.ok) return fault(read.errors[0]?.message ?? 'it cannot be read');
  try {
    compileSchema(read.value);
  } catch (error) {
    if (!(error instanceof SchemaCompileError)) throw error;
    return fault(`this is no JSON Schema: ${error.message} (at ${error.pointer || 'its root'})`);
  }
  return { type: 'inline', schema: read.value, at };
}

/** RFC 3986 without its rarities: a path beside the base, from its root, or up from it. */
function resolved(uri: string, base: string): string {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(uri)) return uri;
  const [, origin = '', path = ''] = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]*)?([^?#]*)/.exec(base) ?? [];
  const from = uri.startsWith('/') ? [] : path.split('/').slice(0, -1);
  const steps: string[] = [];
  for (const step of [...from, ...uri.split('/')]) {
    if (step === '..') steps.pop();
    else if (step !== '.' && step !== '') steps.push(step);
  }
  return `${origin}${origin === '' ? '' : '/'}${steps.join('/')}`;
}
