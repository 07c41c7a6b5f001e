import { hash } from 'node:crypto';
import type { World } from '../ports/world.ts';
import type { Chance } from './chance.ts';
import type { Owner, SimQueue } from './sim-queue.ts';

/**
 * The world of one simulated process: all that it schedules vanishes when it dies. Timers may come a millisecond
 * early, as those of Node do when measured by the wall clock.
 */
export function createSimWorld(queue: SimQueue, chance: Chance, owner: Owner): World {
  return {
    now: () => queue.now,
    elapsed: () => queue.elapsed,
    after: (ms, run) => queue.schedule(owner, chance.happens(0.05) ? ms - 1 : ms, run),
    soon: (run) => void queue.schedule(owner, 0, run),
    random: () => chance.next(),
    id: () => idOf(queue.now, chance),
    hash: (text) => hash('sha256', text),
  };
}

/** Sorts by time, as the real ids do. */
function idOf(now: number, chance: Chance): string {
  const time = now.toString(16).padStart(12, '0');
  const random = () =>
    Math.floor(chance.next() * 4_294_967_296)
      .toString(16)
      .padStart(8, '0');
  return `${time}-${random()}${random()}`;
}
