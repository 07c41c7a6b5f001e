/**
 * Keeps a stream open for as long as somebody looks.
 *
 * 1. A stream that breaks is opened again, after a pause that grows while nothing comes.
 * 2. In a tab that has been hidden for a while it is let go of, and taken up again when the tab is shown: a browser
 *    opens six connections to a server at most, and many tabs would keep each other waiting.
 * 3. What cannot come right by itself (no such execution, a refused key) is thrown.
 */
import { ApiError } from './api-error.ts';
import { EndOfStream } from './stream.ts';

export type Connection = 'connecting' | 'live' | 'lost' | 'ended';

export interface KeepOpenOptions {
  readonly onConnection: (connection: Connection) => void;
  readonly signal: AbortSignal;
}

/** Reads a stream until it breaks; answers whether anything came, or `ended` when there is nothing more to come. */
export type ReadStream = (signal: AbortSignal) => Promise<'ended' | boolean>;

const delayMsMin = 500;
const delayMsMax = 4_000;

export async function keepOpen(read: ReadStream, { onConnection, signal }: KeepOpenOptions): Promise<void> {
  let delayMs = delayMsMin;
  onConnection('connecting');
  while (!signal.aborted) {
    const seen = whileSeen(signal);
    try {
      const outcome = await read(seen.signal);
      if (outcome === 'ended') return onConnection('ended');
      if (outcome) delayMs = delayMsMin;
    } catch (error) {
      if (error instanceof EndOfStream) return onConnection('ended');
      if (!seen.signal.aborted && isFinal(error)) throw error;
    } finally {
      seen.stop();
    }
    if (signal.aborted) return;
    if (seen.signal.aborted) {
      await shown(signal);
      continue;
    }
    onConnection('lost');
    await sleep(delayMs, signal);
    delayMs = Math.min(delayMs * 2, delayMsMax);
  }
}

/** Asked too often, or refused for want of a key that comes later: that passes. */
function isFinal(error: unknown): boolean {
  return error instanceof ApiError && error.status >= 400 && error.status < 500 && error.status !== 429;
}

const hiddenMsMax = 20_000;

/** A signal that aborts with `signal`, or when the tab has been hidden for a while. */
function whileSeen(signal: AbortSignal): { readonly signal: AbortSignal; readonly stop: () => void } {
  const hidden = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watch = () => {
    clearTimeout(timer);
    if (document.hidden) timer = setTimeout(() => hidden.abort(), hiddenMsMax);
  };
  document.addEventListener('visibilitychange', watch);
  watch();
  return {
    signal: AbortSignal.any([signal, hidden.signal]),
    stop: () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', watch);
    },
  };
}

function shown(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', done);
      signal.removeEventListener('abort', done);
      resolve();
    };
    document.addEventListener('visibilitychange', done);
    signal.addEventListener('abort', done);
    done();
  });
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    // Who comes back to a tab does not wait for a pause to end.
    document.addEventListener('visibilitychange', done);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      document.removeEventListener('visibilitychange', done);
      resolve();
    }
  });
}
