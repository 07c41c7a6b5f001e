import { foldCase } from './case-folding.ts';
import { type CharSet, hasCodePoint } from './char-set.ts';
import { type AnchorKind, unreachable } from './nodes.ts';

const NEWLINE = 10;

/** The code point that ends before a position, or -1 at the start of the text. */
export function codePointBefore(text: string, position: number): number {
  if (position <= 0) return -1;
  const unit = text.charCodeAt(position - 1);
  if (unit < 0xdc00 || unit > 0xdfff || position < 2) return unit;
  const high = text.charCodeAt(position - 2);
  return high >= 0xd800 && high < 0xdc00 ? 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00) : unit;
}

/** Whether an anchor holds at a position. */
export function isAnchored(
  kind: AnchorKind,
  text: string,
  position: number,
  searchFrom: number,
  word: CharSet,
): boolean {
  const { length } = text;
  switch (kind) {
    case 'textStart':
      return position === 0;
    case 'textEnd':
      return position === length;
    case 'textEndOrFinalNewline':
      return position === length || (position === length - 1 && text.charCodeAt(position) === NEWLINE);
    case 'lineStart':
      // After a newline that ends the text no further line begins, in Oniguruma.
      return position === 0 || (position < length && text.charCodeAt(position - 1) === NEWLINE);
    case 'lineEnd':
      return position === length || text.charCodeAt(position) === NEWLINE;
    case 'wordBoundary':
      return isWordBoundary(text, position, word);
    case 'notWordBoundary':
      return !isWordBoundary(text, position, word);
    case 'searchStart':
      return position === searchFrom;
    default:
      return unreachable(kind);
  }
}

function isWordBoundary(text: string, position: number, word: CharSet): boolean {
  const before = codePointBefore(text, position);
  const after = text.codePointAt(position);
  return (before >= 0 && hasCodePoint(word, before)) !== (after !== undefined && hasCodePoint(word, after));
}

/**
 * Whether the text between start and end stands after (or, going back, before) a position as well; gives the
 * position on its other side, or -1.
 */
export function isSameText(
  text: string,
  start: number,
  end: number,
  position: number,
  back: boolean,
  ignoreCase: boolean,
): number {
  const from = back ? position - (end - start) : position;
  const to = from + (end - start);
  if (from < 0 || to > text.length) return -1;
  const next = back ? from : to;
  if (!ignoreCase) return text.slice(start, end) === text.slice(from, to) ? next : -1;
  for (let i = 0; i < end - start; i++) {
    const left = text.codePointAt(start + i) ?? -1;
    const right = text.codePointAt(from + i) ?? -1;
    if (foldCase(left) !== foldCase(right)) return -1;
    if (left > 0xffff) i++;
  }
  return next;
}
