/** Secrets where no value may be secret: the standard allows them there, and the log would keep them. */
import type { Source } from '../language/source.ts';
import type { Program } from './program.ts';

export interface Misplaced {
  readonly pointer: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

const message =
  '`$secrets` is an authorization error here: it can be used in the arguments of a call to a service only';

/** Where an expression of the text reads `$secrets` and is refused when it is evaluated, each place once, in order. */
export function misplacedSecrets(
  { input, output, tasks, functions }: Program,
  source: Pick<Source, 'locate'>,
): readonly Misplaced[] {
  const own = Object.values(functions).flatMap(({ node, at }) => (at === undefined ? [node] : []));
  const pointers = new Set<string>();
  for (const part of [input, output, tasks, own]) collect(part, pointers);
  return [...pointers]
    .map((pointer) => ({ pointer, ...source.locate(pointer), message }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

/** Walks all that a program holds, but for literals and for what an executor computes. */
function collect(part: unknown, pointers: Set<string>): void {
  if (Array.isArray(part)) for (const item of part) collect(item, pointers);
  else if (typeof part === 'object' && part !== null) {
    const { type, source, at } = part as Record<string, unknown>;
    if (type === 'literal' || type === 'inline') return;
    if (type === 'jq' && typeof source === 'string' && typeof at === 'string') {
      if (/\$secrets\b/.test(source)) pointers.add(at);
      return;
    }
    // A function of the definition, or of a catalog, is given its arguments as any task its input.
    if (type === 'http' || type === 'openapi' || type === 'function') return;
    for (const member of Object.values(part)) collect(member, pointers);
  }
}
