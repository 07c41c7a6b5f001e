/** What readers are shown of a schedule. */
import { type JsonObject, sourcesOf } from '@millrace/core';
import type { ScheduleView } from './interface.ts';
import { previewOf, type ScheduleRecord } from './schedule-record.ts';

/** @param id `namespace/name` */
export function scheduleView(id: string, record: ScheduleRecord, count: number): ScheduleView {
  const { version, timetable, paused, idle, last, sources } = record;
  const holds = paused === undefined && idle === undefined;
  return {
    workflow: `${id}/${version}`,
    status: paused !== undefined ? 'paused' : idle !== undefined ? 'idle' : 'active',
    ...(paused === undefined ? {} : { paused: { ...paused, at: instant(paused.at) } }),
    ...(idle === undefined ? {} : { idle }),
    ...(timetable.cron === undefined ? {} : { cron: timetable.cron }),
    ...(timetable.every === undefined ? {} : { everyMs: timetable.every }),
    ...(timetable.after === undefined ? {} : { afterMs: timetable.after }),
    ...(timetable.on === undefined
      ? {}
      : { on: JSON.parse(JSON.stringify(timetable.on.to)) as JsonObject, read: timetable.on.read }),
    timeZone: timetable.timeZone,
    misfire: timetable.misfire,
    next: holds ? previewOf(record, count).map(({ source, due }) => ({ source, due: instant(due) })) : [],
    running: sourcesOf(timetable).flatMap((source) => sources[source]?.running ?? []),
    ...(last === undefined ? {} : { last: { ...last, due: instant(last.due) } }),
  };
}

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
