/** When the roles of a process begin, when they take nothing new any more, and when they end. */
import type { Hint } from '../ports/store.ts';
import { earlierEvents } from '../roles/earlier-events.ts';
import { startExpiry } from '../roles/expiry.ts';
import { matchesKeptMs, matchRecords, nearMissRecords } from '../roles/match-record.ts';
import { startTail, type Tail } from '../roles/tail.ts';
import type { RoleSet } from './compose-roles.ts';
import { idempotencyKeys } from './idempotency.ts';
import { claimRowsMax, type Parts } from './parts.ts';

/** How long events are kept for executions that listen later. */
const eventsKeptMs = 7 * 86_400_000;

export interface Lifetime {
  /** Looks for work that was left, and takes part in what comes. */
  start(): void;
  /** Takes nothing new, and gives back at once what is not under way. */
  drain(): Promise<void>;
  /** Takes nothing new, waits for deeds under way, and gives back what it holds. */
  stop(graceMs: number): Promise<void>;
}

export function createLifetime(parts: Parts, roles: RoleSet): Lifetime {
  const { store, onError } = parts.options;
  const { worker, inbox, admission, courier, executor, timer, matcher } = roles;
  let released = false;
  let stops: readonly (() => void)[] = [];

  async function drain(): Promise<void> {
    parts.pulses.end();
    worker?.drain();
    inbox?.drain();
    admission?.stop();
    executor?.drain();
    timer?.stop();
    // Leases on a store of this process alone are void when the next one opens it.
    if (store.features.exclusive || released) return;
    released = true;
    await timer?.release().catch((error: unknown) => onError(error, ''));
  }
  return {
    start() {
      for (const [part, role] of Object.entries({ worker: inbox, executor, timer }))
        if (role !== undefined) parts.pulses.beat(part);
      for (const role of [inbox, admission, courier, executor, timer, matcher]) role?.start();
      const tail = tailOf(parts, roles);
      stops = [listenToHints(parts, roles, tail), () => tail?.stop(), ...startExpiries(parts)];
    },
    drain,
    async stop(graceMs) {
      await drain();
      for (const stop of stops) stop();
      courier?.stop();
      await matcher?.stop();
      await Promise.all([inbox?.stop(graceMs), executor?.stop(graceMs)]);
    },
  };
}

/** What another process decides is heard of from the log only. */
function tailOf({ options, feed, pulses }: Parts, { worker, executor }: RoleSet): Tail | undefined {
  const { world, store, sweepMs, onError } = options;
  if (worker !== undefined && store.features.exclusive) return undefined;
  return startTail({
    ...{ world, store, feed, pollMs: sweepMs, rowsMax: claimRowsMax, onError },
    holds: () => (worker?.executionsInMemory ?? 0) + (executor?.running ?? 0) > 0,
    moved: (heads) => {
      const unknown = worker?.supersede(heads) ?? heads;
      for (const { tenant, stream } of unknown) feed.moved(tenant, stream);
      executor?.recheck(unknown);
    },
    swept: () => pulses.beat('tail'),
  });
}

/** Each hint makes those look whom it is for; the answer ends it. */
function listenToHints({ options, feed }: Parts, roles: RoleSet, tail: Tail | undefined): () => void {
  const { inbox, admission, courier, executor, timer, matcher } = roles;
  const looks: Readonly<Partial<Record<Hint, readonly ({ look(): void } | undefined)[]>>> = {
    events: [matcher],
    command: [inbox],
    resume: [inbox],
    send: [courier],
    effect: [executor],
    timer: [timer],
    place: [admission],
  };
  const stop = options.store.hints?.((hints, isOwn) => {
    if (hints.includes('commits')) {
      tail?.look(isOwn);
      matcher?.lookLater();
    }
    for (const role of new Set(hints.flatMap((hint) => looks[hint] ?? []))) role?.look();
    if (hints.includes('answer')) feed.answered();
  });
  return stop ?? (() => {});
}

function startExpiries({ options }: Parts): readonly (() => void)[] {
  const { world, store, roles, idempotencyMs, onError } = options;
  const expire = (collection: string, keptMs: number) =>
    startExpiry({ world, store, collection, keptMs, onError });
  const expiries = [];
  if (roles.has('events'))
    expiries.push(
      expire(earlierEvents, eventsKeptMs),
      expire(matchRecords, matchesKeptMs),
      expire(nearMissRecords, matchesKeptMs),
    );
  if (roles.has('timer') && idempotencyMs !== undefined)
    expiries.push(expire(idempotencyKeys, idempotencyMs));
  return expiries;
}
