import type { EffectOutcome, EffectRequest, SecretArgument } from '@millrace/core';

/** What a deed may know of where it comes from. */
export interface EffectContext {
  readonly tenant: string;
  readonly execution: string;
  /** `execution/version` of the fact that asked for it */
  readonly effect: string;
  /** the same for every try of this deed until an answer is recorded */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
  /** JSON pointer of the task, for the `instance` of errors */
  readonly taskPointer: string;
  readonly secrets?: readonly SecretArgument[];
}

/** The performer port: does deeds. It never throws; a failure is an outcome. */
export interface Performer {
  perform(request: EffectRequest, context: EffectContext): Promise<EffectOutcome>;
}
