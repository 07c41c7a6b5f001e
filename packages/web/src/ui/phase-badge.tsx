import type { Phase } from '@millrace/core';
import { useMessages } from '../app/preferences.ts';
import type { Messages } from '../messages/messages.ts';
import type { TaskStatus } from '../run/run.ts';

export type Tone = 'running' | 'waiting' | 'suspended' | 'cancelled' | 'faulted' | 'completed';

const tones: Readonly<Record<Phase | TaskStatus, Tone>> = {
  pending: 'cancelled',
  running: 'running',
  waiting: 'waiting',
  suspended: 'suspended',
  cancelled: 'cancelled',
  faulted: 'faulted',
  completed: 'completed',
  skipped: 'cancelled',
};

export function toneOf(status: Phase | TaskStatus): Tone {
  return tones[status];
}

/** Classes are written out: they are found by reading the sources. */
export const toneClasses: Readonly<
  Record<Tone, { readonly badge: string; readonly bar: string; readonly dot: string }>
> = {
  running: { badge: 'bg-running-soft text-running', bar: 'bg-running', dot: 'text-running' },
  waiting: { badge: 'bg-waiting-soft text-waiting', bar: 'bg-waiting', dot: 'text-waiting' },
  suspended: { badge: 'bg-suspended-soft text-suspended', bar: 'bg-suspended', dot: 'text-suspended' },
  cancelled: { badge: 'bg-cancelled-soft text-cancelled', bar: 'bg-cancelled', dot: 'text-cancelled' },
  faulted: { badge: 'bg-faulted-soft text-faulted', bar: 'bg-faulted', dot: 'text-faulted' },
  completed: { badge: 'bg-completed-soft text-completed', bar: 'bg-completed', dot: 'text-completed' },
};

export function PhaseBadge({ status }: { readonly status: Phase | TaskStatus }) {
  const messages = useMessages();
  const tone = toneOf(status);
  return (
    <span
      className={`inline-flex items-center gap-1.5 rounded-full px-2.5 py-0.5 text-[12.5px] font-medium whitespace-nowrap ${toneClasses[tone].badge}`}
    >
      <StatusDot status={status} />
      {statusLabel(messages, status)}
    </span>
  );
}

/** @param still a dot that stands for the status as such, not for something that runs */
export function StatusDot({
  status,
  still = false,
}: {
  readonly status: Phase | TaskStatus;
  readonly still?: boolean;
}) {
  const beating = status === 'running' && !still ? 'beating' : '';
  const shape = status === 'skipped' || status === 'pending' ? 'border border-current' : 'bg-current';
  return (
    <span
      aria-hidden="true"
      className={`size-2 shrink-0 rounded-full ${shape} ${beating} ${toneClasses[toneOf(status)].dot}`}
    />
  );
}

export function statusLabel(messages: Messages, status: Phase | TaskStatus): string {
  switch (status) {
    case 'pending':
      return messages.phasePending;
    case 'running':
      return messages.phaseRunning;
    case 'waiting':
      return messages.phaseWaiting;
    case 'suspended':
      return messages.phaseSuspended;
    case 'cancelled':
      return messages.phaseCancelled;
    case 'faulted':
      return messages.phaseFaulted;
    case 'completed':
      return messages.phaseCompleted;
    case 'skipped':
      return messages.taskSkipped;
  }
}
