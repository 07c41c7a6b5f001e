import type { RepeatMode } from './nodes.ts';
import type { Scanner } from './scanner.ts';
import type { OnigurumaSyntax } from './syntax.ts';

/** Oniguruma's ONIG_MAX_REPEAT_NUM. */
const COUNT_MAX = 100_000;

export interface Quantifier {
  readonly min: number;
  /** Infinity for no upper limit. */
  readonly max: number;
  readonly mode: RepeatMode;
}

/** Reads a quantifier with its `?` or `+`; null if none is next. A brace that is none is plain text. */
export function readQuantifier(scanner: Scanner, syntax: OnigurumaSyntax): Quantifier | null {
  const simple = SIMPLE.get(scanner.peek());
  if (simple !== undefined) {
    scanner.next();
    return { ...simple, mode: readMode(scanner, true, true) };
  }
  const at = scanner.at;
  const found = scanner.match(/\{([0-9]*)(,?)([0-9]*)\}/y);
  if (found === null) return null;
  const [, low = '', comma = '', high = ''] = found;
  if (low === '' && (!syntax.intervalLowAbbreviation || high === '')) {
    scanner.at = at;
    return null;
  }
  return interval(
    scanner,
    syntax,
    Number(low),
    comma === '' ? Number(low) : high === '' ? Infinity : Number(high),
    comma === '',
  );
}

const SIMPLE: ReadonlyMap<string, { readonly min: number; readonly max: number }> = new Map([
  ['*', { min: 0, max: Infinity }],
  ['+', { min: 1, max: Infinity }],
  ['?', { min: 0, max: 1 }],
]);

function interval(
  scanner: Scanner,
  syntax: OnigurumaSyntax,
  min: number,
  max: number,
  isFixed: boolean,
): Quantifier {
  if (min > COUNT_MAX || (max > COUNT_MAX && max !== Infinity))
    scanner.fail('too big number for repeat range');
  if (min <= max) {
    const mayBeLazy = !(isFixed && syntax.fixedIntervalIsGreedyOnly);
    return { min, max, mode: readMode(scanner, mayBeLazy, syntax.possessiveInterval) };
  }
  if (syntax.possessiveInterval) scanner.fail('upper is smaller than lower in repeat range');
  return { min: max, max: min, mode: 'possessive' };
}

function readMode(scanner: Scanner, mayBeLazy: boolean, mayBePossessive: boolean): RepeatMode {
  if (mayBeLazy && scanner.eat('?')) return 'lazy';
  return mayBePossessive && scanner.eat('+') ? 'possessive' : 'greedy';
}
