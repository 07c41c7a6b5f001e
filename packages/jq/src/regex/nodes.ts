import type { CharSet } from './char-set.ts';

/** Which copies of a repeated part are tried first, and whether they may be given back. */
export type RepeatMode = 'greedy' | 'lazy' | 'possessive';

/** A place in the text. The line anchors know `\n` only, as both dialects here need no other. */
export type AnchorKind =
  | 'textStart'
  | 'textEnd'
  | 'textEndOrFinalNewline'
  | 'lineStart'
  | 'lineEnd'
  | 'wordBoundary'
  | 'notWordBoundary'
  | 'searchStart';

/** A parsed pattern. Every character is one code point. */
export type Node =
  | { readonly type: 'sequence'; readonly items: readonly Node[] }
  | { readonly type: 'choice'; readonly items: readonly Node[] }
  | { readonly type: 'char'; readonly codePoint: number; readonly ignoreCase: boolean }
  | { readonly type: 'set'; readonly set: CharSet }
  | { readonly type: 'group'; readonly index: number; readonly body: Node }
  | {
      readonly type: 'repeat';
      readonly body: Node;
      readonly min: number;
      readonly max: number;
      readonly mode: RepeatMode;
    }
  | { readonly type: 'anchor'; readonly kind: AnchorKind; readonly word: CharSet }
  | { readonly type: 'look'; readonly behind: boolean; readonly negative: boolean; readonly body: Node }
  | { readonly type: 'atomic'; readonly body: Node }
  | { readonly type: 'backreference'; readonly groups: readonly number[]; readonly ignoreCase: boolean }
  | { readonly type: 'call'; readonly group: number }
  | { readonly type: 'keep' };

/** What a parser hands to the compiler. */
export interface ParsedPattern {
  readonly root: Node;
  /** The name of each group from group 1 on; null for a group without a name. */
  readonly names: readonly (string | null)[];
  /** How the dialect treats empty repetitions, unset groups and groups inside repetitions. */
  readonly dialect: 'oniguruma' | 'ecma';
}

export const emptyNode: Node = { type: 'sequence', items: [] };

/** Joins items in order, without a needless wrapper around one. */
export function sequence(items: readonly Node[]): Node {
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : { type: 'sequence', items };
}

/** Joins alternatives in order of preference, without a needless wrapper around one. */
export function choice(items: readonly Node[]): Node {
  const [only] = items;
  return items.length === 1 && only !== undefined ? only : { type: 'choice', items };
}

/** Marks a branch that the types say cannot be reached. */
export function unreachable(value: never): never {
  throw new Error(`unexpected ${JSON.stringify(value)}`);
}
