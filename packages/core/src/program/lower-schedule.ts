import { constantDuration } from '../language/constant-duration.ts';
import type { Duration, Schedule, WorkflowDocument } from '../language/document.ts';
import type { Misfire, ScheduledEvents, Timetable } from '../schedule/timetable.ts';

/** The schedule of a workflow, with what `document.metadata.schedule` adds to it. */
export function lowerSchedule(workflow: WorkflowDocument): Timetable | undefined {
  const { schedule } = workflow;
  if (schedule === undefined) return undefined;
  const on = eventsOf(workflow, schedule);
  const every = millisecondsOf(schedule.every);
  const after = millisecondsOf(schedule.after);
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
): ScheduledEvents | undefined {
  if (on === undefined) return undefined;
  const otherwise = readsEnvelope.test(document.dsl) ? 'envelope' : 'data';
  return { to: on, mode: evaluate?.mode ?? 'strict', read: read ?? otherwise };
}

function millisecondsOf(duration: Duration | undefined): number | undefined {
  if (duration === undefined) return undefined;
  const known = constantDuration(duration);
  if (!known.ok) throw new Error(`broken rule: a schedule that was read holds a duration: ${known.message}`);
  return known.milliseconds;
}
