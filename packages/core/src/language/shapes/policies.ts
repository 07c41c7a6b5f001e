/** Timeouts, retries and errors: inline, or by name in `use`. */
import type { JsonObject } from '../../model/json.ts';
import { parseDuration } from '../duration.ts';
import { expression } from './expressions.ts';
import { duration, freeText, integer, matching, orExpression, reference, uri } from './fields.ts';
import { type Check, child, type Place, report } from './place.ts';
import { byType, object, ofEach } from './shape.ts';

export const timeout: Check = object(
  'a timeout',
  { after: duration },
  { required: ['after'], elsewhere: ofEach('days hours minutes seconds milliseconds', "stands in 'after'") },
);

export const timeoutOrName: Check = byType('a timeout, or its name in use.timeouts', {
  text: reference('a timeout', 'timeouts'),
  object: timeout,
});

const jitter: Check = object(
  'the jitter',
  { from: duration, to: duration },
  { required: ['from', 'to'], also: checkOrder },
);

function checkOrder(value: JsonObject, place: Place): void {
  const [from, to] = [parseDuration(value.from), parseDuration(value.to)];
  if (!from.ok || !to.ok || from.milliseconds <= to.milliseconds) return;
  report(
    child(place, 'from'),
    `the jitter begins at ${from.milliseconds} ms, which is above its end at ${to.milliseconds} ms`,
  );
}

const backoffs = ['constant', 'linear', 'exponential'];

const retryMembers: Readonly<Record<string, Check>> = {
  when: expression('the condition of the retry'),
  exceptWhen: expression('the exception from the retry'),
  delay: duration,
  backoff: object(
    'a backoff',
    {
      constant: object('a constant backoff', {}),
      linear: object('a linear backoff', {}),
      exponential: object('an exponential backoff', {}),
    },
    {
      exactlyOne: backoffs,
      meant: (name) => (backoffs.includes(name) ? `${name}: {}` : undefined),
    },
  ),
  limit: object(
    'the limit of the retries',
    {
      attempt: object('the limit of the attempts', {
        count: integer('the number of attempts', 0, Number.MAX_SAFE_INTEGER),
        duration,
      }),
      duration,
    },
    { elsewhere: ofEach('count', "stands in 'attempt'") },
  ),
  jitter,
};

export const retryPolicy: Check = object('a retry policy', retryMembers, {
  elsewhere: {
    ...ofEach('count attempts maxAttempts max', "stands in 'limit', as 'attempt.count'"),
    ...ofEach('attempt duration', "stands in 'limit'"),
  },
});

export const retryOrName: Check = byType('a retry policy, or its name in use.retries', {
  text: reference('a retry policy', 'retries'),
  object: retryPolicy,
});

const jsonPointer = matching(
  "the error's instance",
  /^(?:\/(?:[^~/]|~[01])*)*$/,
  'a JSON pointer such as /do/0/task',
);

export const error: Check = object(
  'an error',
  {
    type: uri("the error's type"),
    status: orExpression(integer("the error's status", 100, 999)),
    instance: orExpression(jsonPointer),
    title: freeText("the error's title"),
    detail: freeText("the error's detail"),
  },
  { required: ['type', 'status'] },
);

export const errorOrName: Check = byType('an error, or its name in use.errors', {
  text: reference('an error', 'errors'),
  object: error,
});
