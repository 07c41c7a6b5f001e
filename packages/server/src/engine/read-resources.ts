/**
 * Reads what a definition names and does not hold: once, when it is published, or started inline. What was read is kept
 * with the definition, so every execution of it runs the same, whatever stands at the URI later.
 */
import { type JsonObject, lower, type MissingResource } from '@millrace/core';
import type { ResourceReader } from '../ports/resources.ts';
import type { Store } from '../ports/store.ts';
import { functions as catalog, functionKey, type PublishedFunction } from './functions.ts';
import { invalid, parseDefinition } from './read-definition.ts';

/** By key; in the order of their keys, so that equal ones print alike. */
export type ReadResources = Readonly<Record<string, { readonly text: string }>>;

interface Sources {
  /** absent: only the server's own catalog can be read */
  readonly reader?: ResourceReader;
  readonly store: Store;
  readonly tenant: string;
}

const resourcesMax = 64;
const charsMax = 4 * 1_048_576;

/** Undefined: the definition names nothing. Throws `invalid-definition` for what cannot be read or is not sound. */
export async function readResources(
  definition: string | JsonObject,
  functions: ReadonlySet<string>,
  sources: Sources,
): Promise<ReadResources | undefined> {
  const { workflow, source } = parseDefinition(definition, functions);
  const read = new Map<string, { readonly text: string }>();
  const refuse = (found: readonly { readonly at: string; readonly message: string }[]) =>
    invalid(
      definition,
      found.map(({ at, message }) => ({ ...source.locate(at), pointer: at, message })),
    );
  for (;;) {
    // What was read may name more.
    const { missing = [], faults = [] } = lower(workflow, functions, read);
    if (faults.length > 0) throw refuse(faults);
    if (missing.length === 0) break;
    const results = await Promise.all(missing.map((each) => tryToRead(each, sources)));
    const failed = results.flatMap((result) => ('message' in result ? [result] : []));
    if (failed.length > 0) throw refuse(failed);
    for (const result of results) if ('text' in result) read.set(result.key, { text: result.text });
    const chars = [...read.values()].reduce((sum, { text }) => sum + text.length, 0);
    const [{ at = '' } = {}] = missing;
    if (read.size > resourcesMax || chars > charsMax)
      throw refuse([
        {
          at,
          message: `the definition names more than ${resourcesMax} resources, or ${charsMax} characters`,
        },
      ]);
  }
  if (read.size === 0) return undefined;
  return Object.fromEntries([...read].sort(([a], [b]) => (a < b ? -1 : 1)));
}

type Result =
  | { readonly key: string; readonly text: string }
  | { readonly at: string; readonly message: string };

async function tryToRead(missing: MissingResource, { reader, store, tenant }: Sources): Promise<Result> {
  const { key, at } = missing;
  if (missing.type === 'default') {
    const stored = await store.document(tenant, catalog, functionKey(missing.name, missing.version));
    if (stored !== undefined) return { key, text: (JSON.parse(stored.body) as PublishedFunction).text };
    return { at, message: `the catalog of this server has no function ${missing.name}:${missing.version}` };
  }
  if (reader === undefined) return { at, message: `${missing.uri} cannot be read here` };
  try {
    return { key, text: await reader.read(tenant, missing) };
  } catch (error) {
    return { at, message: `${missing.uri} cannot be read: ${(error as Error).message}` };
  }
}
