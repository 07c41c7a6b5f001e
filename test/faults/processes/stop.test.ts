import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Bench, expectAllEnd, openBench } from './under-load.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

describe('a server under load', { timeout: 120_000 }, () => {
  it('that is told to stop ends within its grace with code 0, and loses nothing that it acknowledged', async () => {
    const graceMs = 5_000;
    const { server, api } = await bench.start({ env: { MILLRACE_SHUTDOWN_GRACE_MS: String(graceMs) } });
    await bench.deploy(api);
    let over = false;
    const starting = bench.startWithoutEnd(api, () => over);
    await sleep(700);
    const toldAt = performance.now();
    const code = await server.stop();
    const tookMs = performance.now() - toldAt;
    over = true;
    const acknowledged = await starting;
    expect(code, server.output()).toBe(0);
    expect(tookMs).toBeLessThan(graceMs + 1_500);
    await expectAllEnd((await bench.start()).api, acknowledged);
  });
});
