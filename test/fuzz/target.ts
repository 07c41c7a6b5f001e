/** What is fuzzed: inputs drawn from an arbitrary, and what must hold of each. */
import type fc from 'fast-check';

export const targetNames = ['yaml', 'json', 'jq', 'http'] as const;
export type TargetName = (typeof targetNames)[number];

/** `Input` is JSON, so that an input is a file of the corpus as it stands. */
export interface Target<Input = unknown> {
  readonly name: TargetName;
  readonly inputs: fc.Arbitrary<Input>;
  /** What is wrong with the answer to an input, in one sentence; undefined: nothing. A throw is a finding as well. */
  check(input: Input): Promise<string | undefined> | string | undefined;
  /** Looked at after a run: what only shows over many inputs, such as memory. */
  closing?(): Promise<string | undefined>;
  close?(): Promise<void>;
}

/** Hides the type of the inputs from a runner, which only hands them on. */
export function asTarget<Input>(target: Target<Input>): Target {
  return target as unknown as Target;
}
