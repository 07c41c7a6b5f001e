/**
 * Remembers which states a search has been in. A state that is reached again has failed before (a success would have
 * ended the search), so it need not be tried again: a search costs at most states times positions, whatever the
 * pattern. A state is an operation, a position and, for each enclosing loop whose rounds may be empty, whether the
 * round has taken a character yet: nothing else decides how the rest of the match goes, as long as there are no
 * backreferences, and outside of counted loops, atomic groups and look-around, for which the compiler gives no memo.
 */
export class Memo {
  private readonly bits: Uint32Array;
  private readonly bases: readonly number[];
  private readonly conditions: readonly (readonly number[])[];
  private readonly positions: number;

  private constructor(
    bits: Uint32Array,
    bases: readonly number[],
    conditions: readonly (readonly number[])[],
    positions: number,
  ) {
    this.bits = bits;
    this.bases = bases;
    this.conditions = conditions;
    this.positions = positions;
  }

  /** A memory for a text, or null when it would be larger than 16 MB: then only the budget ends a long search. */
  static open(conditions: readonly (readonly number[])[], textLength: number): Memo | null {
    const bases: number[] = [];
    let states = 0;
    for (const registers of conditions) {
      bases.push(states);
      states += 1 << registers.length;
    }
    const positions = textLength + 1;
    if (states * positions > BITS_MAX) return null;
    return new Memo(new Uint32Array((states * positions + 31) >> 5), bases, conditions, positions);
  }

  /** Whether the state was there before; it is from now on. Number -1 stands for operations without a memory. */
  isKnown(number: number, position: number, registers: Int32Array): boolean {
    if (number < 0) return false;
    const condition = this.conditions[number] as readonly number[];
    let state = this.bases[number] as number;
    for (let i = 0; i < condition.length; i++) {
      if (registers[condition[i] as number] === position) state += 1 << i;
    }
    const bit = state * this.positions + position;
    const word = this.bits[bit >> 5] as number;
    const mask = 1 << (bit & 31);
    if ((word & mask) !== 0) return true;
    this.bits[bit >> 5] = word | mask;
    return false;
  }
}

const BITS_MAX = 1 << 27;
