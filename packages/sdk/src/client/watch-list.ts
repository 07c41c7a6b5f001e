/**
 * Follows what happens to executions, without an end. A new connection goes on after the last position, so nothing is
 * missed; what a lost one had told already may be told again, which a list bears. `open` is handed on once.
 */
import type { WatchListOptions } from '../interface.ts';
import type { ExecutionChange } from '../views.ts';
import { type FollowSettings, keepFollowing, parseMessage } from './keep-following.ts';
import { routes } from './routes.ts';
import type { Transport } from './transport.ts';

export async function* watchList(
  transport: Transport,
  { after, signal }: WatchListOptions,
  settings: FollowSettings,
): AsyncGenerator<ExecutionChange, void> {
  let position = after;
  let isOpened = false;
  const followed = {
    name: 'the changes of executions',
    request: { route: routes.followExecutions },
    lastEventId: () => position,
    take(data: string) {
      const value = parseMessage(data, 'a change', isChange);
      position = value.position;
      if (value.type === 'open' && isOpened) return 'skip';
      isOpened = true;
      return { value, isLast: false };
    },
  } as const;
  yield* keepFollowing(transport, followed, settings, signal);
}

function isChange({ position, type }: ExecutionChange): boolean {
  return typeof position === 'string' && typeof type === 'string';
}
