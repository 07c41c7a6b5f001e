/**
 * Facts as they are stored: as `writeFacts` writes them, but that values above a size are kept in the blob store under
 * their digest. The field then holds `null`, and `blobs` beside it names what belongs there.
 */
import {
  type BlobReference,
  type Fact,
  factSchema,
  readFacts,
  upcastFacts,
  version,
  writeFacts,
} from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { BlobStore } from '../ports/blob.ts';
import { StoredValue, wholeBytesMax } from './stored-value.ts';

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
  const body = writeFacts(facts);
  const pinned = facts.flatMap(pinnedIn);
  if (pinned.length > 0) return keepPinned(pinned, facts, tenant, options);
  return body.length < options.blobThreshold ? body : moveLargeValues(facts, tenant, options);
}

/** Contents that were put at another time, which these facts name again. */
function pinnedIn(fact: Fact): readonly string[] {
  switch (fact.type) {
    case 'effect.completed':
    case 'effect.failed':
      return Object.values(fact.pins ?? {});
    case 'execution.restored':
      return Object.values(fact.state.pins);
    default:
      return [];
  }
}

async function keepPinned(
  pinned: readonly string[],
  facts: readonly Fact[],
  tenant: string,
  options: CodecOptions,
): Promise<string> {
  for (const digest of pinned) await options.blobs.keep?.(tenant, digest);
  return moveLargeValues(facts, tenant, options);
}

async function moveLargeValues(
  facts: readonly Fact[],
  tenant: string,
  options: CodecOptions,
): Promise<string> {
  const stored = await Promise.all(facts.map((fact) => withoutLargeValues(fact, tenant, options)));
  return writeFacts(stored);
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

/**
 * The facts of a stored body, with every value in its place. `shallow`: a value of more than `wholeBytesMax` that lies
 * beside the log is not read, and a `StoredValue` stands for it; those that folding looks into are read all the same.
 */
export async function decode(
  body: string,
  tenant: string,
  blobs: BlobStore,
  how: 'whole' | 'shallow' = 'whole',
): Promise<readonly Fact[]> {
  const facts = parseBody(body);
  if (!body.includes('"blobs":')) return facts;
  return Promise.all(facts.map((fact) => hydrated(fact, tenant, blobs, how)));
}

/** The facts of a stored body as they stand, without their large values. */
export function parseBody(body: string): readonly Fact[] {
  const { schema, facts } = readFacts(body);
  if (schema > factSchema) throw newerFacts(schema);
  return upcastFacts(schema, facts);
}

/** Another process, of the version that wrote them, goes on with what these facts are of. */
function newerFacts(schema: number): MillraceError {
  return new MillraceError(
    'unavailable',
    `a newer Millrace has written to this execution: its facts are of schema ${schema}, and this process (${version}) knows schemas up to ${factSchema}. A process of that version goes on with it`,
    { reason: 'newer-facts' },
  );
}

export function isOfNewerFacts(error: unknown): boolean {
  return error instanceof MillraceError && error.details.reason === 'newer-facts';
}

/** Members that are read whatever their size: others than the workflow's own code look into them. */
const lookedInto: ReadonlySet<string> = new Set(['state', 'request', 'error', 'secrets']);

async function hydrated(
  fact: Fact,
  tenant: string,
  blobs: BlobStore,
  how: 'whole' | 'shallow',
): Promise<Fact> {
  const { blobs: references, ...rest } = fact as Fact & {
    readonly blobs?: Readonly<Record<string, BlobReference>>;
  };
  if (references === undefined) return fact;
  const values: Record<string, unknown> = {};
  for (const [field, { digest, bytes }] of Object.entries(references)) {
    // Of an event that was consumed, folding takes what is read out of it.
    const isLookedInto = lookedInto.has(field) || fact.type === 'event.consumed';
    if (how === 'shallow' && bytes > wholeBytesMax && !isLookedInto) {
      values[field] = new StoredValue(digest, bytes);
      continue;
    }
    const content = await blobs.get(tenant, digest);
    if (content === undefined) throw new Error(`the blob store has lost ${digest} of ${fact.type}.${field}`);
    values[field] = JSON.parse(new TextDecoder().decode(content));
  }
  return Object.assign({}, rest, values) as Fact;
}
