import { hash, randomFillSync } from 'node:crypto';
import type { World } from '../ports/world.ts';
import { steadyClock } from './steady-clock.ts';

/** The real world: this machine's clock, timers and chance. */
export function systemWorld(): World {
  return {
    now: steadyClock(Date.now, () => performance.now()),
    elapsed: () => performance.now(),
    after(ms, run) {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    soon: (run) => void setImmediate(run),
    random: () => Math.random(),
    id: uuidVersion7,
    hash: (text) => hash('sha256', text),
  };
}

const noise = new Uint8Array(4096);
let used = noise.length;

/** UUID version 7 (RFC 9562): 48 bits of epoch ms, then chance; text order is order of time. */
function uuidVersion7(): string {
  if (used + 10 > noise.length) {
    randomFillSync(noise);
    used = 0;
  }
  const random = Buffer.from(noise.buffer, noise.byteOffset + used, 10).toString('hex');
  used += 10;
  const time = Date.now().toString(16).padStart(12, '0');
  const variant = (8 + (Number.parseInt(random[3] as string, 16) & 3)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}
