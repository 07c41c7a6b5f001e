import { readCron } from '../../schedule/cron.ts';
import { type Check, describe, report } from './place.ts';

/** A cron expression of five fields, or of six with the second first. */
export const cronExpression: Check = (value, place) => {
  if (typeof value !== 'string') {
    report(place, `expected a cron expression (a text) but found ${describe(value)}`);
    return;
  }
  const read = readCron(value);
  if (read.ok) return;
  const { message, offset } = read;
  if (offset !== undefined) report(place, message, { type: 'inside', offset });
  else report(place, message.startsWith('expected') ? `${message} but found ${describe(value)}` : message);
};
