/** The rows by which events reach an execution that is decided elsewhere, or later: they are decided in the order of their names. */
import type { WakeUp } from '../ports/store.ts';
import type { LoggedEvent } from './event-log.ts';

/** An event in its place in the log, wherever it was found. */
export type PlacedEvent = Pick<LoggedEvent, 'tenant' | 'event' | 'position' | 'emitted'>;

const prefix = 'event-';

/**
 * When it was written, and what of the same millisecond stands first in the log. The time comes first, since a store that was
 * moved counts its places anew.
 * @param now epoch ms by the store's clock
 */
export function deliveryName({ position, emitted }: PlacedEvent, now: number): string {
  return `${prefix}${digits(now)}-${digits(position)}-${digits(emitted?.version ?? 0)}`;
}

export function isDelivery({ kind, id, execution }: Pick<WakeUp, 'kind' | 'id' | 'execution'>): boolean {
  return kind === 'command' && id.startsWith(prefix, `${execution}/command/`.length);
}

/** In the order of texts. */
export function digits(number: number): string {
  return String(number).padStart(16, '0');
}
