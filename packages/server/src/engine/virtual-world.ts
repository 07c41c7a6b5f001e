/**
 * Virtual time: a world whose clock goes on as ever, and leaps over the time in which nothing is to do but to wait. For
 * trying workflows that wait for days; the clock of everybody else is left behind.
 */
import type { World } from '../ports/world.ts';

export interface VirtualWorld extends World {
  /** Puts the clock forward to an instant (epoch ms), and brings everything that waits nearer by as much. */
  leapTo(instant: number): void;
}

interface Waiting {
  /** by the virtual `elapsed` */
  readonly at: number;
  readonly run: () => void;
  cancel: () => void;
}

export function virtualWorld(real: World): VirtualWorld {
  let offset = 0;
  const waiting = new Set<Waiting>();
  const elapsed = () => real.elapsed() + offset;
  const wait = (entry: Waiting) => {
    entry.cancel = real.after(Math.max(0, entry.at - elapsed()), () => {
      waiting.delete(entry);
      entry.run();
    });
  };
  return {
    ...real,
    now: () => real.now() + offset,
    elapsed,
    after(ms, run) {
      const entry: Waiting = { at: elapsed() + ms, run, cancel: () => {} };
      waiting.add(entry);
      wait(entry);
      return () => {
        waiting.delete(entry);
        entry.cancel();
      };
    },
    leapTo(instant) {
      const ms = Math.floor(instant - (real.now() + offset));
      if (ms <= 0) return;
      offset += ms;
      for (const entry of waiting) {
        entry.cancel();
        wait(entry);
      }
    },
  };
}
