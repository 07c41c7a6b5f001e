import { MillraceError } from '../../errors.ts';
import { type ChannelEnd, openChannel } from './awake-channel.ts';
import type { ReadName } from './reader.ts';
import type { ReaderAnswer, ReaderRequest, Row, WireValue } from './wire.ts';
import { toError } from './write-queue.ts';

/** What may wait before callers are refused. */
const readsInFlightMax = 20_000;
/** A read of few rows takes less. */
const awakeMs = 0.25;

/** Reads in the reader thread, one after the other. Each sees every write that was answered before it was asked for. */
export interface ReadChannel {
  read(name: ReadName, args: readonly WireValue[]): Promise<readonly Row[]>;
  inFlight(): number;
  drain(): Promise<void>;
  fail(error: Error): void;
}

interface Waiting {
  resolve(rows: readonly Row[]): void;
  reject(error: Error): void;
}

export function openReadChannel(end: ChannelEnd): ReadChannel {
  const inFlight = new Map<number, Waiting>();
  let number = 0;
  let refusal: Error | undefined;
  let drained: (() => void) | undefined;
  const channel = openChannel<ReaderRequest, ReaderAnswer>(end, awakeMs, (answer) => {
    const waiting = inFlight.get(answer.number);
    inFlight.delete(answer.number);
    if (answer.type === 'done') waiting?.resolve(answer.rows);
    else waiting?.reject(toError(answer.failure));
    if (inFlight.size === 0) drained?.();
  });
  return {
    read(name, args) {
      if (refusal !== undefined) return Promise.reject(refusal);
      if (inFlight.size >= readsInFlightMax) {
        const message = `more than ${readsInFlightMax} reads wait to be answered`;
        return Promise.reject(new MillraceError('unavailable', message, { reason: 'overload' }));
      }
      return new Promise((resolve, reject) => {
        inFlight.set(++number, { resolve, reject });
        channel.post({ type: 'read', number, name, args });
        channel.expect();
      });
    },
    inFlight: () => inFlight.size,
    async drain() {
      refusal ??= new MillraceError('unavailable', 'the store is closed', { reason: 'closed' });
      if (inFlight.size === 0) return;
      await new Promise<void>((resolve) => {
        drained = resolve;
      });
    },
    fail(error) {
      refusal = error;
      for (const waiting of inFlight.values()) waiting.reject(error);
      inFlight.clear();
      drained?.();
    },
  };
}
