import type { CharSet } from './char-set.ts';
import type { AnchorKind } from './nodes.ts';

/** The operations of a compiled pattern, with the operands that follow each in `Program.code`. */
export const OP = {
  match: 0,
  /** unit: one UTF-16 unit that is a whole character. */
  char: 1,
  /** string: an entry of `strings`. */
  string: 2,
  /** folded code point: a character whose case folding is this. */
  fold: 3,
  /** set: an entry of `sets`. */
  set: 4,
  /** The same backwards, for look-behind. charBack takes a code point. */
  charBack: 5,
  foldBack: 6,
  setBack: 7,
  /** first, second, memo: go on at first; at second when that fails. */
  split: 8,
  /** target */
  jump: 9,
  /** register: remember the position there. */
  save: 10,
  /** from, to: forget the positions in these registers (to excluded). */
  reset: 11,
  /** set, min, max, memo: a repeated set, then the next operation. max -1 is no limit. */
  repeatGreedy: 12,
  repeatLazy: 13,
  repeatPossessive: 14,
  /** kind, set: an entry of ANCHORS and the set of word characters. */
  anchor: 15,
  /** register, target: go to target if nothing was consumed since the position in the register. */
  leaveIfEmpty: 16,
  /** register: fail if nothing was consumed since then. */
  failIfEmpty: 17,
  /** register: remember the height of the stack and, in the next register, the position. */
  cutOpen: 18,
  /** register: give up the alternatives since cutOpen. */
  atomicClose: 19,
  /** register: the same, and go back to the position of cutOpen. */
  lookClose: 20,
  /** register, next: go to next when what follows fails. */
  notOpen: 21,
  /** register: what a negative look must not find was found. */
  notClose: 22,
  /** groups (an entry of `groupLists`), ignoreCase 0|1, backwards 0|1, whether an unset group matches 0|1. */
  backreference: 23,
  /** register: count 0. */
  countStart: 24,
  /** register, min, max, exit, lazy 0|1: the next round or the exit. */
  countNext: 25,
  /** register: one more round. */
  countUp: 26,
  /** register, empty register, min: fail if nothing was consumed in a round beyond min. */
  failIfEmptyRound: 27,
} as const;

export const ANCHORS: readonly AnchorKind[] = [
  'textStart',
  'textEnd',
  'textEndOrFinalNewline',
  'lineStart',
  'lineEnd',
  'wordBoundary',
  'notWordBoundary',
  'searchStart',
];

/** A pattern as the matcher runs it. Registers 2g and 2g+1 hold the start and the end of group g, -1 when unset. */
export interface Program {
  readonly code: Int32Array;
  readonly sets: readonly CharSet[];
  readonly strings: readonly string[];
  readonly groupLists: readonly (readonly number[])[];
  readonly names: readonly (string | null)[];
  readonly registers: number;
  /** Per memo number: the registers that say where enclosing loops that may be empty began their round. */
  readonly memos: readonly (readonly number[])[];
  readonly start: SearchStart;
}

/** Where a match can begin. */
export type SearchStart =
  | { readonly type: 'anywhere' }
  /** Only at the start of the text. */
  | { readonly type: 'textStart' }
  /** Only where this text stands; `whole` if that is all of the pattern. */
  | { readonly type: 'prefix'; readonly text: string; readonly whole: boolean }
  /** Only at a character of this set; `candidate` is a native class of its Latin members and all other units. */
  | { readonly type: 'first'; readonly set: CharSet; readonly candidate: RegExp };
