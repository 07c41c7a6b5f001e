import type { EventConsumption } from '@millrace/core';

/** Which events are meant, by their types as they are written: `paid + packed` for all, `paid | refused` for any. */
export function eventWords(events: EventConsumption): string {
  const filters = 'one' in events ? [events.one] : 'all' in events ? events.all : events.any;
  const types = filters.map(({ with: attributes }) =>
    typeof attributes.type === 'string' ? attributes.type : '*',
  );
  const words = [...new Set(types)].join('all' in events ? ' + ' : ' | ') || '*';
  const until = 'any' in events ? events.until : undefined;
  if (until === undefined) return words;
  return `${words} … ${typeof until === 'string' ? until : eventWords(until)}`;
}
