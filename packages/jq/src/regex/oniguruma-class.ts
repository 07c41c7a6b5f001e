import { closeUnderCase } from './case-folding.ts';
import { type CharSet, complementSet, intersectionSet, rangeSet, unionSet } from './char-set.ts';
import { readCharEscape, readSetEscape } from './oniguruma-escape.ts';
import type { Scanner } from './scanner.ts';
import type { OnigurumaSyntax } from './syntax.ts';
import { posixBracket } from './unicode-properties.ts';

const NESTING_MAX = 100;

/** Reads a character class after its `[`, including the closing bracket. */
export function readClass(
  scanner: Scanner,
  syntax: OnigurumaSyntax,
  ignoreCase: boolean,
  depth = 0,
): CharSet {
  if (depth > NESTING_MAX) scanner.fail('parse depth limit over');
  const isNegative = scanner.eat('^');
  const members = new Members();
  let common: CharSet | null = null;
  if (scanner.peek() === ']') readLeadingBracket(scanner, members);
  while (!scanner.eat(']')) {
    if (scanner.done) scanner.fail('premature end of char-class');
    if (syntax.setOperations && scanner.eat('&&')) {
      const left = members.take();
      common = common === null ? left : intersectionSet(common, left);
    } else readMember(scanner, syntax, members, ignoreCase, depth);
  }
  const last = members.take();
  const whole = common === null ? last : intersectionSet(common, last);
  const folded = ignoreCase ? closeUnderCase(whole) : whole;
  return isNegative ? complementSet(folded) : folded;
}

/** What has been read of a class since its start or its last `&&`. */
class Members {
  ranges: [number, number][] = [];
  sets: CharSet[] = [];

  take(): CharSet {
    const set = unionSet(
      this.ranges.length > 0 || this.sets.length === 0 ? [rangeSet(this.ranges), ...this.sets] : this.sets,
    );
    this.ranges = [];
    this.sets = [];
    return set;
  }
}

/** A `]` right at the start is a member when another one closes the class. */
function readLeadingBracket(scanner: Scanner, members: Members): void {
  const closing = /\](?:[^\]\\]|\\[\s\S])*\]/y;
  closing.lastIndex = scanner.at;
  if (!closing.test(scanner.source)) scanner.fail('empty char-class');
  scanner.next();
  members.ranges.push([0x5d, 0x5d]);
}

function readMember(
  scanner: Scanner,
  syntax: OnigurumaSyntax,
  members: Members,
  ignoreCase: boolean,
  depth: number,
): void {
  const set = readMemberSet(scanner, syntax, ignoreCase, depth);
  if (set !== null) members.sets.push(set);
  else readRangeOrChar(scanner, syntax, members);
}

/** A member that is a set of its own, or null if a single character is next. */
function readMemberSet(
  scanner: Scanner,
  syntax: OnigurumaSyntax,
  ignoreCase: boolean,
  depth: number,
): CharSet | null {
  const posix = scanner.match(/\[:(\^?)([A-Za-z]{1,20}):\]/y);
  if (posix !== null) {
    const set = posixBracket((posix[2] ?? '').toLowerCase()) ?? scanner.fail('invalid POSIX bracket type');
    return posix[1] === '^' ? complementSet(set) : set;
  }
  if (syntax.setOperations && scanner.eat('[')) return readClass(scanner, syntax, ignoreCase, depth + 1);
  if (scanner.peek() !== '\\') return null;
  scanner.next();
  const set = readSetEscape(scanner, syntax);
  if (set === null) scanner.at--;
  return set;
}

/** Reads `a` or `a-z`; a `-` that cannot join two characters is a member itself. */
function readRangeOrChar(scanner: Scanner, syntax: OnigurumaSyntax, members: Members): void {
  const low = readChar(scanner, syntax);
  const dash = scanner.at;
  if (!scanner.eat('-')) {
    members.ranges.push([low, low]);
    return;
  }
  const next = scanner.peek();
  const isSetNext = /\\[wWdDsSpP]|\[:/y;
  isSetNext.lastIndex = scanner.at;
  if (
    next === ']' ||
    next === '' ||
    isSetNext.test(scanner.source) ||
    (syntax.setOperations && next === '[')
  ) {
    members.ranges.push([low, low], [0x2d, 0x2d]);
    return;
  }
  const high = readChar(scanner, syntax);
  if (high < low) scanner.fail('empty range in char class', dash);
  members.ranges.push([low, high]);
}

function readChar(scanner: Scanner, syntax: OnigurumaSyntax): number {
  const text = scanner.next();
  if (text !== '\\') return text.codePointAt(0) ?? scanner.fail('premature end of char-class');
  // Within a class \b is the backspace.
  return scanner.eat('b') ? 0x08 : readCharEscape(scanner, syntax);
}
