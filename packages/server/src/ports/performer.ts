import type { EffectOutcome, EffectRequest, SecretArgument } from '@millrace/core';

/** What a deed may know of where it comes from. */
export interface EffectContext {
  readonly tenant: string;
  readonly execution: string;
  /** `execution/version` of the fact that asked for it */
  readonly effect: string;
  /** the same for every try of this deed until an answer is recorded */
  readonly idempotencyKey: string;
  /** whether the deed was given up; asking makes no signal */
  readonly aborted: boolean;
  /** made when it is asked for */
  readonly signal: AbortSignal;
  /** epoch ms at which the deed is given up */
  readonly deadline?: number;
  /** JSON pointer of the task, for the `instance` of errors */
  readonly taskPointer: string;
  readonly secrets?: readonly SecretArgument[] | undefined;
}

/** The performer port: does deeds. */
export interface Performer {
  /**
   * Does a deed once and says what became of it, at once where nothing is waited for. It never rejects: a failure is an
   * outcome with a standard error, marked `unknown` when nobody knows whether the deed was done. No secret is in an
   * outcome.
   */
  perform(request: EffectRequest, context: EffectContext): EffectOutcome | Promise<EffectOutcome>;
}
