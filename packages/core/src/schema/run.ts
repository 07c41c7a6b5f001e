import { SchemaLimitError } from './errors.ts';
import type { Resource } from './registry.ts';
import { pointerToken } from './values.ts';

/** One way in which a value does not fit. */
export interface SchemaError {
  /** JSON pointer into the value; '' is the value itself. */
  readonly pointer: string;
  readonly keyword: string;
  /** JSON pointer of the keyword in the schema; after `uri#` when it stands in another document. */
  readonly schemaPointer: string;
  /** One sentence: what was expected, what was found. */
  readonly message: string;
}

/** Tests a value; reports errors to the run; marks what it evaluated, if asked to. */
export type Check = (value: unknown, run: Run, evaluated: Evaluated | null) => boolean;

/** A keyword and where it stands in the schema. */
export interface KeywordPlace {
  readonly keyword: string;
  readonly pointer: string;
}

/**
 * Schemas within schemas that one validation may enter, so that none overflows the native stack: with Node's default
 * stack and code not yet optimised, the costliest keywords overflowed it at 1250.
 */
const DEPTH_MAX = 600;

/** The state of one validation. */
export class Run {
  readonly errors: SchemaError[] = [];
  /** The resources entered on the way here, the outermost first. */
  readonly scope: Resource[];
  readonly charge = (steps: number): void => this.step(steps);
  private readonly path: (string | number)[] = [];
  private readonly errorsMax: number;
  private stepsLeft: number;
  private depth = 0;
  private quiet = 0;
  /** Above 0 within schemas whose failure is no fault of the value: those of not, if and contains. */
  private neutral = 0;
  private nearMiss: NearMiss | null = null;

  constructor(root: Resource, stepsMax: number, errorsMax: number) {
    this.scope = [root];
    this.stepsLeft = stepsMax;
    this.errorsMax = errorsMax;
  }

  /** Whether the first failure settles a check, because nobody reads further errors. */
  get failsFast(): boolean {
    return this.quiet > 0 || this.errors.length >= this.errorsMax;
  }

  step(steps: number): void {
    this.stepsLeft -= steps;
    if (this.stepsLeft < 0) throw new SchemaLimitError('steps', 'the validation took more steps than it may');
  }

  enter(): void {
    this.step(1);
    if (++this.depth > DEPTH_MAX) {
      throw new SchemaLimitError('depth', `the validation went more than ${DEPTH_MAX} schemas deep`);
    }
  }

  leave(): void {
    this.depth--;
  }

  /** Runs a check on a member of the value. */
  inside(key: string | number, check: Check, value: unknown): boolean {
    this.path.push(key);
    const ok = check(value, this, null);
    this.path.pop();
    return ok;
  }

  /** Runs a check that may well fail: its errors are not reported. */
  neutrally(check: Check, value: unknown, evaluated: Evaluated | null): boolean {
    this.quiet++;
    this.neutral++;
    const ok = check(value, this, evaluated);
    this.neutral--;
    this.quiet--;
    return ok;
  }

  /** Runs a check that is one of several alternatives: its errors are not reported, but may be a near miss. */
  alternatively(check: Check, value: unknown, evaluated: Evaluated | null): boolean {
    this.quiet++;
    const ok = check(value, this, evaluated);
    this.quiet--;
    return ok;
  }

  /**
   * Begins a choice between alternatives. When none of them holds, the error that went deepest into the value is
   * the near miss: it comes from the alternative that was most likely meant. Gives what was the near miss before.
   */
  beginChoice(): NearMiss | null {
    const before = this.nearMiss;
    if (this.quiet === 0) this.nearMiss = null;
    return before;
  }

  /** An alternative holds: what the others missed is no error. */
  settleChoice(before: NearMiss | null): true {
    this.nearMiss = before;
    return true;
  }

  /** Reports that no alternative holds, and the near miss if one went deeper than this place. */
  failChoice(at: KeywordPlace, message: () => string): false {
    const { nearMiss } = this;
    this.fail(at, message);
    if (nearMiss !== null && nearMiss.length > this.path.length && !this.failsFast) {
      this.errors.push(errorAt(nearMiss.at, nearMiss.path, nearMiss.message));
    }
    return false;
  }

  /** Reports an error here, or at a member of the value. Gives false, for the check to return. */
  fail(at: KeywordPlace, message: () => string, key?: string | number): false {
    if (this.quiet > 0) this.noteNearMiss(at, message, key);
    else if (this.errors.length < this.errorsMax) this.errors.push(errorAt(at, this.pathTo(key), message));
    return false;
  }

  private noteNearMiss(at: KeywordPlace, message: () => string, key: string | number | undefined): void {
    const length = this.path.length + (key === undefined ? 0 : 1);
    if (this.neutral > 0 || length <= (this.nearMiss?.length ?? 0)) return;
    this.nearMiss = { length, at, message, path: this.pathTo(key) };
  }

  private pathTo(key: string | number | undefined): readonly (string | number)[] {
    return key === undefined ? this.path.slice() : [...this.path, key];
  }
}

/** The deepest error of alternatives that did not hold. Most are never reported, so it is made out only then. */
export interface NearMiss {
  readonly length: number;
  readonly at: KeywordPlace;
  readonly message: () => string;
  readonly path: readonly (string | number)[];
}

function errorAt(at: KeywordPlace, path: readonly (string | number)[], message: () => string): SchemaError {
  const pointer = path.map(pointerToken).join('');
  return { pointer, keyword: at.keyword, schemaPointer: at.pointer, message: message() };
}

/** The properties and items of one value that schemas have looked at. */
export class Evaluated {
  readonly properties = new Set<string>();
  readonly items = new Set<number>();
  /** Items before this index. */
  itemsBefore = 0;

  merge(other: Evaluated): void {
    for (const key of other.properties) this.properties.add(key);
    for (const index of other.items) this.items.add(index);
    this.itemsBefore = Math.max(this.itemsBefore, other.itemsBefore);
  }

  hasItem(index: number): boolean {
    return index < this.itemsBefore || this.items.has(index);
  }
}
