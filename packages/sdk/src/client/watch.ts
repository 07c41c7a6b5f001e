/**
 * Follows an execution. Versions count from 1 without gaps: an event is handed on only when its version is the next
 * one, so nothing is doubled and nothing is missed. The execution's last event ends the watch.
 */
import type { WatchOptions } from '../interface.ts';
import { afterOf, checkId } from '../query.ts';
import type { ExecutionEvent } from '../views.ts';
import { type FollowSettings, keepFollowing, parseMessage } from './keep-following.ts';
import { routes } from './routes.ts';
import type { Transport } from './transport.ts';

export async function* watch(
  transport: Transport,
  id: string,
  { after = 0, signal }: WatchOptions,
  settings: FollowSettings,
): AsyncGenerator<ExecutionEvent, void> {
  let last = afterOf({ after });
  const followed = {
    name: `the events of ${id}`,
    request: { route: routes.getExecutionEvents, id: checkId(id) },
    lastEventId: () => String(last),
    take(data: string) {
      const value = parseMessage(data, 'an event', isEvent);
      if (value.version <= last) return 'skip';
      if (value.version > last + 1) return 'gap';
      last = value.version;
      return { value, isLast: endsExecution(value) };
    },
  } as const;
  yield* keepFollowing(transport, followed, settings, signal);
}

function isEvent({ version, fact }: ExecutionEvent): boolean {
  return Number.isSafeInteger(version) && typeof fact.type === 'string';
}

/** Whether nothing can happen in the execution after this. */
function endsExecution({ fact: { type } }: ExecutionEvent): boolean {
  return type === 'execution.completed' || type === 'execution.faulted' || type === 'execution.cancelled';
}
