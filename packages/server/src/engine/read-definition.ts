import {
  type Executable,
  type JsonObject,
  link,
  lower,
  type Program,
  parse,
  parseValue,
  type Source,
} from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { ReadResources } from './read-resources.ts';

/** A definition ready to run, and its text to point into. */
export interface Definition {
  readonly digest: string;
  readonly text: string;
  readonly source: Source;
  readonly program: Program;
  readonly executable: Executable;
  /** what it names and does not hold; absent: nothing */
  readonly resources?: ReadResources;
}

/** Reads a definition, given as text or as a document whose text is `text`; throws `invalid-definition` with every error. */
export function readDefinition(
  definition: string | JsonObject,
  text: string,
  digest: string,
  functions: ReadonlySet<string>,
  resources?: ReadResources,
): Definition {
  const parsed = parseDefinition(definition, functions);
  const program = lower(parsed.workflow, functions, new Map(Object.entries(resources ?? {})));
  if (program.faults !== undefined) {
    // A later version may find more than the one that read it.
    const found = program.faults.map(({ at, message }) => ({
      ...parsed.source.locate(at),
      pointer: at,
      message,
    }));
    throw invalid(definition, found);
  }
  const [missing] = program.missing ?? [];
  if (missing !== undefined) throw new Error(`broken rule: ${missing.key} was read before`);
  return {
    ...{ digest, text, program },
    source: sourceOver(parsed.source, program),
    executable: link(program),
    ...(resources === undefined ? {} : { resources }),
  };
}

type ParsedDefinition = Extract<ReturnType<typeof parse>, { ok: true }>;

export function parseDefinition(
  definition: string | JsonObject,
  functions: ReadonlySet<string>,
): ParsedDefinition {
  const parsed =
    typeof definition === 'string' ? parse(definition, { functions }) : parseValue(definition, { functions });
  if (parsed.ok) return parsed;
  throw invalid(definition, parsed.errors);
}

/** A document that came as a value has no lines: those of its text as it is kept here are nobody's. */
export function invalid(
  definition: string | JsonObject,
  found: readonly { readonly line: number; readonly pointer: string; readonly message: string }[],
): MillraceError {
  const errors =
    typeof definition === 'string' ? found : found.map(({ pointer, message }) => ({ pointer, message }));
  return new MillraceError('invalid-definition', describe(errors), { errors });
}

/** What stands in a function that was read is found, in the text, at the call that named it. */
function sourceOver(source: Source, program: Program): Source {
  const read = Object.values(program.functions).flatMap(({ node, at }) =>
    at === undefined ? [] : [[node.reference ?? node.pointer, at] as const],
  );
  if (read.length === 0) return source;
  return {
    ...source,
    locate(pointer) {
      const found = read.find(([root]) => pointer === root || pointer.startsWith(`${root}/`));
      return source.locate(found === undefined ? pointer : found[1]);
    },
  };
}

export function textOf(definition: string | JsonObject): string {
  return typeof definition === 'string' ? definition : JSON.stringify(definition, null, 2);
}

/**
 * How a definition is kept, and what its digest is of. One that names nothing is its text; else the digest covers what
 * was read too, so that it says what runs. The word before it keeps the two kinds apart.
 */
export function packed(
  text: string,
  resources: ReadResources | undefined,
): { readonly body: string; readonly hashed: string } {
  if (resources === undefined) return { body: text, hashed: text };
  const body = JSON.stringify({ text, resources });
  return { body, hashed: `resources\n${body}` };
}

export function unpacked(
  digest: string,
  body: string,
  hash: (text: string) => string,
): { readonly text: string; readonly resources?: ReadResources } {
  if (digest !== `sha256:${hash(`resources\n${body}`)}`) return { text: body };
  return JSON.parse(body) as { text: string; resources: ReadResources };
}

function describe(
  errors: readonly { readonly line?: number; readonly pointer: string; readonly message: string }[],
): string {
  const [first] = errors;
  if (first === undefined) return 'the definition has errors';
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const place = first.line === undefined ? first.pointer || 'the definition' : `line ${first.line}`;
  return `${place}: ${first.message}${more}`;
}
