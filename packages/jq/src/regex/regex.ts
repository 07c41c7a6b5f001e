import type { CharSet } from './char-set.ts';
import { compileProgram } from './compiler.ts';
import { parseEcma } from './ecma-parser.ts';
import { RegexLimitError, RegexSyntaxError } from './errors.ts';
import type { RegexFlags } from './flags.ts';
import { Matcher } from './matcher.ts';
import { unreachable } from './nodes.ts';
import { parseOniguruma } from './oniguruma-parser.ts';
import type { Program } from './program.ts';

export type { RegexFlags };
export { RegexLimitError, RegexSyntaxError };

/** One match. All positions count UTF-16 units. */
export interface RegexMatch {
  readonly index: number;
  readonly end: number;
  /** From group 1 on; null for a group that took no part. */
  readonly groups: readonly ({ readonly index: number; readonly end: number } | null)[];
}

/** A compiled pattern. */
export interface Regex {
  /** The name of each group from group 1 on, null for a group without a name. */
  readonly names: readonly (string | null)[];
  /**
   * The first match that begins at `from` or later. `charge` is told, in batches, how many steps were taken since
   * its last call; what it throws ends the match and passes through.
   * @throws RegexLimitError when too many alternatives are open at once (24 MB of them)
   */
  exec(text: string, from: number, charge: (steps: number) => void): RegexMatch | null;
}

/**
 * Compiles a pattern of Oniguruma, in the syntax that jq uses.
 * @throws RegexSyntaxError with Oniguruma's message
 */
export function compileRegex(pattern: string, flags: RegexFlags = {}): Regex {
  return toRegex(
    compileProgram(parseOniguruma(pattern, flags)),
    flags.longest === true,
    flags.ignoreEmpty === true,
  );
}

/**
 * Compiles a pattern of ECMA-262 as with the flag `u`, such as JSON Schema's `pattern`; not anchored.
 * @throws RegexSyntaxError
 */
export function compileEcma(pattern: string): Regex {
  return toRegex(compileProgram(parseEcma(pattern)), false, false);
}

/** Whether a text is a pattern that `compileEcma` takes; parsed only, so in time proportional to its length. */
export function isEcmaPattern(text: string): boolean {
  try {
    parseEcma(text);
    return true;
  } catch (error) {
    if (error instanceof RegexSyntaxError) return false;
    throw error;
  }
}

function toRegex(program: Program, longest: boolean, ignoreEmpty: boolean): Regex {
  const { names } = program;
  if (program.start.type === 'prefix' && program.start.whole) {
    const literal = program.start.text;
    return { names, exec: (text, from, charge) => findLiteral(literal, text, from, charge) };
  }
  const options = { longest, ignoreEmpty };
  let idle: Matcher | null = null;
  return {
    names,
    exec(text, from, charge) {
      // Taken while in use, so that a charge that itself matches gets a matcher of its own.
      const matcher = idle ?? new Matcher(program, options);
      idle = null;
      matcher.open(text, from, charge);
      try {
        search(program, matcher, text, from, longest);
        return matcher.hasMatch ? toMatch(matcher.best) : null;
      } finally {
        matcher.close();
        idle = matcher;
      }
    },
  };
}

function findLiteral(
  literal: string,
  text: string,
  from: number,
  charge: (steps: number) => void,
): RegexMatch | null {
  const index = text.indexOf(literal, from);
  charge(1 + (((index < 0 ? text.length : index) - from) >> SKIP_SHIFT));
  return index < 0 ? null : { index, end: index + literal.length, groups: [] };
}

/** Skipping a character that cannot begin a match is charged as an eighth of a step. */
const SKIP_SHIFT = 3;

function search(program: Program, matcher: Matcher, text: string, from: number, longest: boolean): void {
  let position = from;
  while (position <= text.length) {
    const start = nextStart(program, text, position);
    const skipped = (start < 0 ? text.length : start) - position;
    if (skipped > 0) matcher.count((skipped >> SKIP_SHIFT) + 1);
    if (start < 0 || (matcher.matchAt(start) && !longest)) break;
    position = start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
  }
  matcher.settle();
}

/** The first position from here on where a match can begin, or -1. */
function nextStart(program: Program, text: string, position: number): number {
  const { start } = program;
  switch (start.type) {
    case 'anywhere':
      return position;
    case 'textStart':
      return position === 0 ? 0 : -1;
    case 'prefix':
      return text.indexOf(start.text, position);
    case 'first':
      return nextMember(start.set, start.candidate, text, position);
    default:
      return unreachable(start);
  }
}

/** Units looked at here before the native engine is asked, whose start costs about as much as these. */
const NEAR_UNITS = 16;

/**
 * The next place of a member. Measured on 100 kB without one: 0.1 ms with the native class, 1 ms without.
 */
function nextMember(set: CharSet, candidate: RegExp, text: string, position: number): number {
  const { latin } = set;
  let near = position + NEAR_UNITS;
  for (let at = position; at < text.length; at++) {
    if (at >= near) {
      candidate.lastIndex = at;
      const next = candidate.exec(text);
      if (next === null) return -1;
      at = next.index;
      near = at + NEAR_UNITS;
    }
    const unit = text.charCodeAt(at);
    if (unit < 256) {
      if (latin[unit] === 1) return at;
      continue;
    }
    const codePoint = text.codePointAt(at) ?? 0;
    if (set.beyond(codePoint)) return at;
    if (codePoint > 0xffff) at++;
  }
  return -1;
}

function toMatch(positions: Int32Array): RegexMatch {
  const groups: ({ readonly index: number; readonly end: number } | null)[] = [];
  for (let i = 2; i < positions.length; i += 2) {
    const index = positions[i] ?? -1;
    const end = positions[i + 1] ?? -1;
    groups.push(index < 0 || end < 0 ? null : { index, end });
  }
  return { index: positions[0] ?? 0, end: positions[1] ?? 0, groups };
}
