import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { type LiveExecution, LiveExecutions, newLive } from './live-execution.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const roomy = { executionsMax: 1e6, liveBytesMax: 1e9 };

function fill(
  kept: LiveExecutions,
  count: number,
  change: (live: LiveExecution) => void = () => {},
  from = 0,
) {
  return Array.from({ length: count }, (_, made) => {
    const live = newLive('t', `e${from + made}`);
    change(live);
    kept.add(live);
    return live;
  });
}

/** In a frame of its own, which holds on to none of them. */
function fillAndRetire(kept: LiveExecutions, count: number): WeakRef<LiveExecution>[] {
  const all: LiveExecution[] = [];
  for (let made = 0; made < count; made++) {
    const [live] = fill(kept, 1, (one) => (one.durable = 'completed'), made);
    if (live === undefined) continue;
    // Some are retired at once, others when they have left already.
    if (made % 2 === 0) kept.retire(live);
    all.push(live);
  }
  for (const live of all) kept.retire(live);
  return all.map((live) => new WeakRef(live));
}

describe('the executions in memory', () => {
  it('let those go that have ended, once others have ended after them', () => {
    const kept = new LiveExecutions(roomy);
    for (const live of fill(kept, 5_000)) kept.retire(live);
    expect(kept.size).toBeLessThan(2_048);
    expect(kept.get('t', 'e4999')).toBeDefined();
    expect(kept.get('t', 'e0')).toBeUndefined();
  });

  it('hold on to nothing that has left, however it left', async () => {
    const kept = new LiveExecutions({ executionsMax: 100, liveBytesMax: 1e9 });
    const left = fillAndRetire(kept, 500);
    // Weak references live until the turn is over.
    await delay(0);
    collectGarbage();
    await delay(0);
    collectGarbage();
    expect(kept.size).toBeLessThanOrEqual(101);
    expect(left.filter((reference) => reference.deref() !== undefined).length).toBeLessThanOrEqual(kept.size);
  });

  it('keep the number and the bytes within their bounds', () => {
    const kept = new LiveExecutions({ executionsMax: 10, liveBytesMax: 1_000 });
    fill(kept, 50, (live) => (live.bytes = 150));
    expect(kept.size).toBeLessThanOrEqual(6);
    fill(kept, 50);
    expect(kept.size).toBeLessThanOrEqual(10);
  });

  it('keep the one in use and all whose commits are under way', () => {
    const kept = new LiveExecutions({ executionsMax: 10, liveBytesMax: 1e9 });
    const pending = fill(kept, 30, (live) => (live.pending = 1));
    expect(kept.size).toBe(30);
    for (const live of pending) live.pending = 0;
    kept.add(newLive('t', 'more'));
    kept.add(newLive('t', 'most'));
    expect(kept.get('t', 'most')).toBeDefined();
  });

  it('part with the ended first, then with those that were not used for longest', () => {
    const kept = new LiveExecutions({ executionsMax: 10, liveBytesMax: 1e9 });
    fill(kept, 10, (live) => (live.durable = live.id < 'e5' ? 'completed' : 'waiting'));
    kept.add(newLive('t', 'one'));
    expect(['e5', 'e6', 'e7', 'e8', 'e9'].map((id) => kept.get('t', id)?.id)).not.toContain(undefined);
  });
});
