import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { pause } from './pause.ts';
import { systemWorld } from './system-world.ts';

describe('a pause', () => {
  it('leaves nothing at its signal when its time is over, nor when it was aborted', async () => {
    const ending = new AbortController();
    const listeners = () => getEventListeners(ending.signal, 'abort').length;
    for (let each = 0; each < 20; each += 1) await pause(systemWorld(), 0, ending.signal);
    expect(listeners()).toBe(0);
    const long = pause(systemWorld(), 3_600_000, ending.signal);
    expect(listeners()).toBe(1);
    ending.abort();
    await long;
    expect(listeners()).toBe(0);
    await pause(systemWorld(), 3_600_000, ending.signal);
  });
});
