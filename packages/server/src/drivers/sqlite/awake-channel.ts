/**
 * Messages between the engine's thread and those of storage, awaited without sleep where that pays.
 *
 * A thread that sleeps takes some 50 µs to wake, and on a virtual machine so does its core. An execution that is alone
 * has both threads sleep at each of its steps, beside a sync of 200 µs. So whoever got what it waited for within a short
 * time stays awake for so long the next time, and who did not, sleeps.
 */
import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads';

/** How long to look for a message before all else of the thread has its turn. */
const turnMs = 0.05;
/**
 * Credit for staying awake: what came soon earns 1, what came late costs `late`, and at 0 as many messages as `pause`
 * are slept for. So it pays where two of three come soon.
 */
const credit = { most: 8, late: 2, pause: 64 };
/** One end, as it is given to a thread: its port is to be transferred. */
export interface ChannelEnd {
  readonly port: MessagePort;
  /** How many messages were posted from each side: to look at a port takes a lock that the other side needs. */
  readonly posted: Int32Array;
  readonly side: 0 | 1;
}

export function makeChannel(): readonly [ChannelEnd, ChannelEnd] {
  const { port1, port2 } = new MessageChannel();
  const posted = new Int32Array(new SharedArrayBuffer(8));
  return [
    { port: port1, posted, side: 0 },
    { port: port2, posted, side: 1 },
  ];
}

/** Sends a message to the other end. */
export function postTo({ port, posted, side }: ChannelEnd, message: unknown): void {
  port.postMessage(message);
  Atomics.add(posted, side, 1);
}

export interface AwakeChannel<Sent> {
  post(message: Sent): void;
  /** Says that a message is expected: it is awaited without sleep if the last that was expected came soon. */
  expect(): void;
  close(): void;
}

/**
 * Takes the messages that come to an end of a channel, one by one.
 * @param awakeMs what is soon, and how long to stay awake at most
 * @param hasCores on a single core everybody sleeps, since the other side needs it
 */
export function openChannel<Sent, Received>(
  end: ChannelEnd,
  awakeMs: number,
  take: (message: Received) => void,
  hasCores = availableParallelism() > 1,
): AwakeChannel<Sent> {
  const { port, posted } = end;
  const other = 1 - end.side;
  let taken = 0;
  let expectedAt = Number.NEGATIVE_INFINITY;
  let cameSoon = false;
  /** whether what is expected is, or was at first, awaited without sleep */
  let isAwake = false;
  let creditLeft = credit.most;
  let sleptFor = 0;
  let isTurning = false;

  function receive(message: Received): void {
    taken = (taken + 1) | 0;
    cameSoon = isSoon();
    if (isAwake) creditLeft = cameSoon ? Math.min(creditLeft + 1, credit.most) : creditLeft - credit.late;
    isAwake = false;
    expectedAt = Number.NEGATIVE_INFINITY;
    take(message);
  }
  function isSoon(): boolean {
    return performance.now() - expectedAt < awakeMs;
  }
  function turn(): void {
    const until = performance.now() + turnMs;
    do {
      const next = Atomics.load(posted, other) === taken ? undefined : receiveMessageOnPort(port);
      if (next !== undefined) receive(next.message);
    } while (isAwake && isSoon() && performance.now() < until);
    isTurning = isAwake && isSoon();
    if (isTurning) setImmediate(turn);
  }
  function hasCredit(): boolean {
    if (creditLeft > 0) return true;
    if (++sleptFor <= credit.pause) return false;
    sleptFor = 0;
    creditLeft = credit.late;
    return true;
  }
  port.on('message', receive);
  return {
    post: (message) => postTo(end, message),
    expect() {
      expectedAt = performance.now();
      if (!cameSoon || !hasCores || !hasCredit()) return;
      isAwake = true;
      if (isTurning) return;
      isTurning = true;
      setImmediate(turn);
    },
    close() {
      expectedAt = Number.NEGATIVE_INFINITY;
      port.close();
    },
  };
}
