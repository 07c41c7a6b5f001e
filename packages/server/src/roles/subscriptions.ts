/**
 * Subscriptions: definitions, not executions, that events are gathered for, such as those with `schedule.on`.
 *
 * 1. A subscription has what is published after it was made. It is durable, and so is what it has gathered.
 * 2. When all that it waits for has come its owner is called with it: at least once, with an id that is the same for the
 *    same events, before the place in the log moves on.
 * 3. Where filters correlate, events of different values are gathered apart.
 */
import {
  type EventStrategy,
  type Executable,
  type FilterSight,
  type Json,
  type JsonObject,
  keyText,
  type Limits,
  matchFilter,
  sharedSight,
} from '@millrace/core';
import type { Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { LoggedEvent } from './event-log.ts';

/** What a definition asks for. Its expressions are asked over the event alone: there is no execution yet. */
export interface Wanted {
  readonly strategy: EventStrategy;
  readonly executable: Pick<Executable, 'expression'>;
}

export interface Consumed {
  /** the same for the same events of the same subscription */
  readonly id: string;
  /** the CloudEvents in the order in which they came */
  readonly events: readonly JsonObject[];
}

export interface SubscriptionsOptions {
  readonly store: Store;
  readonly world: World;
  readonly limits: Limits;
  /** what a subscription waits for; undefined: nobody knows it any more */
  readonly wanted: (tenant: string, id: string, detail: Json) => Promise<Wanted | undefined>;
  /** a set of events has come; when it rejects it is called again */
  readonly consumed: (tenant: string, id: string, detail: Json, consumed: Consumed) => Promise<void>;
}

const collection = 'event-subscriptions';
const subscriptionsMax = 10_000;
/** sets of one subscription that are not complete; the oldest goes when there are more */
const setsMax = 1_000;

/** Events of the same correlations. */
interface Gathered {
  readonly keys: Record<string, Json>;
  /** by the number of the filter, in the order in which they came */
  readonly events: { readonly filter: number; readonly key: string; readonly event: JsonObject }[];
}

interface Stored {
  /** whatever its owner wants to be told */
  readonly detail: Json;
  /** the place of the last event that it had: position, and index in the commit */
  to: [position: number, index: number];
  sets: Gathered[];
}

interface Subscription extends Stored {
  readonly tenant: string;
  readonly id: string;
  wanted: Wanted | undefined;
  changed: boolean;
}

export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #all = new Map<string, Subscription>();

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#all.size;
  }

  /** From now on. One of the same id and detail goes on as it is. */
  async subscribe(tenant: string, id: string, detail: Json): Promise<void> {
    const { store } = this.#options;
    const end = Number((await store.end()) || 0);
    const known = await store.document(tenant, collection, id);
    const isSame =
      known !== undefined &&
      JSON.stringify((JSON.parse(known.body) as Stored).detail) === JSON.stringify(detail);
    const stored: Stored = { detail, to: [end, Number.MAX_SAFE_INTEGER], sets: [] };
    if (!isSame) await store.putDocument(tenant, collection, id, JSON.stringify(stored), undefined);
    await this.#take(tenant, id, isSame ? known.body : JSON.stringify(stored));
  }

  async unsubscribe(tenant: string, id: string): Promise<void> {
    this.#all.delete(`${tenant}\0${id}`);
    await this.#options.store.deleteDocument(tenant, collection, id, undefined);
  }

  /** Takes up what other processes have subscribed, and lets go of what they have ended. */
  async load(): Promise<void> {
    const rows = await this.#options.store.oldestDocuments(collection, subscriptionsMax);
    const there = new Set(rows.map(({ tenant, key }) => `${tenant}\0${key}`));
    for (const name of this.#all.keys()) if (!there.has(name)) this.#all.delete(name);
    for (const { tenant, key, body } of rows)
      if (!this.#all.has(`${tenant}\0${key}`)) await this.#take(tenant, key, body);
  }

  async #take(tenant: string, id: string, body: string): Promise<void> {
    const stored = JSON.parse(body) as Stored;
    const wanted = await this.#options.wanted(tenant, id, stored.detail);
    this.#all.set(`${tenant}\0${id}`, { ...stored, tenant, id, wanted, changed: false });
  }

  /** Offers an event, in the order of the log, to all subscriptions of its tenant. */
  async take(logged: LoggedEvent): Promise<void> {
    for (const subscription of this.#all.values())
      if (subscription.tenant === logged.tenant && isAfter(logged, subscription.to))
        await this.#offer(subscription, logged);
  }

  /** Keeps what has changed: called before the place in the log is. */
  async save(): Promise<void> {
    for (const subscription of this.#all.values()) {
      if (!subscription.changed) continue;
      subscription.changed = false;
      const { tenant, id, detail, to, sets } = subscription;
      const body = JSON.stringify({ detail, to, sets } satisfies Stored);
      await this.#options.store.putDocument(tenant, collection, id, body, undefined);
    }
  }

  async #offer(subscription: Subscription, logged: LoggedEvent): Promise<void> {
    const { wanted, tenant, id, detail } = subscription;
    const { store, limits, world, consumed } = this.#options;
    if (wanted === undefined) return;
    const sight = sharedSight(wanted.executable, [], limits, store.now());
    const set = gather(subscription.sets, wanted.strategy, logged, sight);
    if (set === undefined) return;
    if (isComplete(set, wanted.strategy)) {
      const name = [id, ...set.events.map(({ key }) => key)].join('\n');
      const events = set.events.map(({ event }) => event);
      try {
        await consumed(tenant, id, detail, { id: world.hash(name).slice(0, 40), events });
      } catch (error) {
        // It is offered again, and must not be in the set twice then.
        set.events.pop();
        throw error;
      }
      subscription.sets = subscription.sets.filter((other) => other !== set);
    }
    if (subscription.sets.length > setsMax) subscription.sets.shift();
    subscription.to = [logged.position, logged.index];
    subscription.changed = true;
  }
}

function isAfter({ position, index }: LoggedEvent, [to, at]: readonly [number, number]): boolean {
  return position > to || (position === to && index > at);
}

/** The set that takes an event, with it; undefined: none of the filters fits. */
function gather(
  sets: Gathered[],
  { type, filters }: EventStrategy,
  { event, key }: LoggedEvent,
  sight: FilterSight,
): Gathered | undefined {
  for (const [filter, each] of filters.entries()) {
    const matched = matchFilter(each, event, sight);
    if (matched.type === 'miss' || matched.own.length > 0) continue;
    const open = sets.find(
      (set) =>
        (type !== 'all' || set.events.every((other) => other.filter !== filter)) &&
        Object.entries(matched.values).every(
          ([name, value]) => set.keys[name] === undefined || keyText(set.keys[name]) === keyText(value),
        ),
    );
    const set = open ?? { keys: {}, events: [] };
    if (open === undefined) sets.push(set);
    Object.assign(set.keys, matched.values);
    set.events.push({ filter, key, event });
    return set;
  }
  return undefined;
}

function isComplete({ events }: Gathered, { type, filters }: EventStrategy): boolean {
  return type !== 'all' || events.length === filters.length;
}
