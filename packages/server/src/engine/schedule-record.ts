/** What is stored of a workflow's schedule: what it says, what is due next, and whether somebody holds it. */
import {
  dueAfter,
  duesAt,
  type ScheduledEvents,
  type ScheduleSource,
  sourcesOf,
  type TimedSource,
  type Timetable,
} from '@millrace/core';

export interface ScheduleRecord {
  /** version and digest of the definition that runs */
  readonly version: string;
  readonly digest: string;
  readonly timetable: Timetable;
  /** epoch ms from which on it holds: `every` counts from there */
  readonly anchor: number;
  readonly sources: Readonly<Partial<Record<TimedSource, SourceRecord>>>;
  readonly paused?: { readonly at: number; readonly reason?: string };
  /** how often it was held and let go on: what has been gathered before is none of its events */
  readonly resumes?: number;
  /** the run that was started last */
  readonly last?: { readonly source: ScheduleSource; readonly due: number; readonly execution: string };
  /** why it starts nothing: its definition cannot be run */
  readonly idle?: string;
}

export interface SourceRecord {
  /** the first instant that no run was started for; null: it is not known before a run has ended */
  readonly next: number | null;
  /** of `after`: the run whose end is waited for */
  readonly running?: string;
}

/** What a definition says of its schedule. */
export interface Scheduled {
  readonly version: string;
  readonly digest: string;
  readonly timetable: Timetable;
  readonly idle?: string;
}

export function newRecord(scheduled: Scheduled, now: number): ScheduleRecord {
  return { ...scheduled, anchor: now, sources: startingAt(scheduled.timetable, now) };
}

function startingAt(timetable: Timetable, now: number): ScheduleRecord['sources'] {
  return Object.fromEntries(
    sourcesOf(timetable).map((source) => [source, { next: dueAfter(timetable, source, now, now) ?? null }]),
  );
}

/** A newer version takes over; where it says the same of its schedule, what is due stays due. */
export function takenOver(record: ScheduleRecord, scheduled: Scheduled, now: number): ScheduleRecord {
  const { digest, idle, timetable, ...rest } = record;
  if (digest === scheduled.digest && idle === scheduled.idle) return record;
  const same = JSON.stringify(timetable) === JSON.stringify(scheduled.timetable);
  if (same) return { ...rest, ...scheduled };
  const { after } = rest.sources;
  const sources = startingAt(scheduled.timetable, now);
  const isWaiting = sources.after !== undefined && after?.running !== undefined;
  return { ...rest, ...scheduled, anchor: now, sources: isWaiting ? { ...sources, after } : sources };
}

export interface Run {
  readonly source: TimedSource;
  readonly due: number;
  readonly execution: string;
}

/** The runs to start at an instant, and the record once they are. */
export function advanced(
  id: string,
  record: ScheduleRecord,
  now: number,
): { readonly runs: readonly Run[]; readonly after: ScheduleRecord } {
  const runs: Run[] = [];
  const sources: Partial<Record<TimedSource, SourceRecord>> = { ...record.sources };
  for (const source of sourcesOf(record.timetable)) {
    const { next } = record.sources[source] ?? { next: null };
    if (next === null || next > now) continue;
    if (source === 'after') {
      const execution = runId(id, source, next);
      runs.push({ source, due: next, execution });
      sources.after = { next: null, running: execution };
      continue;
    }
    const dues = duesAt(record.timetable, source, next, now, record.anchor);
    runs.push(...dues.fire.map((due) => ({ source, due, execution: runId(id, source, due) })));
    sources[source] = { next: dues.next ?? null };
  }
  const last = runs.at(-1);
  return { runs, after: { ...record, sources, ...(last === undefined ? {} : { last }) } };
}

/** The record once a run of `after` has ended; undefined: it is none that is waited for. */
export function runEnded(
  id: string,
  record: ScheduleRecord,
  execution: string,
  endedAt: number,
): ScheduleRecord | undefined {
  const { after } = record.sources;
  if (after === undefined) return undefined;
  // A run may end before it is noted that it was started.
  const isAwaited =
    after.running === execution || (after.next !== null && runId(id, 'after', after.next) === execution);
  if (!isAwaited) return undefined;
  const next = dueAfter(record.timetable, 'after', endedAt, record.anchor) ?? null;
  return { ...record, sources: { ...record.sources, after: { next } } };
}

/** Held by an operator: what would have been due meanwhile is not made up for. */
export function paused(record: ScheduleRecord, now: number, reason: string | undefined): ScheduleRecord {
  return { ...record, paused: { at: now, ...(reason === undefined ? {} : { reason }) } };
}

export function resumed({ paused: _, ...record }: ScheduleRecord, now: number): ScheduleRecord {
  const sources = Object.fromEntries(
    sourcesOf(record.timetable).map((source): [string, SourceRecord] => {
      const known = record.sources[source];
      if (known?.running !== undefined) return [source, known];
      return [source, { next: dueAfter(record.timetable, source, now, record.anchor) ?? null }];
    }),
  );
  return { ...record, sources, resumes: (record.resumes ?? 0) + 1 };
}

/** The earliest instant at which there is something to do; undefined: there is none. */
export function nextOf({ sources, paused: held, idle }: ScheduleRecord): number | undefined {
  if (held !== undefined || idle !== undefined) return undefined;
  const instants = Object.values(sources).flatMap(({ next }) => (next === null ? [] : [next]));
  return instants.length === 0 ? undefined : Math.min(...instants);
}

/** The next instants, as far as they are known before runs have ended. */
export function previewOf(
  record: ScheduleRecord,
  count: number,
): readonly { readonly source: TimedSource; readonly due: number }[] {
  const dues = sourcesOf(record.timetable).flatMap((source) => {
    const found: { source: TimedSource; due: number }[] = [];
    let due = record.sources[source]?.next ?? undefined;
    while (due !== undefined && found.length < count) {
      found.push({ source, due });
      due = source === 'after' ? undefined : dueAfter(record.timetable, source, due, record.anchor);
    }
    return found;
  });
  return dues.sort((a, b) => a.due - b.due).slice(0, count);
}

/**
 * The id of the run for one instant: whoever starts it, however often, starts the same.
 *
 * @param id `namespace/name`
 */
export function runId(id: string, source: TimedSource, due: number): string {
  const instant = new Date(due).toISOString().replace(/[-:.]/g, '');
  return `${id.replace('/', '.')}~${source}-${instant}`;
}

/** @param set made of the events, the same whenever they are handed over */
export function eventRunId(id: string, set: string): string {
  return `${id.replace('/', '.')}~on-${set}`;
}

/** The events that are to be gathered now; undefined: none. */
export function subscribedOf({ timetable, paused: held, idle }: ScheduleRecord): ScheduledEvents | undefined {
  return held === undefined && idle === undefined ? timetable.on : undefined;
}

/** What its subscription is told apart by. */
export function subscriptionOf({ timetable, resumes = 0 }: ScheduleRecord): string {
  return JSON.stringify({ on: timetable.on, resumes });
}

export function recordOf(body: string): ScheduleRecord {
  return JSON.parse(body) as ScheduleRecord;
}

export function bodyOf(record: ScheduleRecord): string {
  return JSON.stringify(record);
}
