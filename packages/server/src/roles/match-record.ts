/**
 * What became of an event, for whoever asks later: the executions that it woke, and some of those that waited for
 * something like it, with the predicate that failed. It is told on the side: a record that is lost in a crash loses
 * nothing else.
 */
import type { BoundKey, EventMatches, JsonObject, NearMiss, ScheduleMatch } from '@millrace/core';
import type { Listener, Store } from '../ports/store.ts';
import type { LoggedEvent } from './event-log.ts';
import type { Judged } from './filter-index.ts';
import { listenerTask } from './listen-key.ts';
import { beganBefore } from './listener-finder.ts';
import { type Looked, nearMax } from './near-listeners.ts';
import { correlations, otherValue, type Refusal } from './refused-event.ts';

export const matchRecords = 'event-matches';
/** What became of an event is told for so long. */
export const matchesKeptMs = 7 * 86_400_000;

/** The last event that came near to what an execution listens for, by its id. */
export const nearMissRecords = 'near-misses';

export interface NearMissRecord extends NearMiss {
  /** number of the listener's shape in its definition, by which its row is found */
  readonly shape: string;
}

/** What became of an event, as it is stored. */
export interface MatchesRecord extends Omit<EventMatches, 'missed'> {
  readonly missed: readonly MissedRecord[];
}

type MissedRecord = EventMatches['missed'][number] & {
  /** one of several correlations waits for another value than these: that of a row, as it was put at a place in the log */
  readonly among?: {
    readonly row: string;
    readonly position: number;
    readonly values: readonly BoundKey[];
  };
};

/** executions that are named of each kind */
const namedMax = 100;

/** One delivery of an event. */
export interface Delivered {
  readonly execution: string;
  readonly task: string;
  /** why it was not consumed */
  readonly refusal: Refusal | undefined;
}

/** An event, and what became of it. */
export interface Matched {
  readonly logged: LoggedEvent;
  readonly judged: readonly Judged[];
  readonly near: Looked;
  readonly delivered: readonly Delivered[];
  readonly schedules: readonly ScheduleMatch[];
}

/** Records events in the order of the log: of the near misses of an execution the last is kept. */
export async function recordMatches(store: Store, page: readonly Matched[]): Promise<void> {
  const near = await Promise.all(page.map((matched) => nearMisses(store, matched)));
  const last = new Map<string, () => Promise<unknown>>();
  const puts: Promise<unknown>[] = [];
  for (const [at, matched] of page.entries()) {
    const { tenant, event, key } = matched.logged;
    const missed = [...refusalsOf(matched), ...(near[at] ?? [])];
    if (matched.delivered.length === 0 && missed.length === 0 && matched.schedules.length === 0) continue;
    const matches = JSON.stringify(matchesOf(matched, near[at] ?? []));
    puts.push(store.putDocument(tenant, matchRecords, key, matches, undefined));
    for (const { execution, shape, predicate, detail } of missed) {
      // That it waits for another value is so with every event of another; that it took one before explains itself.
      if (shape === undefined) continue;
      const head = { id: String(event.id), source: String(event.source), key };
      const told: NearMissRecord = {
        ...head,
        at: new Date(store.now()).toISOString(),
        shape,
        predicate,
        ...(detail === undefined ? {} : { detail }),
      };
      last.set(`${tenant}\0${execution}`, () =>
        store.putDocument(tenant, nearMissRecords, execution, JSON.stringify(told), undefined),
      );
    }
  }
  for (const put of last.values()) puts.push(put());
  await Promise.all(puts);
}

function matchesOf({ logged, delivered, schedules }: Matched, near: readonly Near[]): MatchesRecord {
  const woke = delivered.filter(({ refusal }) => refusal === undefined);
  const refused = delivered.flatMap(nearOf).slice(0, namedMax);
  return {
    event: headOf(logged.event, logged.key),
    woke: {
      count: woke.length,
      executions: woke.slice(0, namedMax).map(({ execution, task }) => ({ execution, task })),
    },
    ...(schedules.length === 0 ? {} : { schedules: schedules.slice(0, namedMax) }),
    missed: [...refused, ...near].map(({ shape: _, ...told }) => told),
  };
}

function refusalsOf({ delivered }: Matched): readonly Near[] {
  return delivered.flatMap(nearOf).slice(0, nearMax);
}

/** `shape`: a predicate of its filter failed. */
type Near = MissedRecord & { readonly shape?: string };

function nearOf({ execution, task, refusal }: Delivered): readonly Near[] {
  return refusal === undefined ? [] : [{ execution, task, ...refusal }];
}

/** Some that wait by a shape whose type fits, and that another predicate keeps from it. */
async function nearMisses(
  store: Store,
  { logged, near: { judgements, rows }, delivered }: Matched,
): Promise<readonly Near[]> {
  const reached = new Set(delivered.map(({ execution }) => execution));
  const missed: Near[] = [];
  for (const row of await rows) {
    const judgement = judgements.get(row.shape);
    if (judgement === undefined || reached.has(row.execution)) continue;
    if (row.position < logged.position || (isMovable(judgement) && (await beganBefore(store, row, logged))))
      missed.push(missOf(row, judgement));
  }
  return missed;
}

/** Whether rows of its shape may have been put under other keys by events that came before this one. */
function isMovable({ shape: { names, given } }: Judged): boolean {
  return names.length > given.length;
}

function missOf({ execution, shape, id, position }: Listener, judgement: Judged): Near {
  const task = listenerTask(shape);
  if (judgement.type === 'miss') {
    const { predicate, detail } = judgement;
    return { execution, task, shape, predicate, ...(detail === undefined ? {} : { detail }) };
  }
  const { names } = judgement.shape;
  const told = { execution, task, predicate: correlations(names), detail: otherValue };
  // Which of several it is, is asked when somebody wants to know.
  return names.length === 1
    ? told
    : { ...told, among: { row: id, position, values: judgement.bound[0] ?? [] } };
}

function headOf(event: JsonObject, key: string): EventMatches['event'] {
  const { id, source, type, subject, time } = event;
  return {
    key,
    id: String(id),
    source: String(source),
    type: String(type),
    ...(typeof subject === 'string' ? { subject } : {}),
    ...(typeof time === 'string' ? { time } : {}),
  };
}
