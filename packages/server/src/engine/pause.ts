import type { World } from '../ports/world.ts';

/** Resolves after a time, or at once when it is aborted; nothing is left at the signal, which may outlive many pauses. */
export function pause(world: Pick<World, 'after'>, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = world.after(ms, end);
    signal.addEventListener('abort', end);
  });
}
