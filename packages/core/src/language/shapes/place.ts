/** Where a check stands: the value's path, and what is known there. */
import type { Json } from '../../model/json.ts';
import type { ExpressionMode } from '../expression.ts';
import { toPointer } from '../pointer.ts';
import type { Aim } from '../source.ts';

/** Looks at one value and reports what is wrong with it and below it. */
export type Check = (value: Json, place: Place) => void;

export interface Place {
  readonly walk: Walk;
  readonly parent: Place | undefined;
  readonly key: string | number;
  /** names that `$name` may take here; one array per scope, so that checks can be remembered by it */
  readonly variables: readonly string[];
  readonly targets: Targets;
}

/** What `then` may name, besides the directives. */
export type Targets =
  | { readonly type: 'list'; readonly names: ReadonlySet<string> }
  | { readonly type: 'branch' }
  | { readonly type: 'function' };

/** What is the same for one whole document. */
export interface Walk {
  readonly mode: ExpressionMode;
  readonly names: DefinedNames;
  /** compiles jq with these variables; the fault of the first error, or undefined */
  readonly compile: (source: string, variables: readonly string[]) => ExpressionFault | undefined;
  readonly report: (place: Place, message: string, aim: Aim) => void;
  /** checks of nested lists of tasks: tasks contain tasks, and imports must not */
  readonly tasks: Check;
  readonly branches: Check;
  /** scopes from which a reusable part is used, by `kind/name`: its expressions must hold in each */
  readonly uses: Map<string, Map<string, readonly string[]>>;
}

export interface ExpressionFault {
  /** in the jq text */
  readonly offset: number;
  readonly message: string;
}

/** Names under `use`, and those that the host adds. */
export interface DefinedNames {
  readonly authentications: ReadonlySet<string>;
  readonly catalogs: ReadonlySet<string>;
  readonly errors: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
  readonly retries: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  readonly timeouts: ReadonlySet<string>;
}

export function rootPlace(walk: Walk, variables: readonly string[]): Place {
  return { walk, parent: undefined, key: '', variables, targets: { type: 'function' } };
}

export function child(place: Place, key: string | number): Place {
  const { walk, variables, targets } = place;
  return { walk, parent: place, key, variables, targets };
}

/** The place itself with more variables; a name that is known already is shadowed, not listed twice. */
export function withVariables(place: Place, names: readonly string[]): Place {
  return { ...place, variables: [...new Set([...place.variables, ...names])] };
}

export function withTargets(place: Place, targets: Targets): Place {
  return { ...place, targets };
}

export function pointerOf(place: Place): string {
  const segments: (string | number)[] = [];
  for (let at: Place = place; at.parent !== undefined; at = at.parent) segments.push(at.key);
  return toPointer(segments.reverse());
}

export function report(place: Place, message: string, aim: Aim = { type: 'value' }): void {
  place.walk.report(place, message, aim);
}

/** What was found instead of what was expected, for the end of a sentence. */
export function describe(value: Json | undefined): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `'${shorten(value)}'`;
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'an object';
  return `the ${typeof value} ${value}`;
}

/** A user's text within a sentence: one line, 60 characters at most. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 60)}…` : line;
}
