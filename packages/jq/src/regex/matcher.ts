import { foldCase } from './case-folding.ts';
import { type CharSet, hasCodePoint } from './char-set.ts';
import { RegexLimitError } from './errors.ts';
import { Memo } from './memo.ts';
import { ANCHORS, OP, type Program } from './program.ts';
import { codePointBefore, isAnchored, isSameText } from './text.ts';

// 1. The stack consists of frames of three numbers; the last says what the frame is:
//      >= 0  an alternative: go on at this operation, at the position in the first number;
//      UNDO  a register's old value: [register, value];
//      else  a repetition that can give back or take more: see repeatFrame.
// 2. Every change of a register leaves an UNDO frame, so that going back to any height of the stack puts the
//    registers to what they were then.
// 3. A cut (atomic group, look-around) removes the alternatives above its height and keeps the UNDO frames.
// 4. No operation calls another match: nothing here uses the native stack in proportion to pattern or text.

const UNDO = -1;
const FRAME = 3;
/** Numbers on the stack: 24 MB; a matcher at rest keeps no more than 64 kB. */
const STACK_MAX = 6_000_000;
const STACK_KEPT_MAX = 16_000;
const STACK_MIN = FRAME * 64;
/** Steps are reported in batches, since a call per step would cost more than the step. */
const CHARGE_STEPS = 64;
/** Short matches end before a memory of failed states would pay for itself. */
const MEMO_AFTER_STEPS = 1_000;

export interface MatchOptions {
  /** Keep looking for a longer match after one was found. */
  readonly longest: boolean;
  readonly ignoreEmpty: boolean;
}

/**
 * Tries a program at positions of one text. One matcher serves many texts, one after the other, since its arrays
 * cost more to make than a short match takes.
 */
export class Matcher {
  /** Whether `best` holds a match: start and end per group; group 0 is the match. */
  hasMatch = false;
  readonly best: Int32Array;
  private readonly program: Program;
  private readonly options: MatchOptions;
  private readonly registers: Int32Array;
  private stack = new Int32Array(STACK_MIN);
  private text = '';
  private searchFrom = 0;
  private charge: (steps: number) => void = ignoreCharge;
  private steps = 0;
  private stepsUntilMemo = MEMO_AFTER_STEPS;
  private memo: Memo | null = null;

  constructor(program: Program, options: MatchOptions) {
    this.program = program;
    this.options = options;
    this.registers = new Int32Array(program.registers);
    this.best = new Int32Array(2 * (program.names.length + 1));
  }

  /** Begins a search of a text from a position. */
  open(text: string, searchFrom: number, charge: (steps: number) => void): void {
    this.text = text;
    this.searchFrom = searchFrom;
    this.charge = charge;
    this.hasMatch = false;
    this.steps = 0;
    this.stepsUntilMemo = MEMO_AFTER_STEPS;
  }

  /** Lets go of what belongs to the text. */
  close(): void {
    this.text = '';
    this.charge = ignoreCharge;
    this.memo = null;
    if (this.stack.length > STACK_KEPT_MAX) this.stack = new Int32Array(STACK_MIN);
  }

  /** Counts steps taken outside. */
  count(steps: number): void {
    this.steps += steps;
    if (this.steps >= CHARGE_STEPS) this.chargeBatch();
  }

  /** Charges the steps not yet reported. */
  settle(): void {
    if (this.steps > 0) this.charge(this.steps);
    this.steps = 0;
  }

  /** Whether the program matches from here; `best` then holds the groups. */
  // One long function, because the loop's state in locals and one switch made it several times faster than
  // operations as functions.
  matchAt(start: number): boolean {
    const { program, text, registers } = this;
    const { code, sets } = program;
    const length = text.length;
    for (let i = 1; i < registers.length; i++) registers[i] = -1;
    registers[0] = start;
    let { stack } = this;
    let found = false;
    let sp = 0;
    let pc = 0;
    let pos = start;
    for (;;) {
      if (++this.steps >= CHARGE_STEPS) this.chargeBatch();
      // An operation either goes on (continue) or fails (break).
      if (sp + 4 * FRAME > stack.length) stack = this.growStack();
      switch (code[pc]) {
        case OP.match:
          if (this.options.ignoreEmpty && pos === start) break;
          if (this.isBetter(pos)) this.keepBest(pos);
          if (!this.options.longest) return true;
          found = true;
          break;
        case OP.char:
          if (text.charCodeAt(pos) !== code[pc + 1]) break;
          pos++;
          pc += 2;
          continue;
        case OP.string: {
          const literal = program.strings[code[pc + 1] as number] as string;
          this.steps += literal.length >> 4;
          if (!text.startsWith(literal, pos)) break;
          pos += literal.length;
          pc += 2;
          continue;
        }
        case OP.fold: {
          const codePoint = text.codePointAt(pos);
          if (codePoint === undefined || foldCase(codePoint) !== code[pc + 1]) break;
          pos += codePoint > 0xffff ? 2 : 1;
          pc += 2;
          continue;
        }
        case OP.set: {
          if (pos >= length) break;
          const set = sets[code[pc + 1] as number] as CharSet;
          const unit = text.charCodeAt(pos);
          if (unit < 256) {
            if (set.latin[unit] === 0) break;
            pos++;
          } else {
            const codePoint = text.codePointAt(pos) as number;
            if (!set.beyond(codePoint)) break;
            pos += codePoint > 0xffff ? 2 : 1;
          }
          pc += 2;
          continue;
        }
        case OP.charBack:
        case OP.foldBack:
        case OP.setBack: {
          const codePoint = codePointBefore(text, pos);
          if (codePoint < 0 || !isBackMatch(code[pc] as number, code[pc + 1] as number, codePoint, sets))
            break;
          pos -= codePoint > 0xffff ? 2 : 1;
          pc += 2;
          continue;
        }
        case OP.split: {
          if (this.memo?.isKnown(code[pc + 3] as number, pos, registers) === true) break;
          stack[sp] = pos;
          stack[sp + 2] = code[pc + 2] as number;
          sp += FRAME;
          pc = code[pc + 1] as number;
          continue;
        }
        case OP.jump:
          pc = code[pc + 1] as number;
          continue;
        case OP.save: {
          const register = code[pc + 1] as number;
          stack[sp] = register;
          stack[sp + 1] = registers[register] as number;
          stack[sp + 2] = UNDO;
          sp += FRAME;
          registers[register] = pos;
          pc += 2;
          continue;
        }
        case OP.reset: {
          const to = code[pc + 2] as number;
          for (let register = code[pc + 1] as number; register < to; register++) {
            if (registers[register] === -1) continue;
            if (sp + 4 * FRAME > stack.length) stack = this.growStack();
            sp = this.setRegister(sp, register, -1);
          }
          pc += 3;
          continue;
        }
        case OP.repeatGreedy:
        case OP.repeatPossessive: {
          const min = code[pc + 2] as number;
          const max = code[pc + 3] as number;
          const set = sets[code[pc + 1] as number] as CharSet;
          const { latin } = set;
          let count = 0;
          let least = pos;
          while (count !== max && pos < length) {
            const unit = text.charCodeAt(pos);
            if (unit < 256) {
              if (latin[unit] === 0) break;
              pos++;
            } else {
              const codePoint = text.codePointAt(pos) as number;
              if (!set.beyond(codePoint)) break;
              pos += codePoint > 0xffff ? 2 : 1;
            }
            if (++count === min) least = pos;
          }
          this.steps += count >> 2;
          if (count < min) break;
          if (code[pc] === OP.repeatGreedy && pos > least) {
            stack[sp] = least;
            stack[sp + 1] = pos;
            stack[sp + 2] = repeatFrame(pc);
            sp += FRAME;
          }
          if (this.memo?.isKnown(code[pc + 4] as number, pos, registers) === true) break;
          pc += 5;
          continue;
        }
        case OP.repeatLazy: {
          const set = sets[code[pc + 1] as number] as CharSet;
          const min = code[pc + 2] as number;
          const max = code[pc + 3] as number;
          let count = 0;
          for (; count < min; count++) {
            const next = takeOne(text, pos, set);
            if (next < 0) break;
            pos = next;
          }
          this.steps += count >> 2;
          if (count < min) break;
          if (max !== min) {
            stack[sp] = pos;
            stack[sp + 1] = max < 0 ? -1 : max - min;
            stack[sp + 2] = repeatFrame(pc);
            sp += FRAME;
          }
          if (this.memo?.isKnown(code[pc + 4] as number, pos, registers) === true) break;
          pc += 5;
          continue;
        }
        case OP.anchor: {
          const kind = ANCHORS[code[pc + 1] as number] as (typeof ANCHORS)[number];
          if (!isAnchored(kind, text, pos, this.searchFrom, sets[code[pc + 2] as number] as CharSet)) break;
          pc += 3;
          continue;
        }
        case OP.leaveIfEmpty:
          pc = registers[code[pc + 1] as number] === pos ? (code[pc + 2] as number) : pc + 3;
          continue;
        case OP.failIfEmpty:
          if (registers[code[pc + 1] as number] === pos) break;
          pc += 2;
          continue;
        case OP.failIfEmptyRound:
          if ((registers[code[pc + 1] as number] as number) > (code[pc + 3] as number)) {
            if (registers[code[pc + 2] as number] === pos) break;
          }
          pc += 4;
          continue;
        case OP.cutOpen: {
          const register = code[pc + 1] as number;
          sp = this.setRegister(sp, register + 1, pos);
          sp = this.setRegister(sp, register, sp + FRAME);
          pc += 2;
          continue;
        }
        case OP.atomicClose:
          sp = this.cut(registers[code[pc + 1] as number] as number, sp);
          pc += 2;
          continue;
        case OP.lookClose:
          sp = this.cut(registers[code[pc + 1] as number] as number, sp);
          pos = registers[(code[pc + 1] as number) + 1] as number;
          pc += 2;
          continue;
        case OP.notOpen:
          sp = this.setRegister(sp, code[pc + 1] as number, sp + FRAME);
          stack[sp] = pos;
          stack[sp + 2] = code[pc + 2] as number;
          sp += FRAME;
          pc += 3;
          continue;
        case OP.notClose: {
          const height = registers[code[pc + 1] as number] as number;
          while (sp > height) {
            sp -= FRAME;
            if (stack[sp + 2] === UNDO) registers[stack[sp] as number] = stack[sp + 1] as number;
          }
          break;
        }
        case OP.backreference: {
          const next = this.backreference(pc, pos);
          if (next < 0) break;
          pos = next;
          pc += 5;
          continue;
        }
        case OP.countStart:
          sp = this.setRegister(sp, code[pc + 1] as number, 0);
          pc += 2;
          continue;
        case OP.countUp: {
          const register = code[pc + 1] as number;
          sp = this.setRegister(sp, register, (registers[register] as number) + 1);
          pc += 2;
          continue;
        }
        case OP.countNext: {
          const count = registers[code[pc + 1] as number] as number;
          const exit = code[pc + 4] as number;
          if (count < (code[pc + 2] as number)) pc += 6;
          else if (count === code[pc + 3]) pc = exit;
          else {
            const isLazy = code[pc + 5] === 1;
            stack[sp] = pos;
            stack[sp + 2] = isLazy ? pc + 6 : exit;
            sp += FRAME;
            pc = isLazy ? exit : pc + 6;
          }
          continue;
        }
        default:
          throw new Error(`unknown operation ${code[pc]} at ${pc}`);
      }
      // The last alternative that is left.
      for (;;) {
        if (sp === 0) return found;
        sp -= FRAME;
        const kind = stack[sp + 2] as number;
        if (kind >= 0) {
          pos = stack[sp] as number;
          pc = kind;
          break;
        }
        if (kind === UNDO) {
          registers[stack[sp] as number] = stack[sp + 1] as number;
          continue;
        }
        const at = -2 - kind;
        if (code[at] === OP.repeatGreedy) {
          pos = stack[sp + 1] as number;
          pos -= codePointBefore(text, pos) > 0xffff ? 2 : 1;
          if (pos > (stack[sp] as number)) {
            stack[sp + 1] = pos;
            sp += FRAME;
          }
        } else {
          const next = takeOne(text, stack[sp] as number, sets[code[at + 1] as number] as CharSet);
          if (next < 0) continue;
          pos = next;
          const left = stack[sp + 1] as number;
          if (left !== 1) {
            stack[sp] = pos;
            stack[sp + 1] = left < 0 ? -1 : left - 1;
            sp += FRAME;
          }
        }
        if (++this.steps >= CHARGE_STEPS) this.chargeBatch();
        if (this.memo?.isKnown(code[at + 4] as number, pos, registers) === true) continue;
        pc = at + 5;
        break;
      }
    }
  }

  private chargeBatch(): void {
    const { steps } = this;
    this.steps = 0;
    this.charge(steps);
    if (this.stepsUntilMemo <= 0) return;
    this.stepsUntilMemo -= steps;
    if (this.stepsUntilMemo <= 0) this.memo = Memo.open(this.program.memos, this.text.length);
  }

  private growStack(): Int32Array<ArrayBuffer> {
    if (this.stack.length * 2 > STACK_MAX) {
      throw new RegexLimitError('the regular expression leaves too many alternatives open on this text');
    }
    const grown = new Int32Array(this.stack.length * 2);
    grown.set(this.stack);
    this.stack = grown;
    return grown;
  }

  private setRegister(sp: number, register: number, value: number): number {
    const { stack, registers } = this;
    stack[sp] = register;
    stack[sp + 1] = registers[register] as number;
    stack[sp + 2] = UNDO;
    registers[register] = value;
    return sp + FRAME;
  }

  /** Removes the alternatives above a height; gives the new height. */
  private cut(height: number, sp: number): number {
    const { stack } = this;
    let kept = height;
    for (let at = height; at < sp; at += FRAME) {
      if (stack[at + 2] !== UNDO) continue;
      stack.copyWithin(kept, at, at + FRAME);
      kept += FRAME;
    }
    this.steps += (sp - height) >> 4;
    return kept;
  }

  /** The position after the text of the first set group that stands here, or -1. */
  private backreference(pc: number, pos: number): number {
    const { code, groupLists } = this.program;
    const { registers, text } = this;
    const ignoreCase = code[pc + 2] === 1;
    const back = code[pc + 3] === 1;
    let isSet = false;
    for (const group of groupLists[code[pc + 1] as number] as readonly number[]) {
      const start = registers[2 * group] as number;
      const end = registers[2 * group + 1] as number;
      if (start < 0 || end < 0) continue;
      isSet = true;
      this.steps += (end - start) >> 2;
      const next = isSameText(text, start, end, pos, back, ignoreCase);
      if (next >= 0) return next;
    }
    return !isSet && code[pc + 4] === 1 ? pos : -1;
  }

  private isBetter(end: number): boolean {
    if (!this.hasMatch) return true;
    return end - (this.registers[0] as number) > (this.best[1] as number) - (this.best[0] as number);
  }

  private keepBest(end: number): void {
    const { best, registers } = this;
    for (let i = 0; i < best.length; i++) best[i] = registers[i] as number;
    best[1] = end;
    this.hasMatch = true;
  }
}

function ignoreCharge(): void {}

/** The mark of a frame of the repetition at `pc`: greedy [least, current position], lazy [position, rounds left]. */
function repeatFrame(pc: number): number {
  return -2 - pc;
}

function takeOne(text: string, pos: number, set: CharSet): number {
  const codePoint = text.codePointAt(pos);
  if (codePoint === undefined || !hasCodePoint(set, codePoint)) return -1;
  return pos + (codePoint > 0xffff ? 2 : 1);
}

function isBackMatch(op: number, operand: number, codePoint: number, sets: readonly CharSet[]): boolean {
  if (op === OP.charBack) return codePoint === operand;
  if (op === OP.foldBack) return foldCase(codePoint) === operand;
  return hasCodePoint(sets[operand] as CharSet, codePoint);
}
