import { SchemaLimitError } from './errors.ts';
import type { Run } from './run.ts';
import { isFields } from './values.ts';

const NESTING_MAX = 600;

/**
 * A text that is equal for two values exactly when they are equal as JSON: numbers by value, objects without regard
 * to the order of their properties. Charges a step per part.
 * @throws SchemaLimitError beyond 600 levels
 */
export function canonicalText(value: unknown, run: Run | null, depth = 0): string {
  run?.step(1);
  if (depth > NESTING_MAX)
    throw new SchemaLimitError('depth', `values are compared up to ${NESTING_MAX} levels deep`);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item, run, depth + 1)).join()}]`;
  if (isFields(value)) {
    const members = Object.keys(value).sort();
    return `{${members.map((key) => `${JSON.stringify(key)}:${canonicalText(value[key], run, depth + 1)}`).join()}}`;
  }
  // -0 and 0 are the same number, and String prints both as 0.
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** Whether a value is one that a set of `===` tells apart from all others. */
export function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

/** A set of JSON values, with quick answers for scalars. */
export class ValueSet {
  private readonly scalars = new Set<unknown>();
  private readonly composites = new Set<string>();

  /** Adds a value; false if an equal one was there. */
  add(value: unknown, run: Run | null): boolean {
    const size = this.scalars.size + this.composites.size;
    if (isScalar(value)) this.scalars.add(value);
    else this.composites.add(canonicalText(value, run));
    return this.scalars.size + this.composites.size > size;
  }

  has(value: unknown, run: Run): boolean {
    if (isScalar(value)) return this.scalars.has(value);
    return this.composites.size > 0 && this.composites.has(canonicalText(value, run));
  }
}

/** Whether a number is a whole multiple of another, both taken as the decimal numbers they are written as. */
export function isMultipleOf(value: number, divisor: number): boolean {
  if (!Number.isFinite(value)) return false;
  if (Number.isSafeInteger(value) && Number.isSafeInteger(divisor)) return value % divisor === 0;
  const left = toDecimal(value);
  const right = toDecimal(divisor);
  const exponent = Math.min(left.exponent, right.exponent);
  const scaled = (number: Decimal): bigint => number.digits * 10n ** BigInt(number.exponent - exponent);
  return scaled(left) % scaled(right) === 0n;
}

/** digits × 10^exponent. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

function toDecimal(value: number): Decimal {
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}
