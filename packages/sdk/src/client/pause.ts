/** How long to wait before something is tried again. */
export interface Backoff {
  /** before the second attempt; doubled for each one after */
  readonly delayMs: number;
  readonly delayMsMax: number;
}

/** Milliseconds before the attempt after `failures` failures: between half of the doubled delay and all of it. */
export function delayAfter(failures: number, { delayMs, delayMsMax }: Backoff): number {
  const full = Math.min(delayMsMax, delayMs * 2 ** Math.min(failures - 1, 30));
  return full * (0.5 + Math.random() / 2);
}

/** Waits; rejects with the signal's reason as soon as it aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop);
  });
}
