/**
 * Schedules: workflows that are started by themselves.
 *
 * 1. A schedule belongs to a workflow, not to one of its versions: what the latest published version says holds, and
 *    that version runs. With the last version goes the schedule.
 * 2. What is due stands in a document under compare-and-set; a wake-up of its own stream says when to look. The row is
 *    put before anything that makes it needed, and anew after every change, so that some process looks in time.
 * 3. A run's id is made of the workflow, the source and the instant. It is started before it is noted that it was: who
 *    dies in between leaves a run that the next one finds started. So none is lost and none comes twice.
 * 4. Events that start runs are gathered by a subscription of the workflow, as long as its schedule holds. The id of a run
 *    is made of the events.
 */
import {
  type Command,
  type ExecutionState,
  type Json,
  readingOf,
  scheduledConsumption,
  unsupportedMessage,
} from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { Store, StoredDocument } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { type Door, remoteDoor } from '../roles/door.ts';
import type { Wanted } from '../roles/gathered-events.ts';
import { sideBySide } from '../roles/side-by-side.ts';
import type { Consumed, Subscriptions } from '../roles/subscriptions.ts';
import { scheduleStream } from '../roles/timer.ts';
import type { Definition, Definitions } from './definitions.ts';
import type { ScheduleView, WorkflowId } from './interface.ts';
import {
  advanced,
  bodyOf,
  eventRunId,
  newRecord,
  nextOf,
  paused,
  type Run,
  recordOf,
  resumed,
  runEnded,
  type Scheduled,
  type ScheduleRecord,
  subscribedOf,
  subscriptionOf,
  takenOver,
} from './schedule-record.ts';
import { scheduleView } from './schedule-view.ts';

export interface SchedulesOptions {
  readonly store: Store;
  readonly world: World;
  readonly door: Door;
  readonly definitions: Definitions;
  readonly subscriptions: Pick<Subscriptions, 'subscribe' | 'unsubscribe'>;
  /** tells the timer of this process when to look; others find the row */
  readonly remind: (tenant: string, stream: string, due: number) => void;
  readonly onError: (error: unknown, execution: string) => void;
}

const collection = 'schedules';
/** How often a change is tried again because another process made one. */
const triesMax = 50;
/** runs of one schedule that are started at once for events that have come */
const runsMax = 100;

export class Schedules {
  readonly #options: SchedulesOptions;

  constructor(options: SchedulesOptions) {
    this.#options = options;
  }

  /** Takes up what is published now: to be called when a version was published or removed. */
  async refresh(tenant: string, id: Pick<WorkflowId, 'namespace' | 'name'>): Promise<void> {
    const key = keyOf(id);
    const { store } = this.#options;
    const isKnown = (await store.document(tenant, collection, key)) !== undefined;
    if (!isKnown && (await this.#scheduled(tenant, key)) === undefined) return;
    // From here on some process looks, should this one go no further.
    await this.#putRow(tenant, key, store.now());
    await this.advance(tenant, key);
  }

  /** Starts what is due, and sees to it that somebody looks when the next is. */
  async advance(tenant: string, key: string): Promise<void> {
    await this.#change(tenant, key, async (record) => {
      if (nextOf(record) === undefined) return record;
      const { runs, after } = advanced(key, record, this.#options.store.now());
      // Together: one sync makes all of them durable.
      await Promise.all(runs.map((run) => this.#start(tenant, record, key, run)));
      return after;
    });
  }

  /** Counts the end of a run that the next is counted from. */
  async runEnded(tenant: string, execution: string, state: ExecutionState): Promise<void> {
    const { definition, endedAt } = state;
    if (definition === null || endedAt === undefined) return;
    const key = keyOf(definition);
    await this.#change(tenant, key, async (record) => runEnded(key, record, execution, endedAt) ?? record);
  }

  async view(tenant: string, id: WorkflowId, count: number): Promise<ScheduleView> {
    const key = keyOf(id);
    const record = await this.#known(tenant, key);
    return scheduleView(key, record, count);
  }

  async pause(tenant: string, id: WorkflowId, reason: string | undefined): Promise<ScheduleView> {
    return this.#ask(tenant, id, (record, now) =>
      record.paused === undefined ? paused(record, now, reason) : record,
    );
  }

  async resume(tenant: string, id: WorkflowId): Promise<ScheduleView> {
    return this.#ask(tenant, id, (record, now) =>
      record.paused === undefined ? record : resumed(record, now),
    );
  }

  async #ask(
    tenant: string,
    id: WorkflowId,
    change: (record: ScheduleRecord, now: number) => ScheduleRecord,
  ): Promise<ScheduleView> {
    const key = keyOf(id);
    const { timetable } = await this.#known(tenant, key);
    // Should this one go no further, the next settles what its subscription is to be.
    if (timetable.on !== undefined) await this.#putRow(tenant, key, this.#options.store.now());
    await this.#change(tenant, key, async (record) => change(record, this.#options.store.now()));
    return this.view(tenant, id, previewDefault);
  }

  async #known(tenant: string, key: string): Promise<ScheduleRecord> {
    const stored = await this.#options.store.document(tenant, collection, key);
    if (stored !== undefined) return recordOf(stored.body);
    throw new MillraceError('not-found', `the workflow ${key} has no schedule`);
  }

  /** Changes the record until nobody came in between, then settles its row. */
  async #change(
    tenant: string,
    key: string,
    change: (record: ScheduleRecord) => Promise<ScheduleRecord>,
  ): Promise<void> {
    const { store } = this.#options;
    for (let tries = 0; tries < triesMax; tries++) {
      const stored = await store.document(tenant, collection, key);
      const scheduled = await this.#scheduled(tenant, key);
      if (scheduled === undefined) {
        if (stored !== undefined && !(await store.deleteDocument(tenant, collection, key, stored.revision)))
          continue;
        return this.#settle(tenant, key);
      }
      const now = store.now();
      const known = stored === undefined ? undefined : recordOf(stored.body);
      const current = known === undefined ? newRecord(scheduled, now) : takenOver(known, scheduled, now);
      const body = bodyOf(await change(current));
      if (body === stored?.body) return this.#settle(tenant, key);
      const put = await store.putDocument(tenant, collection, key, body, stored?.revision ?? 0);
      if (put.type === 'stored') return this.#settle(tenant, key);
    }
    throw new Error(`the schedule of ${key} was changed by others ${triesMax} times`);
  }

  /**
   * Puts the row that the record asks for, sees to its subscription, and looks again: who put a row for an older record meanwhile has come before,
   * and is put right here, or comes after, and looks again itself.
   */
  async #settle(tenant: string, key: string): Promise<void> {
    const { store } = this.#options;
    let stored = await store.document(tenant, collection, key);
    for (let tries = 0; tries < triesMax; tries++) {
      const due = stored === undefined ? undefined : nextOf(recordOf(stored.body));
      if (due === undefined) await this.#removeRow(tenant, key);
      else await this.#putRow(tenant, key, due);
      await this.#subscribe(tenant, key, stored);
      const again = await store.document(tenant, collection, key);
      if (isSame(stored, again)) break;
      stored = again;
    }
    // Published while its record was removed: whoever publishes puts the row first, and this one has taken it away.
    if (stored === undefined && (await this.#scheduled(tenant, key)) !== undefined)
      await this.#putRow(tenant, key, store.now());
  }

  async #subscribe(tenant: string, key: string, stored: StoredDocument | undefined): Promise<void> {
    const { subscriptions, store } = this.#options;
    const record = stored === undefined ? undefined : recordOf(stored.body);
    const isStill = async () => isSame(stored, await store.document(tenant, collection, key));
    if (record !== undefined && subscribedOf(record) !== undefined)
      await subscriptions.subscribe(tenant, key, subscriptionOf(record), isStill);
    else await subscriptions.unsubscribe(tenant, key, isStill);
  }

  async #putRow(tenant: string, key: string, due: number): Promise<void> {
    const execution = scheduleStream(key);
    const row = {
      id: rowOf(key),
      execution,
      kind: 'timer',
      due,
      attempt: 0,
      lease: null,
      unsafe: false,
      doubt: false,
      body: null,
    } as const;
    await this.#options.store.commit([{ tenant, stream: execution, wakeUps: [{ type: 'put', row }] }]);
    this.#options.remind(tenant, execution, due);
  }

  async #removeRow(tenant: string, key: string): Promise<void> {
    const stream = scheduleStream(key);
    await this.#options.store.commit([{ tenant, stream, wakeUps: [{ type: 'remove', id: rowOf(key) }] }]);
  }

  async #start(tenant: string, record: ScheduleRecord, key: string, run: Run): Promise<void> {
    const { source, due, execution } = run;
    const command = startOf(key, record, execution, {}, { type: 'schedule', source, due });
    const submitted = await this.#options.door.submit(tenant, execution, command);
    if (submitted?.type !== 'refused' || submitted.refusal.code === 'already-exists') return;
    throw new MillraceError('internal', `${execution}: ${submitted.refusal.message}`);
  }

  /**
   * Starts a run for each set of events that has come, begun in their order. When the schedule is held they start none, nor
   * when it says something else by now than when they were gathered.
   */
  async consumed(tenant: string, key: string, detail: Json, sets: readonly Consumed[]): Promise<void> {
    const { store } = this.#options;
    const stored = await store.document(tenant, collection, key);
    const record = stored === undefined ? undefined : recordOf(stored.body);
    const on = record === undefined ? undefined : subscribedOf(record);
    if (stored === undefined || record === undefined || on === undefined) return;
    if (subscriptionOf(record) !== detail) return;
    const due = store.now();
    const started = await sideBySide(sets, runsMax, async ({ id, keys, events }) => {
      const execution = eventRunId(key, id);
      const cause = { type: 'schedule', source: 'on', due, events: keys } as const;
      const input = events.map((event) => readingOf(event, on.read));
      const isNew = await this.#react(tenant, startOf(key, record, execution, input, cause));
      return isNew ? execution : undefined;
    });
    const execution = started.findLast((each) => each !== undefined);
    if (execution === undefined) return;
    // For readers only: that another process has changed the record is no reason to do it again.
    const body = bodyOf({ ...record, last: { source: 'on', due, execution } });
    await store.putDocument(tenant, collection, key, body, stored.revision);
  }

  /** Whether a run of events was started now. */
  async #react(tenant: string, command: StartCommand): Promise<boolean> {
    const { store, world, door, onError } = this.#options;
    const { execution } = command;
    const submitted = await door.submit(tenant, execution, command).catch((error: unknown) => {
      // What cannot be decided now is durable as a row: nobody else waits for it.
      onError(error, execution);
      return remoteDoor(store, world).submit(tenant, execution, command);
    });
    if (submitted?.type !== 'refused') return true;
    if (submitted.refusal.code !== 'already-exists')
      onError(new Error(`${execution}: ${submitted.refusal.message}`), execution);
    return false;
  }

  /** The filters of a subscription, ready to be asked; undefined: the schedule says something else by now. */
  async wanted(tenant: string, key: string, detail: Json): Promise<Wanted | undefined> {
    const stored = await this.#options.store.document(tenant, collection, key);
    const record = stored === undefined ? undefined : recordOf(stored.body);
    const on = record?.timetable.on;
    if (record === undefined || on === undefined || subscriptionOf(record) !== detail) return undefined;
    const { executable } = await this.#options.definitions.byDigest(tenant, record.digest);
    return { ...scheduledConsumption(on.to, on.mode), read: on.read, executable };
  }

  /** What the latest version says; undefined: there is none, or it has no schedule. */
  async #scheduled(tenant: string, key: string): Promise<Scheduled | undefined> {
    const [namespace = '', name = ''] = key.split('/');
    try {
      return scheduledOf(await this.#options.definitions.resolve(tenant, { namespace, name }));
    } catch (error) {
      if (error instanceof MillraceError && error.code === 'not-found') return undefined;
      throw error;
    }
  }
}

export const previewDefault = 5;

function scheduledOf({ program, digest }: Definition): Scheduled | undefined {
  const { schedule: timetable, version, unsupported } = program;
  if (timetable === undefined) return undefined;
  return {
    version,
    digest,
    timetable,
    ...(unsupported.length === 0 ? {} : { idle: unsupportedMessage(unsupported) }),
  };
}

type StartCommand = Extract<Command, { type: 'execution.start' }>;

function startOf(
  key: string,
  { version, digest }: ScheduleRecord,
  execution: string,
  input: Json,
  cause: NonNullable<StartCommand['cause']>,
): StartCommand {
  const [namespace = '', name = ''] = key.split('/');
  const definition = { namespace, name, version, digest };
  return { type: 'execution.start', execution, definition, input, cause };
}

function keyOf({ namespace, name }: Pick<WorkflowId, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

function rowOf(key: string): string {
  return `${scheduleStream(key)}/timer`;
}

function isSame(one: StoredDocument | undefined, other: StoredDocument | undefined): boolean {
  return one?.revision === other?.revision && one?.body === other?.body;
}
