import { setTimeout as after } from 'node:timers/promises';
import type { HttpFailure } from './network-failure.ts';

const firstMs = 50;
const pauseMsMax = 2_000;

export interface Patience {
  /** ms until the request is given up */
  readonly msLeft: () => number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Sends again what could not be sent because this process, or its machine, had no file handle for a connection: that is
 * no fault of whom it calls, and passes when others close theirs. Gives up with the request's own time.
 */
export async function withHandles<T extends { readonly type: string }>(
  send: () => Promise<T | HttpFailure>,
  { msLeft, signal }: Patience,
): Promise<T | HttpFailure> {
  for (let pauseMs = firstMs; ; pauseMs = Math.min(2 * pauseMs, pauseMsMax)) {
    const outcome = await send();
    const isShort = isFailure(outcome) && outcome.reason === 'no-handles';
    if (!isShort || signal?.aborted || msLeft() <= pauseMs) return outcome;
    await pause(pauseMs, signal);
  }
}

function isFailure(outcome: { readonly type: string }): outcome is HttpFailure {
  return outcome.type === 'failed';
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await after(ms, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    // The next look at the signal says so as well.
    if (!signal?.aborted) throw error;
  }
}
