/** Makers of builtins. A builtin gets the compiled arguments of a call and answers the code of the call. */
import { type Code, type Emit, type Env, type Flow, manyCode, type One, oneCode } from '../compile/code.ts';
import type { Json } from '../values/json.ts';

export type Builtin = (...args: Code[]) => Code;
export type Builtins = Readonly<Record<string, Builtin>>;

/** A function of its input alone; undefined means no output. */
export function unary(apply: (input: Json) => Json | undefined): Builtin {
  return () => oneCode((_env, input) => apply(input));
}

/**
 * A function of its input and the values of its arguments, once for every combination of them. The last
 * argument varies slowest, as with jq's own C functions.
 */
export function valued(apply: (input: Json, ...values: Json[]) => Json | undefined): Builtin {
  return (...args) => combine(args, true, (input, values) => apply(input, ...values));
}

/** Like `valued`, but the first argument varies slowest, as with jq's `def f($a; $b)`. */
export function parametric(apply: (input: Json, ...values: Json[]) => Json | undefined): Builtin {
  return (...args) => combine(args, false, (input, values) => apply(input, ...values));
}

/** Like `parametric`, for a function with any number of outputs. */
export function generator(run: (input: Json, values: readonly Json[], emit: Emit) => Flow): Builtin {
  return (...args) =>
    manyCode((env, input, emit) =>
      eachCombination(args, false, env, input, (values) => run(input, values, emit)),
    );
}

/** Like `valued`, for a function with any number of outputs. */
export function lastSlowest(run: (input: Json, values: readonly Json[], emit: Emit) => Flow): Builtin {
  return (...args) =>
    manyCode((env, input, emit) =>
      eachCombination(args, true, env, input, (values) => run(input, values, emit)),
    );
}

function combine(
  args: readonly Code[],
  lastSlowest: boolean,
  apply: (input: Json, values: readonly Json[]) => Json | undefined,
): Code {
  const ones = args.map((arg) => arg.one);
  if (ones.every((one) => one !== undefined)) {
    return combineOnes(ones as readonly One[], lastSlowest, apply);
  }
  return manyCode((env, input, emit) =>
    eachCombination(args, lastSlowest, env, input, (values) => {
      const output = apply(input, values);
      return output === undefined ? 0 : emit(output);
    }),
  );
}

function combineOnes(
  ones: readonly One[],
  lastSlowest: boolean,
  apply: (input: Json, values: readonly Json[]) => Json | undefined,
): Code {
  const [first] = ones;
  if (first !== undefined && ones.length === 1) {
    return oneCode((env, input) => {
      const value = first(env, input);
      return value === undefined ? undefined : apply(input, [value]);
    });
  }
  return oneCode((env, input) => {
    const values: Json[] = new Array(ones.length).fill(null);
    for (let turn = 0; turn < ones.length; turn++) {
      const position = lastSlowest ? ones.length - 1 - turn : turn;
      const value = (ones[position] as One)(env, input);
      if (value === undefined) return undefined;
      values[position] = value;
    }
    return apply(input, values);
  });
}

/** Calls `next` with the values of the arguments, once for each combination. */
export function eachCombination(
  args: readonly Code[],
  lastSlowest: boolean,
  env: Env,
  input: Json,
  next: (values: readonly Json[]) => Flow,
): Flow {
  const values: Json[] = new Array(args.length).fill(null);
  const run = (turn: number): Flow => {
    if (turn === args.length) return next([...values]);
    const position = lastSlowest ? args.length - 1 - turn : turn;
    return (args[position] as Code).many(env, input, (value) => {
      values[position] = value;
      return run(turn + 1);
    });
  };
  return run(0);
}
