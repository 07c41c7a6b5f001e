/**
 * Facts as they are stored: a JSON array, in which values above a size are kept in the blob store under their
 * digest. The field then holds `null`, and `blobs` beside it names what belongs there.
 */
import type { BlobReference, Fact } from '@millrace/core';
import type { BlobStore } from '../ports/blob.ts';

export interface CodecOptions {
  readonly blobs: BlobStore;
  /** characters of JSON from which a value leaves the log */
  readonly blobThreshold: number;
}

/** What `encode` answers at once when nothing is large, which is nearly always. */
export function encode(
  facts: readonly Fact[],
  tenant: string,
  options: CodecOptions,
): string | Promise<string> {
  const body = JSON.stringify(facts);
  return body.length < options.blobThreshold ? body : moveLargeValues(facts, tenant, options);
}

async function moveLargeValues(
  facts: readonly Fact[],
  tenant: string,
  options: CodecOptions,
): Promise<string> {
  const stored = await Promise.all(facts.map((fact) => withoutLargeValues(fact, tenant, options)));
  return JSON.stringify(stored);
}

/** Fields that may hold values of the workflow's own. */
const valueFields = [
  'input',
  'value',
  'output',
  'context',
  'items',
  'event',
  'request',
  'state',
  'error',
  'secrets',
] as const;

async function withoutLargeValues(
  fact: Fact,
  tenant: string,
  { blobs, blobThreshold }: CodecOptions,
): Promise<Fact> {
  const stored: Record<string, unknown> = { ...fact };
  const references: Record<string, BlobReference> = {};
  for (const field of valueFields) {
    const text = stored[field] === undefined ? undefined : JSON.stringify(stored[field]);
    if (text === undefined || text.length < blobThreshold) continue;
    references[field] = await blobs.put(tenant, new TextEncoder().encode(text));
    stored[field] = null;
  }
  return (Object.keys(references).length === 0 ? fact : { ...stored, blobs: references }) as Fact;
}

/** The facts of a stored body, with every value in its place. */
export async function decode(body: string, tenant: string, blobs: BlobStore): Promise<readonly Fact[]> {
  const facts = JSON.parse(body) as Fact[];
  if (!body.includes('"blobs":')) return facts;
  return Promise.all(facts.map((fact) => hydrated(fact, tenant, blobs)));
}

async function hydrated(fact: Fact, tenant: string, blobs: BlobStore): Promise<Fact> {
  const { blobs: references, ...rest } = fact as Fact & {
    readonly blobs?: Readonly<Record<string, BlobReference>>;
  };
  if (references === undefined) return fact;
  const values: Record<string, unknown> = {};
  for (const [field, { digest }] of Object.entries(references)) {
    const content = await blobs.get(tenant, digest);
    if (content === undefined) throw new Error(`the blob store has lost ${digest} of ${fact.type}.${field}`);
    values[field] = JSON.parse(new TextDecoder().decode(content));
  }
  return Object.assign({}, rest, values) as Fact;
}
