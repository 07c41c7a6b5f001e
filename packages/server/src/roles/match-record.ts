/**
 * What became of an event, for whoever asks later: the executions that it woke, and some of those that waited for
 * something like it, with the predicate that failed. It is told on the side: a record that is lost in a crash loses
 * nothing else.
 */
import type { EventMatches, JsonObject, NearMiss, ScheduleMatch } from '@millrace/core';
import type { Listener, Store } from '../ports/store.ts';
import type { LoggedEvent } from './event-log.ts';
import type { Judged } from './filter-index.ts';
import { listenerTask } from './listen-key.ts';
import { beganBefore } from './listener-finder.ts';

export const matchRecords = 'event-matches';

/** The last event that came near to what an execution listens for, by its id. */
export const nearMissRecords = 'near-misses';

export interface NearMissRecord extends NearMiss {
  /** number of the listener's shape in its definition, by which its row is found */
  readonly shape: string;
}

/** executions that are named of each kind */
const namedMax = 100;
/** rows that are looked at for near misses of one event */
const nearMax = 10;
/** shapes by which they are looked for: those that miss stand behind those that match, for other values */
const shapesMax = 20;

/** One delivery of an event, and whether it was consumed. */
export interface Delivered {
  readonly execution: string;
  readonly task: string;
  readonly consumed: boolean;
  /** predicates over the execution's own data */
  readonly own: readonly string[];
  /** the first filter that has such */
  readonly shape: string | undefined;
}

/** An event, and what became of it. */
export interface Matched {
  readonly logged: LoggedEvent;
  readonly judged: readonly Judged[];
  readonly delivered: readonly Delivered[];
  readonly schedules: readonly ScheduleMatch[];
}

/** Records events in the order of the log: of the near misses of an execution the last is kept. */
export async function recordMatches(store: Store, page: readonly Matched[]): Promise<void> {
  const moved = new Set(
    page.flatMap(({ delivered }) =>
      delivered.filter(({ consumed }) => consumed).map(({ execution }) => execution),
    ),
  );
  const near = await Promise.all(page.map((matched) => nearMisses(store, matched, moved)));
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

function matchesOf({ logged, delivered, schedules }: Matched, near: readonly Near[]): EventMatches {
  const woke = delivered.filter(({ consumed }) => consumed);
  const refused = delivered.filter(({ consumed }) => !consumed).slice(0, namedMax);
  return {
    event: headOf(logged.event, logged.key),
    woke: {
      count: woke.length,
      executions: woke.slice(0, namedMax).map(({ execution, task }) => ({ execution, task })),
    },
    ...(schedules.length === 0 ? {} : { schedules: schedules.slice(0, namedMax) }),
    missed: [...refused.map(refusalOf), ...near].map(({ shape: _, ...told }) => told),
  };
}

function refusalsOf({ delivered }: Matched): readonly Near[] {
  return delivered
    .filter(({ consumed }) => !consumed)
    .slice(0, nearMax)
    .map(refusalOf);
}

/** `shape`: a predicate of its filter failed. */
type Near = EventMatches['missed'][number] & { readonly shape?: string };

function refusalOf({ execution, task, own, shape }: Delivered): Near {
  if (shape === undefined)
    return {
      execution,
      task,
      predicate: 'taken',
      detail:
        'it had this one already, or another that came first left it with nothing to wait for, or with another value',
    };
  const detail = "it does not hold over the execution's own data";
  return { execution, task, shape, predicate: own.join(', '), detail };
}

/**
 * Some that wait by a shape whose type fits, and that another predicate keeps from it. `moved`: executions whose rows may
 * have been put under other keys by events of the same page, before this is asked.
 */
async function nearMisses(
  store: Store,
  { logged, judged, delivered }: Matched,
  moved: ReadonlySet<string>,
): Promise<readonly Near[]> {
  const { tenant, position } = logged;
  const isNear = (judgement: Judged) =>
    judgement.type === 'miss' ? judgement.predicate !== 'type' : judgement.shape.names.length > 0;
  const near = new Map(
    judged
      .filter(isNear)
      .slice(-shapesMax)
      .map((judgement) => [judgement.shape.shape, judgement]),
  );
  if (near.size === 0) return [];
  const shapes = [...near.keys()].map((shape) => ({ shape }));
  const { rows } = await store.listeners(tenant, shapes, { rowsMax: nearMax });
  const reached = new Set(delivered.map(({ execution }) => execution));
  const missed: Near[] = [];
  for (const row of rows) {
    const judgement = near.get(row.shape);
    if (judgement === undefined || reached.has(row.execution)) continue;
    if (row.position < position || (moved.has(row.execution) && (await beganBefore(store, row, logged))))
      missed.push(missOf(row, judgement));
  }
  return missed;
}

function missOf({ execution, shape }: Listener, judgement: Judged): Near {
  const task = listenerTask(shape);
  if (judgement.type === 'match')
    return {
      execution,
      task,
      predicate: judgement.shape.names.map((name) => `correlate.${name}`).join(', '),
      detail: 'it waits for another value',
    };
  const { predicate, detail } = judgement;
  return { execution, task, shape, predicate, ...(detail === undefined ? {} : { detail }) };
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
