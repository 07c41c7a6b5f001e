import type { Schedule, WorkflowDocument } from '../language/document.ts';
import { parseDuration } from '../language/duration.ts';
import type { Misfire, Timetable } from '../schedule/timetable.ts';
import { type Lowering, refuse } from './lowering.ts';

/** The schedule of a workflow, with what `document.metadata.schedule` adds to it. */
export function lowerSchedule(workflow: WorkflowDocument, lowering: Lowering): Timetable | undefined {
  const { schedule } = workflow;
  if (schedule === undefined) return undefined;
  if (schedule.on !== undefined)
    refuse(lowering, '/schedule/on', 'schedules that events start (`schedule.on`)');
  const [every, after] = (['every', 'after'] as const).map((name) =>
    millisecondsOf(schedule, name, lowering),
  );
  if (schedule.cron === undefined && every === undefined && after === undefined) return undefined;
  const { timeZone = 'UTC', misfire = 'once' } = (workflow.document.metadata?.schedule ?? {}) as {
    readonly timeZone?: string;
    readonly misfire?: Misfire;
  };
  return {
    ...(schedule.cron === undefined ? {} : { cron: schedule.cron }),
    ...(every === undefined ? {} : { every }),
    ...(after === undefined ? {} : { after }),
    timeZone,
    misfire,
  };
}

function millisecondsOf(schedule: Schedule, name: 'every' | 'after', lowering: Lowering): number | undefined {
  const duration = schedule[name];
  if (duration === undefined) return undefined;
  const parsed = parseDuration(duration);
  if (parsed.ok) return parsed.milliseconds;
  refuse(lowering, `/schedule/${name}`, 'a duration of a schedule that an expression computes');
  return undefined;
}
