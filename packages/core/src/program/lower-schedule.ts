import type { Schedule, WorkflowDocument } from '../language/document.ts';
import { parseDuration } from '../language/duration.ts';
import type { Misfire, ScheduledEvents, Timetable } from '../schedule/timetable.ts';
import { type Lowering, refuse } from './lowering.ts';

/** The schedule of a workflow, with what `document.metadata.schedule` adds to it. */
export function lowerSchedule(workflow: WorkflowDocument, lowering: Lowering): Timetable | undefined {
  const { schedule } = workflow;
  if (schedule === undefined) return undefined;
  const on = eventsOf(workflow, schedule, lowering);
  const [every, after] = (['every', 'after'] as const).map((name) =>
    millisecondsOf(schedule, name, lowering),
  );
  if (schedule.cron === undefined && every === undefined && after === undefined && on === undefined)
    return undefined;
  const { timeZone = 'UTC', misfire = 'once' } = (workflow.document.metadata?.schedule ?? {}) as {
    readonly timeZone?: string;
    readonly misfire?: Misfire;
  };
  return {
    ...(schedule.cron === undefined ? {} : { cron: schedule.cron }),
    ...(every === undefined ? {} : { every }),
    ...(after === undefined ? {} : { after }),
    ...(on === undefined ? {} : { on }),
    timeZone,
    misfire,
  };
}

/** Up to version 1.0.3, whose example says so, a run has the events as they came; later versions speak of their data. */
const readsEnvelope = /^1\.0\.[0-3](?:\D|$)/;

function eventsOf(
  { document, evaluate }: WorkflowDocument,
  { on, read }: Schedule,
  lowering: Lowering,
): ScheduledEvents | undefined {
  if (on === undefined) return undefined;
  if ('any' in on && on.until !== undefined) {
    refuse(lowering, '/schedule/on/until', '`until` of the events that start a workflow');
    return undefined;
  }
  const otherwise = readsEnvelope.test(document.dsl) ? 'envelope' : 'data';
  return { to: on, mode: evaluate?.mode ?? 'strict', read: read ?? otherwise };
}

function millisecondsOf(schedule: Schedule, name: 'every' | 'after', lowering: Lowering): number | undefined {
  const duration = schedule[name];
  if (duration === undefined) return undefined;
  const parsed = parseDuration(duration);
  if (parsed.ok) return parsed.milliseconds;
  refuse(lowering, `/schedule/${name}`, 'a duration of a schedule that an expression computes');
  return undefined;
}
