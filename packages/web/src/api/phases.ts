import type { Phase } from '@millrace/core';

/** In the order in which they are shown. */
export const phases = [
  'pending',
  'running',
  'waiting',
  'suspended',
  'cancelled',
  'faulted',
  'completed',
] as const satisfies readonly Phase[];

export function isEnded(status: Phase): boolean {
  return status === 'completed' || status === 'faulted' || status === 'cancelled';
}
