/** What every operation of an embedded engine passes: the same errors and aborts as those of a client. */
import { MillraceApiError, MillraceConnectionError, type Problem, problemPrefix } from '../errors.ts';
import type { CallOptions } from '../interface.ts';

export interface Gate {
  /** Runs an operation; `signal` aborts when its caller gives up or the engine is closed. */
  pass<T>(options: CallOptions, operation: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** The same for what yields more than one thing. */
  follow<T>(
    options: CallOptions,
    operation: (signal: AbortSignal) => AsyncIterable<T>,
  ): AsyncGenerator<T, void>;
  /** Opening an engine fails with the same errors, too. */
  open<T>(engine: Promise<T>): Promise<T>;
  close(): void;
}

type Titles = Readonly<Record<string, { readonly title: string; readonly status: number }>>;

export function createGate(titles: Titles): Gate {
  const closing = new AbortController();
  const join = ({ signal }: CallOptions): AbortSignal =>
    signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]);
  return {
    async pass(options, operation) {
      const signal = join(options);
      signal.throwIfAborted();
      try {
        return await untilAborted(operation(signal), signal);
      } catch (error) {
        throw signal.aborted ? signal.reason : toApiError(error, titles);
      }
    },
    async *follow(options, operation) {
      const signal = join(options);
      signal.throwIfAborted();
      try {
        yield* operation(signal);
      } catch (error) {
        throw signal.aborted ? signal.reason : toApiError(error, titles);
      }
      // The engine ends what it yields when the signal aborts; a client throws.
      signal.throwIfAborted();
    },
    open: (engine) =>
      engine.catch((error: unknown) => {
        throw toApiError(error, titles);
      }),
    close: () => closing.abort(new MillraceConnectionError('closed', 'the engine was closed')),
  };
}

/** Rejects as soon as the signal aborts: nobody waits for what the operation still does. */
async function untilAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort);
  try {
    return await Promise.race([result, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** A coded error of the engine as the API would answer it; anything else is a bug and stays as it is. */
function toApiError(error: unknown, titles: Titles): unknown {
  if (!(error instanceof Error) || error.name !== 'MillraceError' || !('code' in error)) return error;
  const known = titles[String(error.code)];
  if (known === undefined) return error;
  const details = 'details' in error ? (error.details as Partial<Problem>) : {};
  const problem = { ...details, type: `${problemPrefix}${error.code}`, ...known, detail: error.message };
  return new MillraceApiError(problem, { cause: error });
}
