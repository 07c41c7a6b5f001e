import type { Check } from '@millrace/core';

/** When the parts of this process last did what they are there for. */
export interface Pulses {
  /** A part says so whenever it has looked through the store. */
  beat(part: string): void;
  /** From now on the part is no more at work, and need not be. */
  end(): void;
  checks(): Readonly<Record<string, Check>>;
}

/** `elapsed` gives ms that only grow; a part that is silent for longer than `silentMsMax` does not run. */
export function createPulses(elapsed: () => number, silentMsMax: number): Pulses {
  const beats = new Map<string, number>();
  let ended = false;
  return {
    beat: (part) => void beats.set(part, elapsed()),
    end: () => {
      ended = true;
    },
    checks: () =>
      Object.fromEntries([...beats].map(([part, at]) => [part, checkOf(elapsed() - at, silentMsMax, ended)])),
  };
}

function checkOf(silentMs: number, silentMsMax: number, ended: boolean): Check {
  if (ended) return { ok: false, detail: 'it was stopped' };
  if (silentMs <= silentMsMax) return { ok: true };
  return { ok: false, detail: `it has not looked for work for ${Math.round(silentMs / 1_000)} s` };
}
