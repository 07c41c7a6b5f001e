/**
 * The matcher: brings events to those that listen for them.
 *
 * 1. It follows the log, where events stand in one order with all that executions do: those that were published, and those
 *    that executions emit. So nothing waits for it, and it can fall behind, end and go on without losing one.
 * 2. Each filter is asked once for an event. Who waits by it is found in the store, by the filter and by the values that are
 *    correlated; predicates over an execution's own data are asked by that execution.
 * 3. A listener gets what came after it in the log. What came before, and is correlated, it is given when the matcher
 *    comes to the place where it began.
 * 4. An event is delivered as a command, at least once; an execution takes it once. The place in the log moves on when
 *    all deliveries before it are durable.
 */
import {
  type BoundKey,
  boundKeys,
  type Executable,
  type Limits,
  listenerOf,
  type ScheduleMatch,
} from '@millrace/core';
import type { BlobStore } from '../ports/blob.ts';
import type { Commit, Listener, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { Deliveries } from './deliveries.ts';
import type { PlacedEvent } from './delivery-row.ts';
import type { Door } from './door.ts';
import { earlierAt, earlierPlace, earlierPlaces, keepEarlier } from './earlier-events.ts';
import { isEventStream, type LoggedEvent, type LoggedItem, loggedItems, mayMatter } from './event-log.ts';
import type { Feed } from './feed.ts';
import { FilterIndex, type Judged } from './filter-index.ts';
import { listenerTask, shapeOf } from './listen-key.ts';
import { ListenerFinder, listenersMax } from './listener-finder.ts';
import type { ListeningDefinitions } from './listening-definitions.ts';
import { startOf } from './listening-start.ts';
import type { Delivered } from './match-record.ts';
import { MatchRecorder } from './match-recorder.ts';
import { MatchedDefinitions } from './matched-definitions.ts';
import { MatcherCursor } from './matcher-cursor.ts';
import { refusalOf } from './refused-event.ts';
import { Rounds } from './rounds.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface MatcherOptions {
  readonly world: World;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly door: Door;
  readonly feed: Feed;
  readonly node: string;
  readonly leaseMs: number;
  readonly sweepMs: number;
  readonly limits: Limits;
  readonly definitions: ListeningDefinitions;
  readonly subscriptions: Subscriptions;
  readonly executable: (tenant: string, digest: string) => Executable | Promise<Executable>;
  readonly swept?: () => void;
  readonly onError: (error: unknown, execution: string) => void;
}

/** commits of one page */
const commitsMax = 500;
/** For so long commits are left to gather that matter to nobody. */
const passMs = 200;
/** judgements that are held at once, but for those of a single event */
const judgedMax = 10_000;
/** How often a page is begun anew before what fails in it is left to a row. */
const failuresMax = 5;
/** How often a page is offered to the subscriptions again because another matcher has written. */
const offersMax = 50;

export class Matcher {
  readonly #options: MatcherOptions;
  readonly #index: FilterIndex;
  readonly #cursor: MatcherCursor;
  readonly #finder: ListenerFinder;
  readonly #recorder: MatchRecorder;
  readonly #deliveries: Deliveries;
  #matched = 0;
  /** how often the page under way has failed */
  #failures = 0;
  readonly #definitions: MatchedDefinitions;
  /** for which taking of the place it has begun */
  #begun = 0;
  /** it has read the log to its end */
  #isCaughtUp = false;
  #unfollow: () => void = () => {};
  #cancelLook: (() => void) | undefined;
  readonly #rounds: Rounds;

  constructor(options: MatcherOptions) {
    this.#options = options;
    this.#rounds = new Rounds({ ...options, round: () => this.#counted() });
    const { store, node, leaseMs, limits, definitions } = options;
    this.#index = new FilterIndex(limits, () => store.now(), options.onError);
    this.#cursor = new MatcherCursor(store, node, leaseMs);
    this.#definitions = new MatchedDefinitions(options, this.#index);
    this.#recorder = new MatchRecorder(store, options.onError);
    this.#deliveries = new Deliveries(options);
    this.#finder = new ListenerFinder(store, (text) => options.world.hash(text));
    definitions.onNoted = (tenant, definition, executable) => {
      this.#index.add(tenant, definition, executable);
      this.#follow();
    };
    options.subscriptions.onMade = () => this.#follow();
  }

  start(): void {
    this.#rounds.look();
  }

  /** Settles when nothing of it is under way. */
  async stop(): Promise<void> {
    this.#recorder.stop();
    this.#unfollow();
    this.#cancelLook?.();
    await this.#rounds.stop();
    await this.#cursor.leave().catch((error: unknown) => this.#options.onError(error, ''));
  }

  /** An event was stored, or something begins to listen. */
  look(): void {
    this.#rounds.look();
  }

  /** Commits were stored of which none is known to matter: they are passed at times, so that an event finds few before it. */
  lookLater(): void {
    this.#cancelLook ??= this.#options.world.after(passMs, () => {
      this.#cancelLook = undefined;
      this.#rounds.look();
    });
  }

  stats(): Readonly<Record<string, number>> {
    return {
      events_matched: this.#matched,
      events_delivered: this.#deliveries.count,
      match_records_left_out: this.#recorder.leftOut,
      listeners_examined: this.#finder.examined,
      filters_examined: this.#index.judged,
      filters_failed: this.#index.failed + this.#options.subscriptions.failed,
      listening_definitions: this.#index.size,
      subscriptions_examined: this.#options.subscriptions.examined,
    };
  }

  async #counted(): Promise<number> {
    try {
      return await this.#round();
    } catch (error) {
      this.#failures += 1;
      throw error;
    }
  }

  async #round(): Promise<number> {
    const { store, sweepMs, leaseMs, subscriptions } = this.#options;
    if (!(await this.#cursor.lead())) return Math.min(sweepMs, this.#cursor.freeInMs);
    if (this.#begun !== this.#cursor.taken) await this.#begin(this.#cursor.taken);
    if (this.#isIdle()) {
      const end = await store.end();
      // What began to listen meanwhile stands behind the place before.
      if (!this.#isIdle()) return 0;
      this.#cursor.at = end;
      if (this.#cursor.isKept) await this.#cursor.saveAtTimes();
      return sweepMs;
    }
    const page = await store.tail(this.#cursor.at, commitsMax);
    // After the page was read: what was subscribed before an event of it was published is there now.
    if (!store.features.exclusive && page.commits.some(isPublishing)) await subscriptions.renew();
    await this.#deliveries.beginPage(this.#failures < failuresMax);
    await this.#match(page.commits);
    this.#failures = 0;
    this.#cursor.at = page.cursor;
    await this.#cursor.saveAtTimes();
    if (page.commits.length === commitsMax) return 0;
    if (!this.#isCaughtUp) {
      this.#isCaughtUp = true;
      if (!this.#isIdle()) this.#follow();
      // What came before it was followed.
      return 0;
    }
    await this.#definitions.forgetAtTimes(() => this.#cursor.save());
    // A leader that does not come back in time would lose its place to another, which begins anew.
    const restMs = store.features.exclusive ? sweepMs : Math.min(sweepMs, leaseMs / 2);
    return Math.min(restMs, await subscriptions.settle());
  }

  async #begin(taking: number): Promise<void> {
    this.#deliveries.taken();
    await this.#definitions.begin();
    await this.#options.subscriptions.load();
    this.#begun = taking;
  }

  /**
   * With the store to itself a process knows whether anybody listens, unless it has forgotten some: an execution of one may
   * begin at any time, and only the log tells.
   */
  #isIdle(): boolean {
    const { store, subscriptions } = this.#options;
    const isTold = store.features.exclusive && this.#isCaughtUp && this.#definitions.forgotten === 0;
    return isTold && this.#index.size === 0 && subscriptions.size === 0;
  }

  /** A store that hints says when to look. */
  #follow(): void {
    if (this.#options.store.hints !== undefined) return;
    this.#unfollow();
    this.#unfollow = this.#options.feed.followAll((commit) => {
      if (mayMatter(commit)) this.look();
    });
  }

  async #match(commits: readonly Commit[]): Promise<void> {
    let events: LoggedEvent[] = [];
    for (const commit of commits) {
      if (!mayMatter(commit)) continue;
      for (const item of await loggedItems(commit, this.#options.blobs)) {
        if (item.type === 'event') events.push(item);
        else if (item.type === 'started') await this.#definitions.discover(item);
        else {
          await this.#matchEvents(events);
          events = [];
          await this.#lookBack(item);
        }
      }
    }
    await this.#matchEvents(events);
  }

  /** Some at a time, where very many shapes take each of them. */
  async #matchEvents(events: readonly LoggedEvent[]): Promise<void> {
    for (let from = 0, to = 0; from < events.length; from = to) {
      const judged: (readonly Judged[])[] = [];
      for (let held = 0; to < events.length && held < judgedMax; to++) {
        const { tenant, event } = events[to] as LoggedEvent;
        const judgements = this.#index.judge(tenant, event);
        judged.push(judgements);
        held += judgements.length;
      }
      await this.#matchJudged(events.slice(from, to), judged);
    }
  }

  async #matchJudged(events: readonly LoggedEvent[], judged: readonly (readonly Judged[])[]): Promise<void> {
    this.#matched += events.length;
    const finding = this.#finder.find(events, judged);
    // Asked before another event of these may end what nearly waits for one. One alone ends only what it is brought to, and is
    // not kept waiting: two reads at once cost its wake-up half a millisecond.
    const before = events.length > 1 ? this.#recorder.look(events, judged) : undefined;
    const found = await finding;
    const deliveries: Promise<readonly Delivered[]>[] = [];
    for (const [at, logged] of events.entries()) {
      const rows = found.get(logged);
      const asked = judged[at] ?? [];
      const delivery =
        rows === undefined ? this.#deliverPages(logged, asked) : this.#deliver(logged, asked, rows);
      // What fails is thrown where it is awaited.
      delivery.catch(() => {});
      deliveries.push(delivery);
      // What reads on the way must not be overtaken: an execution gets events in the order of the log.
      if (found.size < events.length) await delivery;
    }
    // In the wake of the delivery, so that one sync makes both durable. It has to be there before the next listener begins, and
    // before the place in the log moves on.
    const kept = Promise.all(events.flatMap((logged, at) => this.#keep(logged, judged[at] ?? [])));
    // What fails is thrown where it is awaited.
    kept.catch(() => {});
    const delivered = await Promise.all(deliveries);
    await kept;
    const near = before ?? this.#recorder.look(events, judged);
    const schedules = await this.#offer(events);
    this.#recorder.record(
      events.map((logged, at) => ({
        logged,
        judged: judged[at] ?? [],
        near: near[at],
        delivered: delivered[at] ?? [],
        schedules: schedules[at] ?? [],
      })),
    );
  }

  /** What each event was to the subscriptions, in the order of the log. */
  async #offer(events: readonly LoggedEvent[]): Promise<readonly (readonly ScheduleMatch[])[]> {
    const { subscriptions } = this.#options;
    const told: (readonly ScheduleMatch[])[] = events.map(() => []);
    for (let tries = 0; tries < offersMax; tries++) {
      for (const [at, logged] of events.entries()) {
        const now = subscriptions.take(logged);
        if (now.length > 0) told[at] = now;
      }
      if (await subscriptions.save()) return told;
    }
    throw new Error(`others have matched the same events ${offersMax} times`);
  }

  #keep(logged: LoggedEvent, judged: readonly Judged[]): Promise<void>[] {
    const { store, world } = this.#options;
    // Once for all filters that ask the same: of a question and the same names there is one list of values.
    const asked = new Map<readonly BoundKey[], string>();
    for (const judgement of judged) {
      if (judgement.type === 'miss' || judgement.shape.given.length === 0) continue;
      asked.set(judgement.bound.at(-1) ?? [], judgement.shape.question);
    }
    return [...asked].map(([bound, question]) => {
      const place = earlierPlace(question, bound, (text) => world.hash(text));
      return keepEarlier(store, place, logged);
    });
  }

  async #deliverPages(logged: LoggedEvent, judged: readonly Judged[]): Promise<readonly Delivered[]> {
    const delivered: Delivered[] = [];
    for (let cursor: string | undefined; ; ) {
      const query = { rowsMax: listenersMax, ...(cursor === undefined ? {} : { cursor }) };
      const page = await this.#finder.page(logged.tenant, judged, query);
      const rows = await this.#finder.listening(logged, page.rows);
      delivered.push(...(await this.#deliver(logged, judged, rows)));
      if (page.cursor === undefined) return delivered;
      cursor = page.cursor;
    }
  }

  #deliver(
    logged: LoggedEvent,
    judged: readonly Judged[],
    rows: readonly Listener[],
  ): Promise<readonly Delivered[]> {
    const matched = new Map(
      judged.flatMap((judgement) =>
        judgement.type === 'match' ? [[judgement.shape.shape, judgement] as const] : [],
      ),
    );
    return Promise.all(
      [...Map.groupBy(rows, ({ execution }) => execution)].map(async ([execution, its]) => {
        const listeners = its.map(({ id }) => listenerOf(id));
        const refused = await this.#deliveries.submit(logged, execution, listeners);
        return {
          execution,
          task: listenerTask((its[0] as Listener).shape),
          refusal: refused && refusalOf(refused, its, matched),
        };
      }),
    );
  }

  /** Gives a listener that has just begun what came before it, since its execution began. */
  async #lookBack(began: Extract<LoggedItem, { type: 'listening' }>): Promise<void> {
    const { store, blobs, world } = this.#options;
    const { tenant, execution, version, fact, position } = began;
    if (began.first || fact.filters.every(({ expect }) => expect === undefined)) return;
    const start = await startOf(store, blobs, tenant, execution);
    if (start === undefined) return;
    const earlier: { filter: number; placed: PlacedEvent }[] = [];
    for (const [filter, { expect }] of fact.filters.entries()) {
      if (expect === undefined) continue;
      const shape = shapeOf(start.definition, fact.task, filter);
      const question = this.#index.questionOf(tenant, start.definition, shape);
      const places = earlierPlaces(shape, question, boundKeys(expect), (text) => world.hash(text));
      for (const place of places)
        for (const kept of await earlierAt(store, tenant, place, [start.position, position]))
          if (isEarlier(kept, began)) earlier.push({ filter, placed: { tenant, ...kept } });
    }
    earlier.sort((a, b) => a.placed.position - b.placed.position);
    await Promise.all(
      earlier.map(({ filter, placed }) => this.#deliveries.submit(placed, execution, [{ version, filter }])),
    );
  }
}

function isPublishing(commit: Commit): boolean {
  return isEventStream(commit) || commit.body.includes('"event.emitted"');
}

/** Whether an event that stands no later in the log came before a listener. */
function isEarlier(
  { position, emitted }: Pick<LoggedEvent, 'position' | 'emitted'>,
  began: { readonly position: number; readonly version: number },
): boolean {
  return position < began.position || (emitted !== undefined && emitted.version < began.version);
}
