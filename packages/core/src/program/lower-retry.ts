import type { RetryPolicy } from '../language/document.ts';
import { durationSource, expressionAt } from './lower-values.ts';
import { type Lowering, used } from './lowering.ts';
import { pointerTo } from './pointer.ts';
import type { RetrySource } from './program.ts';

/** A retry policy, given in place or by its name in `use.retries`. */
export function lowerRetry(
  retry: RetryPolicy | string | undefined,
  at: string,
  lowering: Lowering,
): RetrySource | undefined {
  if (retry === undefined) return undefined;
  if (typeof retry === 'string')
    return policy(used(lowering.use.retries, retry), pointerTo('/use/retries', retry), lowering);
  return policy(retry, at, lowering);
}

function policy(retry: RetryPolicy, at: string, lowering: Lowering): RetrySource {
  return {
    ...(retry.when === undefined ? {} : { when: expressionAt(retry.when, `${at}/when`) }),
    ...(retry.exceptWhen === undefined
      ? {}
      : { exceptWhen: expressionAt(retry.exceptWhen, `${at}/exceptWhen`) }),
    ...(retry.delay === undefined ? {} : { delay: durationSource(retry.delay, `${at}/delay`, lowering) }),
    backoff: backoffOf(retry),
    limit: limitOf(retry, at, lowering),
    ...(retry.jitter === undefined
      ? {}
      : {
          jitter: {
            from: durationSource(retry.jitter.from, `${at}/jitter/from`, lowering),
            to: durationSource(retry.jitter.to, `${at}/jitter/to`, lowering),
          },
        }),
  };
}

function backoffOf({ backoff }: RetryPolicy): RetrySource['backoff'] {
  if (backoff === undefined || 'constant' in backoff) return 'constant';
  return 'linear' in backoff ? 'linear' : 'exponential';
}

function limitOf({ limit }: RetryPolicy, at: string, lowering: Lowering): RetrySource['limit'] {
  const { attempt, duration } = limit ?? {};
  return {
    ...(attempt?.count === undefined ? {} : { attemptsMax: attempt.count }),
    ...(attempt?.duration === undefined
      ? {}
      : { attemptDuration: durationSource(attempt.duration, `${at}/limit/attempt/duration`, lowering) }),
    ...(duration === undefined
      ? {}
      : { duration: durationSource(duration, `${at}/limit/duration`, lowering) }),
  };
}
