import { expect, it } from 'vitest';
import { createPulses } from './pulses.ts';

it('a part that has been silent for longer than it may does not run, and is well again when it does', () => {
  let now = 0;
  const pulses = createPulses(() => now, 10_000);
  pulses.beat('timer');
  pulses.beat('executor');
  now = 8_000;
  pulses.beat('executor');
  now = 12_400;
  expect(pulses.checks()).toEqual({
    timer: { ok: false, detail: 'it has not looked for work for 12 s' },
    executor: { ok: true },
  });
  pulses.beat('timer');
  expect(pulses.checks().timer).toEqual({ ok: true });
});
