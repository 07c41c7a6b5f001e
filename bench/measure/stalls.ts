import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How long the event loop of this thread was held at most. */
export interface Stalls {
  /** by the clock: with the time in which other programs had the core */
  readonly stallMs: number;
  /** CPU time of this thread between two ticks of a timer: what it did itself */
  readonly stallCpuMs: number;
}

export interface StallWatch {
  /** the longest since the last call */
  take(): Stalls;
  stop(): void;
}

/** A timer of libuv's own looks every 2 ms how late it is, and one of Node's what was done since the last tick. */
export function watchStalls(): StallWatch {
  const histogram = monitorEventLoopDelay({ resolution: tickMs });
  histogram.enable();
  let cpuMs = threadCpuMs();
  let stallCpuMs = 0;
  const look = () => {
    const now = threadCpuMs();
    stallCpuMs = Math.max(stallCpuMs, now - cpuMs);
    cpuMs = now;
  };
  const timer = setInterval(look, tickMs);
  return {
    take() {
      look();
      const stalls = { stallMs: Math.max(0, histogram.max / 1e6 - tickMs), stallCpuMs };
      const none = histogram.count === 0;
      histogram.reset();
      stallCpuMs = 0;
      return none ? { ...stalls, stallMs: 0 } : stalls;
    },
    stop() {
      histogram.disable();
      clearInterval(timer);
    },
  };
}

const tickMs = 2;

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
