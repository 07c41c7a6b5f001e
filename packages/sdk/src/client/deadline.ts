/** A signal that aborts with any of several others, or when a time is over. Whoever makes one releases it. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** whether the time was over before any other signal aborted */
  expired(): boolean;
  /** Starts the time anew. */
  extend(): void;
  /** Lets go of the timer and of the other signals, which may live for much longer. */
  release(): void;
}

/** A longer delay would overflow the timer and fire at once. */
const timerMsMax = 2 ** 31 - 1;

/** `ms` undefined: there is no time limit. */
export function openDeadline(ms: number | undefined, others: readonly (AbortSignal | undefined)[]): Deadline {
  const own = new AbortController();
  const signals = others.filter((signal) => signal !== undefined);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let expired = false;
  const expire = (): void => {
    expired = !own.signal.aborted;
    own.abort(new Error(`no answer within ${ms} ms`));
  };
  const extend = (): void => {
    clearTimeout(timer);
    if (ms !== undefined && !own.signal.aborted) timer = setTimeout(expire, Math.min(ms, timerMsMax));
  };
  const follow = (): void => own.abort(signals.find((signal) => signal.aborted)?.reason);
  for (const signal of signals) signal.addEventListener('abort', follow);
  if (signals.some((signal) => signal.aborted)) follow();
  extend();
  return {
    signal: own.signal,
    expired: () => expired,
    extend,
    release() {
      clearTimeout(timer);
      for (const signal of signals) signal.removeEventListener('abort', follow);
    },
  };
}
