import { compile } from '@millrace/jq';
import { type ParsedDuration, parseDuration } from './duration.ts';
import { readFree } from './expression.ts';

/**
 * A duration of a schedule. It may be an expression, like any other duration. No execution is there yet, so it has
 * nothing to ask: its value is a constant, known when the definition is read.
 */
export function constantDuration(value: unknown): ParsedDuration {
  const read = typeof value === 'string' && value.includes('${') ? readFree(value, 'strict') : undefined;
  if (read?.type !== 'jq') return parseDuration(value);
  try {
    return parseDuration(compile(read.source).first(null, [], host));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, message: `the duration cannot be computed: ${message}` };
  }
}

/** Far more than a duration needs. A definition is read again by every process, which must find the same. */
const host = {
  now(): number {
    throw new Error('a schedule is the same at all times, so there is no `now`');
  },
  budget: { stepsMax: 100_000, depthMax: 500, sizeMax: 65_536 },
};
