/** When a workflow is started by itself. */
import type { JsonObject } from '../../model/json.ts';
import { everyMsMin, misfires } from '../../schedule/timetable.ts';
import { isTimeZone } from '../../schedule/zone.ts';
import { parseDuration } from '../duration.ts';
import { cronExpression } from './cron.ts';
import { consumption, reading } from './events.ts';
import { duration, oneOf } from './fields.ts';
import { type Check, child, describe, type Place, report } from './place.ts';
import { object } from './shape.ts';

export const schedule: Check = object(
  'the schedule',
  { every: period, cron: cronExpression, after: duration, on: consumption, read: reading },
  { also: checkSchedule },
);

function checkSchedule(value: JsonObject, place: Place): void {
  if (!Object.hasOwn(value, 'read') || Object.hasOwn(value, 'on')) return;
  report(child(place, 'read'), "'read' needs 'on': it says how the events of 'on' are read", { type: 'key' });
}

/** A period of nothing would never let the server do anything else. */
function period(value: Parameters<Check>[0], place: Place): void {
  duration(value, place);
  const parsed = parseDuration(value);
  if (parsed.ok && parsed.milliseconds < everyMsMin)
    report(place, `a schedule recurs at most every ${everyMsMin} ms`);
}

const timeZone: Check = (value, place) => {
  if (typeof value === 'string' && isTimeZone(value)) return;
  report(place, `expected a time zone such as Europe/Berlin but found ${describe(value)}`);
};

/** `document.metadata.schedule`: what the language has no words for. */
export const scheduleMetadata: Check = object("the schedule's metadata", {
  timeZone,
  misfire: oneOf('what becomes of missed runs', [...misfires]),
});
