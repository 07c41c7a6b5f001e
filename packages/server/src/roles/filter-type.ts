import type { EventFilter } from '@millrace/core';

/** The type of event that a filter is for, where it names one as it is; the empty text for any other pattern. */
export function typeOf({ with: patterns }: EventFilter): string {
  const pattern = patterns.find(([name]) => name === 'type')?.[1];
  return pattern?.type === 'text' && !pattern.regex ? pattern.value : '';
}

/** What stands under a type of event, or under none, concerns it. */
export function typesFor(event: { readonly type?: unknown }): ReadonlySet<string> {
  return new Set([String(event.type), '']);
}
