/**
 * Subscriptions: definitions, not executions, that events are gathered for: those with `schedule.on`.
 *
 * 1. A subscription has what is published after it was made. It is durable, and so is what it has gathered.
 * 2. When all that it waits for has come its owner is called with it: at least once, with an id that is the same for the
 *    same events, before the place in the log moves on. It is called once for all that came with a page of the log.
 * 3. Where filters correlate, events of different values are gathered apart.
 * 4. An owner that cannot be told keeps nobody else waiting: what it is owed is stored with its subscription.
 * 5. Whoever matches has it from the store, and keeps it there only when nobody else has written meanwhile.
 */
import {
  type EventFilter,
  filtersOf,
  type Json,
  type JsonObject,
  type Limits,
  type ScheduleMatch,
  sharedSight,
} from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { Store, StoredDocument } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { BrokenFilters } from './broken-filters.ts';
import type { LoggedEvent } from './event-log.ts';
import { everyDocument } from './every-document.ts';
import { FittingFilters } from './fitting-filters.ts';
import { type Gathered, missedBy, type Offered, offer, type Wanted } from './gathered-events.ts';
import { ensureCursor } from './matcher-cursor.ts';
import { OwedSets } from './owed-sets.ts';
import { sideBySide } from './side-by-side.ts';

export interface Consumed {
  /** the same for the same events of the same subscription */
  readonly id: string;
  /** what the events are known by, and after them those of an `until` */
  readonly keys: readonly string[];
  /** the CloudEvents in the order in which they came, without those of an `until` */
  readonly events: readonly JsonObject[];
}

export interface SubscriptionsOptions {
  readonly store: Store;
  readonly world: World;
  readonly limits: Limits;
  /** what a subscription waits for; undefined: nobody knows it any more */
  readonly wanted: (tenant: string, id: string, detail: Json) => Promise<Wanted | undefined>;
  /** sets of events have come, in this order; when it rejects it is called again with them, and what came since */
  readonly consumed: (
    tenant: string,
    id: string,
    detail: Json,
    consumed: readonly Consumed[],
  ) => Promise<void>;
  readonly onError: (error: unknown, id: string) => void;
}

const collection = 'event-subscriptions';
/** Of all tenants: its revision says that a subscription was made or ended. */
const changes = ['*', 'subscription-changes', 'last'] as const;
/** How often a change is tried again because another process made one. */
const triesMax = 50;
/** sets of one subscription that are not complete; the oldest goes when there are more */
const setsMax = 1_000;
/** subscriptions that are asked of an event which cannot be for them, to tell why */
const nearMax = 10;
/** subscriptions whose owners are called, or that are stored, at once */
const atOnceMax = 16;

interface Stored {
  /** whatever its owner wants to be told */
  readonly detail: Json;
  /** where the log ended when it was made: it tells one from another that was ended before */
  readonly from: number;
  /** the place of the last event that it had: position, and index in the commit */
  to: [position: number, index: number];
  sets: readonly Gathered[];
  /** sets that its owner could not be told of; absent: none */
  owed?: readonly Consumed[];
}

interface Subscription extends Stored {
  owed: readonly Consumed[];
  readonly tenant: string;
  readonly id: string;
  revision: number;
  wanted: Wanted | undefined;
  /** what of it is stored */
  kept: Pick<Subscription, 'to' | 'sets' | 'owed'>;
  /** sets that have come since, of which its owner does not know yet */
  come: readonly Consumed[];
}

export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #all = new Map<string, Subscription>();
  /** those that took an event since they were stored */
  readonly #changed = new Set<Subscription>();
  readonly #filters = new FittingFilters<Subscription>();
  /** the revision of the changes that are known here */
  #known = 0;
  #examined = 0;
  readonly #broken: BrokenFilters;
  readonly #owed: OwedSets<Consumed>;
  /** told of each that is made here */
  onMade: () => void = () => {};

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
    this.#broken = new BrokenFilters(options.onError);
    this.#owed = new OwedSets(() => options.store.now(), options.onError);
  }

  get size(): number {
    return this.#all.size;
  }

  /** subscriptions that events were offered to */
  get examined(): number {
    return this.#examined;
  }

  /** how often one could not be held against an event */
  get failed(): number {
    return this.#broken.count;
  }

  /**
   * From now on. One of the same id and detail goes on as it is.
   *
   * @param isStill whether it is still wanted, asked once it is known what is to be written over: who was overtaken must not
   *   take the place of a subscription that others have been promised
   */
  async subscribe(
    tenant: string,
    id: string,
    detail: Json,
    isStill: () => Promise<boolean> = async () => true,
  ): Promise<void> {
    const { store } = this.#options;
    for (let tries = 0; tries < triesMax; tries++) {
      const known = await store.document(tenant, collection, id);
      if (known !== undefined && isOf(known, detail)) {
        // Whoever made it may have died before others were told.
        await this.#tell();
        // What it has gathered here is newer than what is stored.
        if (!this.#all.has(nameOf(tenant, id))) await this.#take(tenant, id, known);
        return;
      }
      if (!(await isStill())) return;
      await ensureCursor(store);
      const end = Number((await store.end()) || 0);
      const stored: Stored = { detail, from: end, to: [end, Number.MAX_SAFE_INTEGER], sets: [] };
      const body = JSON.stringify(stored);
      const put = await store.putDocument(tenant, collection, id, body, known?.revision ?? 0);
      if (put.type === 'conflict') continue;
      await this.#tell();
      await this.#take(tenant, id, { body, revision: put.revision });
      this.onMade();
      return;
    }
    throw stillChanging(id);
  }

  async unsubscribe(
    tenant: string,
    id: string,
    isStill: () => Promise<boolean> = async () => true,
  ): Promise<void> {
    const { store } = this.#options;
    for (let tries = 0; tries < triesMax; tries++) {
      const known = await store.document(tenant, collection, id);
      if (known === undefined) return this.#forget(nameOf(tenant, id));
      if (!(await isStill())) return;
      // It may have gathered meanwhile, and is another document by that.
      if (!(await store.deleteDocument(tenant, collection, id, known.revision))) continue;
      // Who is not told of it yet starts nothing: its owner is asked.
      await this.#tell();
      return this.#forget(nameOf(tenant, id));
    }
    throw stillChanging(id);
  }

  /** Before it is acknowledged that one was made or ended: a matcher of another process looks when it has read a page. */
  async #tell(): Promise<void> {
    const { store } = this.#options;
    if (!store.features.exclusive) await store.putDocument(...changes, '', undefined);
  }

  /** Loads when one was made or ended, of which nobody has told here. */
  async renew(): Promise<void> {
    const told = await this.#options.store.document(...changes);
    if ((told?.revision ?? 0) !== this.#known) await this.load();
  }

  /** Takes up what other processes have made and changed, and lets go of what they have ended. */
  async load(): Promise<void> {
    const told = await this.#options.store.document(...changes);
    // One that is made while they are read is not among them, and stays.
    const before = [...this.#all];
    const rows = await everyDocument(this.#options.store, collection);
    const there = new Set(rows.map(({ tenant, key }) => nameOf(tenant, key)));
    for (const [name, known] of before)
      if (!there.has(name) && this.#all.get(name) === known) this.#forget(name);
    for (const row of rows) {
      const known = this.#all.get(nameOf(row.tenant, row.key));
      const isKnown = known?.revision === row.revision && known.from === fromOf(row);
      if (!isKnown || known.wanted === undefined) await this.#take(row.tenant, row.key, row);
    }
    this.#known = told?.revision ?? 0;
  }

  async #take(
    tenant: string,
    id: string,
    { body, revision }: Pick<StoredDocument, 'body' | 'revision'>,
  ): Promise<void> {
    const stored = JSON.parse(body) as Stored;
    const wanted = await this.#wantedBy(tenant, id, stored.detail);
    // While that was asked another may have taken up what was stored later, or gathered since.
    if (isOlder(stored.from, revision, this.#all.get(nameOf(tenant, id)))) return;
    this.#forget(nameOf(tenant, id));
    const read = { owed: [], ...stored };
    const subscription: Subscription = { ...read, tenant, id, revision, wanted, kept: read, come: [] };
    this.#all.set(nameOf(tenant, id), subscription);
    this.#owed.add(subscription);
    for (const filter of filtersIn(subscription)) this.#filters.add(tenant, filter, subscription);
  }

  /**
   * Undefined as well when it cannot be read here: nothing of it runs then, and all others go on. A store that cannot be
   * reached is asked again.
   */
  async #wantedBy(tenant: string, id: string, detail: Json): Promise<Wanted | undefined> {
    try {
      return await this.#options.wanted(tenant, id, detail);
    } catch (error) {
      if (error instanceof MillraceError && error.code === 'unavailable') throw error;
      this.#options.onError(error, id);
      return undefined;
    }
  }

  #forget(name: string): void {
    const known = this.#all.get(name);
    this.#all.delete(name);
    if (known === undefined) return;
    this.#owed.forget(known);
    for (const filter of filtersIn(known)) this.#filters.remove(known.tenant, filter, known);
  }

  /**
   * Offers an event, in the order of the log, to the subscriptions of its tenant whose constants it has, and to some of its
   * type. The answer says what it was to them.
   */
  take(logged: LoggedEvent): readonly ScheduleMatch[] {
    const { tenant, event } = logged;
    const fitting = this.#filters.fitting(tenant, event);
    const near = this.#filters.near(tenant, event, fitting, nearMax);
    const matches: ScheduleMatch[] = [];
    for (const subscription of [...fitting, ...near]) {
      this.#examined += 1;
      const told = isAfter(logged, subscription.to) ? this.#offer(subscription, logged) : undefined;
      if (told !== undefined) matches.push({ workflow: subscription.id, ...told });
    }
    return matches;
  }

  /**
   * Tells the owners of what has come, then keeps what has changed: called before the place in the log is kept. False:
   * another has matched less of some, and what they were offered since is to be offered to them again. When it rejects all
   * of it is to be offered again.
   */
  async save(): Promise<boolean> {
    const changed = [...this.#changed];
    this.#changed.clear();
    try {
      await sideBySide(changed, atOnceMax, (each) => this.#tellOwner(each));
      return (await sideBySide(changed, atOnceMax, (each) => this.#keep(each))).every((isKept) => isKept);
    } catch (error) {
      for (const subscription of changed) Object.assign(subscription, { ...subscription.kept, come: [] });
      throw error;
    }
  }

  /** Tells those again whom an error kept from being told; answers in how many ms to do so once more. */
  async settle(): Promise<number> {
    for (const owing of this.#owed.due()) this.#changed.add(owing as Subscription);
    if (this.#changed.size > 0) await this.save();
    return this.#owed.waitMs;
  }

  async #tellOwner(subscription: Subscription): Promise<void> {
    const { tenant, id, detail } = subscription;
    await this.#owed.tell(subscription, (sets) => this.#options.consumed(tenant, id, detail, sets));
  }

  async #keep(subscription: Subscription): Promise<boolean> {
    const { tenant, id, detail, from, to, sets, owed, revision } = subscription;
    const name = nameOf(tenant, id);
    // Made anew meanwhile, by somebody who has read what stands there now.
    if (this.#all.get(name) !== subscription) return this.#isKept(name, to);
    const stored: Stored = { detail, from, to, sets, ...(owed.length === 0 ? {} : { owed }) };
    const body = JSON.stringify(stored);
    const put = await this.#options.store.putDocument(tenant, collection, id, body, revision);
    if (put.type === 'stored') {
      subscription.revision = put.revision;
      subscription.kept = { to, sets, owed };
    }
    // Somebody else has made, ended or matched it: what they have written counts.
    else if (this.#all.get(name) === subscription) await this.#takeAgain(tenant, id);
    return this.#isKept(name, to);
  }

  #isKept(name: string, to: Subscription['to']): boolean {
    const here = this.#all.get(name);
    return here === undefined || !isBehind(here.to, to);
  }

  async #takeAgain(tenant: string, id: string): Promise<void> {
    const known = await this.#options.store.document(tenant, collection, id);
    if (known === undefined) this.#forget(nameOf(tenant, id));
    else await this.#take(tenant, id, known);
  }

  #offer(subscription: Subscription, logged: LoggedEvent): Omit<ScheduleMatch, 'workflow'> | undefined {
    const { wanted, id } = subscription;
    const { store, limits, world } = this.#options;
    if (wanted === undefined) return undefined;
    const sight = sharedSight(wanted.executable, [], limits, store.now());
    let offered: Offered | undefined;
    try {
      offered = offer(subscription.sets, wanted, logged, sight);
      if (offered === undefined) {
        const missed = missedBy(wanted, logged.event, sight);
        return missed === undefined ? undefined : { outcome: 'missed', ...missed };
      }
    } catch (error) {
      // It concerns this one alone: all others go on.
      const { predicate, detail } = this.#broken.missed(`schedule.on of ${id}`, error);
      return { outcome: 'missed', predicate, detail };
    }
    const come = offered.complete.map(({ events, ending = [] }) => {
      const keys = [...events, ...ending].map(({ key }) => key);
      const name = world.hash([id, ...keys].join('\n')).slice(0, 40);
      return { id: name, keys, events: events.map(({ event }) => event) };
    });
    subscription.come = [...subscription.come, ...come];
    subscription.sets = offered.open.slice(-setsMax);
    subscription.to = [logged.position, logged.index];
    this.#changed.add(subscription);
    return { outcome: offered.complete.length > 0 ? 'started' : 'gathered' };
  }
}

function stillChanging(id: string): Error {
  return new Error(`the subscription ${id} was changed by others ${triesMax} times`);
}

function filtersIn({ wanted }: Subscription): readonly EventFilter[] {
  return wanted === undefined ? [] : filtersOf(wanted);
}

function nameOf(tenant: string, id: string): string {
  return `${tenant}\0${id}`;
}

/** Whether what was read says no more than what is here. One that was ended and made anew counts from a later place. */
function isOlder(from: number, revision: number, here: Subscription | undefined): boolean {
  if (here === undefined || here.wanted === undefined) return false;
  return here.from > from || (here.from === from && here.revision >= revision);
}

function isOf({ body }: StoredDocument, detail: Json): boolean {
  return JSON.stringify((JSON.parse(body) as Stored).detail) === JSON.stringify(detail);
}

function fromOf({ body }: StoredDocument): number {
  return (JSON.parse(body) as Stored).from;
}

function isAfter({ position, index }: LoggedEvent, to: Subscription['to']): boolean {
  return isBehind(to, [position, index]);
}

function isBehind([to, at]: Subscription['to'], [position, index]: Subscription['to']): boolean {
  return position > to || (position === to && index > at);
}
