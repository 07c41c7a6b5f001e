/** What became of an event, as its record tells it: which of several correlations failed is looked up in the log. */
import { type BoundKey, type EventMatches, listenerOf } from '@millrace/core';
import type { MatchesRecord } from '../roles/match-record.ts';
import { correlations, differing, expectedBy } from '../roles/refused-event.ts';
import type { Reader } from './reader.ts';

export async function eventMatches(
  reader: Reader,
  tenant: string,
  { missed, ...told }: MatchesRecord,
): Promise<EventMatches> {
  const misses: EventMatches['missed'][number][] = [];
  for (const { among, ...miss } of missed) {
    const names = among === undefined ? [] : await failedOf(reader, tenant, miss.execution, among);
    misses.push(names.length === 0 ? miss : { ...miss, predicate: correlations(names) });
  }
  return { ...told, missed: misses };
}

type Among = NonNullable<MatchesRecord['missed'][number]['among']>;

/** None: the execution is there no more, and nobody can tell. */
async function failedOf(
  reader: Reader,
  tenant: string,
  execution: string,
  { row, position, values }: Among,
): Promise<readonly BoundKey[0][]> {
  const state = await reader.stateAt(tenant, execution, position);
  const { version, filter } = listenerOf(row);
  return differing(expectedBy(state, version, filter) ?? {}, values);
}
