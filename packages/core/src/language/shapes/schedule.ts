/** When a workflow is started by itself. */
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { readCron } from '../../schedule/cron.ts';
import { everyMsMin, misfires } from '../../schedule/timetable.ts';
import { isTimeZone } from '../../schedule/zone.ts';
import { constantDuration } from '../constant-duration.ts';
import { cronExpression } from './cron.ts';
import { consumption, reading } from './events.ts';
import { duration, oneOf } from './fields.ts';
import { type Check, child, describe, type Place, report, type Walk } from './place.ts';
import { object, ofEach } from './shape.ts';

export const schedule: Check = object(
  'the schedule',
  { every: period, cron: cronExpression, after: constant, on: ofEvents, read: reading },
  {
    also: checkSchedule,
    elsewhere: ofEach('timeZone timezone misfire', 'stands in document.metadata.schedule'),
    meant: (text) => (readCron(text).ok ? `cron: '${text}'` : undefined),
  },
);

function checkSchedule(value: JsonObject, place: Place): void {
  if (!Object.hasOwn(value, 'read') || Object.hasOwn(value, 'on')) return;
  report(child(place, 'read'), "'read' needs 'on': it says how the events of 'on' are read", { type: 'key' });
}

/** There is no execution yet that an expression could ask. */
const noVariables: readonly string[] = [];

function ofEvents(value: Json, place: Place): void {
  consumption(value, { ...place, variables: noVariables });
  if (!isJsonObject(value)) return;
  reportNone(value, place, 'nothing would ever start the workflow');
  const { until } = value;
  if (isJsonObject(until))
    reportNone(until, child(place, 'until'), 'it has come before any event, so nothing would be gathered');
}

/** A `listen` for all of no events ends at once. Where an event has to begin it all, none can. */
function reportNone({ all }: JsonObject, place: Place, why: string): void {
  if (Array.isArray(all) && all.length === 0)
    report(child(place, 'all'), `expected at least one event filter in 'all' of a schedule: ${why}`);
}

/** How long it is, when it is sound. */
function constant(value: Json, place: Place): number | undefined {
  let errors = 0;
  const walk: Walk = {
    ...place.walk,
    report(...told) {
      errors += 1;
      place.walk.report(...told);
    },
  };
  duration(value, { ...place, walk, variables: noVariables });
  if (errors > 0) return undefined;
  const known = constantDuration(value);
  if (known.ok) return known.milliseconds;
  report(place, known.message);
  return undefined;
}

/** A period of nothing would never let the server do anything else. */
function period(value: Json, place: Place): void {
  const milliseconds = constant(value, place);
  if (milliseconds !== undefined && milliseconds < everyMsMin)
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
