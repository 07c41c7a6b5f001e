import { type Code, type Emit, type Env, type Flow, GO, manyCode } from '../compile/code.ts';
import { collect } from '../compile/construct.ts';
import { JqBudgetError } from '../errors.ts';
import { charge, chargeContainer, chargeSize } from '../meter.ts';
import {
  compileRegex,
  type Regex,
  RegexLimitError,
  type RegexMatch,
  RegexSyntaxError,
} from '../regex/regex.ts';
import { isArray, isPair, type Json, kindOf, setKey } from '../values/json.ts';
import { add } from '../values/operators.ts';
import { describe, fail } from '../values/print.ts';
import {
  type Builtin,
  type Builtins,
  eachCombination,
  generator,
  lastSlowest,
  parametric,
  valued,
} from './define.ts';

/** Strings and regular expressions in Oniguruma's syntax. */
export const REGEX: Builtins = {
  'test/1': parametric((input, value) => matches(input, ...expression(value as Json), true).length > 0),
  'test/2': valued(
    (input, pattern, flags) => matches(input, pattern as Json, flags as Json, true).length > 0,
  ),
  'match/1': generator((input, [value], emit) =>
    each(matches(input, ...expression(value as Json)), toJson, emit),
  ),
  'match/2': lastSlowest((input, [pattern, flags], emit) =>
    each(matches(input, pattern as Json, flags as Json), toJson, emit),
  ),
  'capture/1': generator((input, [value], emit) =>
    each(matches(input, ...expression(value as Json)), toCaptures, emit),
  ),
  'capture/2': lastSlowest((input, [pattern, flags], emit) =>
    each(matches(input, pattern as Json, flags as Json), toCaptures, emit),
  ),
  'scan/1': generator((input, [pattern], emit) => each(matches(input, pattern as Json, 'g'), toScan, emit)),
  'scan/2': generator((input, [pattern, flags], emit) =>
    each(matches(input, pattern as Json, add('g', flags as Json)), toScan, emit),
  ),
  'split/2': parametric((input, pattern, flags) => pieces(input, pattern as Json, flags as Json)),
  'splits/1': generator((input, [pattern], emit) =>
    each(pieces(input, pattern as Json, null), (piece) => piece, emit),
  ),
  'splits/2': generator((input, [pattern, flags], emit) =>
    each(pieces(input, pattern as Json, flags as Json), (piece) => piece, emit),
  ),
  'sub/2': substitution(''),
  'sub/3': substitution(undefined),
  'gsub/2': substitution('g'),
  'gsub/3': (pattern, replacement, flags) =>
    substitute(pattern as Code, replacement as Code, withFlag(flags as Code)),
};

/** A match with offsets in code points, and in UTF-16 units for cutting. */
interface Match {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
  readonly length: number;
  readonly text: string;
  readonly captures: readonly Capture[];
}

interface Capture {
  readonly offset: number;
  readonly length: number;
  readonly string: string | null;
  readonly name: string | null;
}

function each<T>(items: readonly T[], convert: (item: T) => Json, emit: Emit): Flow {
  for (const item of items) {
    const flow = emit(convert(item));
    if (flow !== GO) return flow;
  }
  return GO;
}

/** The one argument of `test`, `match` and `capture`: a pattern, or an array of pattern and flags. */
function expression(value: Json): [pattern: Json, flags: Json] {
  if (typeof value === 'string') return [value, null];
  if (isArray(value) && value.length > 0) return [value[0] as Json, value[1] ?? null];
  return fail(`${kindOf(value)} not a string or array`);
}

function matches(input: Json, pattern: Json, flags: Json, isTest = false): Match[] {
  if (typeof input !== 'string') return fail(`${describe(input)} cannot be matched, as it is not a string`);
  if (typeof pattern !== 'string')
    return fail(`${describe(pattern)} cannot be matched, as it is not a string`);
  if (flags !== null && typeof flags !== 'string') return fail(`${describe(flags)} is not a string`);
  const regex = compiled(pattern, flags ?? '');
  const isGlobal = !isTest && (flags ?? '').includes('g');
  const found: Match[] = [];
  const offsets = new Offsets(input);
  let from = 0;
  do {
    charge(1);
    const match = execute(regex, input, from);
    if (match === null) break;
    found.push(isTest ? TESTED : toMatch(match, regex, input, offsets));
    from = match.end > match.index ? match.end : match.end + (isPair(input, match.end) ? 2 : 1);
  } while (isGlobal && from <= input.length);
  return found;
}

function execute(regex: Regex, input: string, from: number): RegexMatch | null {
  try {
    return regex.exec(input, from, charge);
  } catch (error) {
    if (error instanceof RegexLimitError) throw new JqBudgetError('size');
    throw error;
  }
}

const TESTED: Match = { start: 0, end: 0, offset: 0, length: 0, text: '', captures: [] };

/** Compiled expressions by flags and pattern; emptied when full, because patterns may come from data. */
const cache = new Map<string, Regex>();
const CACHE_ENTRIES_MAX = 200;

function compiled(pattern: string, flags: string): Regex {
  const key = `${flags}/${pattern}`;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const regex = compile(pattern, flags);
  if (cache.size >= CACHE_ENTRIES_MAX) cache.clear();
  cache.set(key, regex);
  return regex;
}

function compile(pattern: string, flags: string): Regex {
  for (const flag of flags) {
    if (!'gimsxpln'.includes(flag)) return fail(`${flags} is not a valid modifier string`);
  }
  charge(pattern.length);
  try {
    return compileRegex(pattern, {
      ignoreCase: flags.includes('i'),
      extended: flags.includes('x'),
      singleLine: flags.includes('s') || flags.includes('p'),
      dotAll: flags.includes('m') || flags.includes('p'),
      longest: flags.includes('l'),
      ignoreEmpty: flags.includes('n'),
    });
  } catch (error) {
    if (error instanceof RegexSyntaxError) return fail(`Regex failure: ${error.message}`);
    throw error;
  }
}

/** Turns UTF-16 offsets into code point offsets; remembers where it was, as matches come in order. */
class Offsets {
  readonly #text: string;
  readonly #hasPairs: boolean;
  #unit = 0;
  #point = 0;

  constructor(text: string) {
    this.#text = text;
    this.#hasPairs = /[\ud800-\udbff]/.test(text);
  }

  at(unit: number): number {
    if (!this.#hasPairs) return unit;
    if (unit < this.#unit) {
      this.#unit = 0;
      this.#point = 0;
    }
    charge((unit - this.#unit) / 16);
    while (this.#unit < unit) {
      this.#unit += isPair(this.#text, this.#unit) ? 2 : 1;
      this.#point++;
    }
    return this.#point;
  }
}

function toMatch(match: RegexMatch, regex: Regex, text: string, offsets: Offsets): Match {
  const offset = offsets.at(match.index);
  const length = offsets.at(match.end) - offset;
  chargeContainer(4 + 5 * match.groups.length);
  const captures = match.groups.map((group, i): Capture => {
    const name = regex.names[i] ?? null;
    if (group === null) return { offset: -1, length: 0, string: null, name };
    const start = offsets.at(group.index);
    return {
      offset: start,
      length: offsets.at(group.end) - start,
      string: text.slice(group.index, group.end),
      name,
    };
  });
  chargeSize(match.end - match.index);
  return {
    start: match.index,
    end: match.end,
    offset,
    length,
    text: text.slice(match.index, match.end),
    captures,
  };
}

function toJson({ offset, length, text, captures }: Match): Json {
  return { offset, length, string: text, captures: captures.map((capture) => ({ ...capture })) };
}

function toCaptures({ captures }: Match): Json {
  const object = {};
  for (const { name, string } of captures) if (name !== null) setKey(object, name, string);
  return object;
}

function toScan({ text, captures }: Match): Json {
  return captures.length === 0 ? text : captures.map((capture) => capture.string);
}

/** The text between matches. */
function pieces(input: Json, pattern: Json, flags: Json): Json[] {
  const found = matches(input, pattern, add(flags, 'g'));
  const text = input as string;
  let from = 0;
  const parts: Json[] = found.map(({ start, end }) => {
    const part = text.slice(from, start);
    from = end;
    return part;
  });
  chargeContainer(parts.length + 1);
  return [...parts, text.slice(from)];
}

function substitution(flags: string | undefined): Builtin {
  return (pattern, replacement, given) => {
    const code = flags === undefined ? (given as Code) : constant(flags);
    return substitute(pattern as Code, replacement as Code, code);
  };
}

function constant(value: Json): Code {
  return manyCode((_env, _input, emit) => emit(value));
}

function withFlag(flags: Code): Code {
  return manyCode((env, input, emit) => flags.many(env, input, (value) => emit(add(value, 'g'))));
}

/** The n-th output joins the n-th outputs of the replacement for all matches. */
function substitute(pattern: Code, replacement: Code, flags: Code): Code {
  return manyCode((env, input, emit) =>
    eachCombination([pattern, flags], false, env, input, ([re, mode]) =>
      emitReplaced(input, matches(input, re as Json, mode as Json), replacement, env, emit),
    ),
  );
}

function emitReplaced(input: Json, found: readonly Match[], replacement: Code, env: Env, emit: Emit): Flow {
  const text = input as string;
  const results: Json[] = [];
  let from = 0;
  for (const match of found) {
    const gap = text.slice(from, match.start);
    for (const [i, insert] of collect(replacement, env, toCaptures(match)).entries()) {
      results[i] = add(results[i] ?? null, add(gap, insert));
    }
    from = match.end;
  }
  if (results.length === 0) return emit(input);
  const rest = text.slice(from);
  return each(
    Array.from(results, (result) => result ?? null),
    (result) => add(result, rest),
    emit,
  );
}
