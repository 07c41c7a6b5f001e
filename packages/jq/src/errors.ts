import type { Json } from './values/json.ts';

/** The source is not a jq program. `offset` and `length` are UTF-16 units; `line` and `column` count from 1. */
export class JqSyntaxError extends Error {
  override readonly name = 'JqSyntaxError';
  readonly offset: number;
  readonly length: number;
  readonly line: number;
  readonly column: number;

  constructor(message: string, source: string, offset: number, length = 1) {
    const before = source.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - (before.lastIndexOf('\n') + 1) + 1;
    super(`${message} (line ${line}, column ${column})`);
    this.offset = offset;
    this.length = length;
    this.line = line;
    this.column = column;
  }
}

/** An error raised by the program: `error(x)`, or an operation on the wrong type. `value` is what `catch` sees. */
export class JqError extends Error {
  override readonly name = 'JqError';
  readonly #value: Json;

  constructor(value: Json, message: string) {
    // A program may raise and catch thousands of errors; nobody reads the stack of one.
    const engine: { readonly prototype: Error; stackTraceLimit?: number } = Error;
    const limit = engine.stackTraceLimit;
    if (limit !== undefined) engine.stackTraceLimit = 0;
    super(message);
    if (limit !== undefined) engine.stackTraceLimit = limit;
    this.#value = value;
  }

  get value(): Json {
    return this.#value;
  }
}

export type BudgetLimit = 'steps' | 'depth' | 'size';

const EXPLANATIONS: Readonly<Record<BudgetLimit, string>> = {
  steps: 'the filter took more steps than its budget allows',
  depth: 'the filter recursed deeper than its budget allows',
  size: 'the filter built more data than its budget allows',
};

/** The evaluation was stopped because it spent its budget. `try` does not catch it. */
export class JqBudgetError extends Error {
  override readonly name = 'JqBudgetError';
  readonly limit: BudgetLimit;

  constructor(limit: BudgetLimit) {
    super(EXPLANATIONS[limit]);
    this.limit = limit;
  }
}

/** `halt` or `halt_error` was called. `value` is undefined for `halt`; `exitCode` is what the jq command returns. */
export class JqHalt extends Error {
  override readonly name = 'JqHalt';
  readonly exitCode: number;
  readonly value: Json | undefined;

  constructor(exitCode: number, value: Json | undefined) {
    super(`the filter halted with exit code ${exitCode}`);
    this.exitCode = exitCode;
    this.value = value;
  }
}

/** Compile-time proof that a union has no further variant. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
