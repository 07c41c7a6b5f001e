import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openMemoryStore } from '../drivers/memory/store.ts';
import { createChance } from '../simulation/chance.ts';
import { type Owner, SimQueue, settled } from '../simulation/sim-queue.ts';
import { createSimWorld } from '../simulation/sim-world.ts';
import { claimDue, Rounds } from './rounds.ts';

const sweepMs = 1_000;

/** Rounds whose ends the test decides. */
function open() {
  const queue = new SimQueue(createChance(1));
  const owner: Owner = { alive: true };
  const world = createSimWorld(queue, { ...createChance(2), happens: () => false }, owner);
  const errors: unknown[] = [];
  const begun: { readonly at: number; end(waitMs: number): void; fail(error: Error): void }[] = [];
  let swept = 0;
  const rounds = new Rounds({
    world,
    sweepMs,
    swept: () => {
      swept += 1;
    },
    round: () =>
      new Promise((end, fail) => {
        begun.push({ at: queue.elapsed, end, fail });
      }),
    onError: (error) => errors.push(error),
  });
  const advance = async (ms: number) => {
    queue.schedule({ alive: true }, ms, () => {});
    for (const until = queue.elapsed + ms; queue.elapsed < until; ) await queue.step();
    await settled();
  };
  const end = async (waitMs: number) => {
    begun.at(-1)?.end(waitMs);
    await settled();
  };
  return { rounds, begun, errors, advance, end, swept: () => swept };
}

describe('rounds', () => {
  it('begin at once, and again when the one before said', async () => {
    const { rounds, begun, advance, end, swept } = open();
    rounds.look();
    expect(begun.map(({ at }) => at)).toEqual([0]);
    await end(300);
    await advance(299);
    expect(begun).toHaveLength(1);
    await advance(2);
    expect(begun.map(({ at }) => at)).toEqual([0, 300]);
    expect(swept()).toBe(1);
  });

  it('begin at once when they are hinted at, and the time that was waited for counts no more', async () => {
    const { rounds, begun, advance, end } = open();
    rounds.look();
    await end(500);
    await advance(100);
    rounds.look();
    expect(begun.map(({ at }) => at)).toEqual([0, 100]);
    await advance(2_000);
    expect(begun).toHaveLength(2);
  });

  it('are one at a time, and a hint that comes meanwhile is followed by one more', async () => {
    const { rounds, begun, advance, end } = open();
    rounds.look();
    for (let hint = 0; hint < 3; hint++) rounds.look();
    await advance(5_000);
    expect(begun).toHaveLength(1);
    await end(sweepMs);
    await advance(1);
    expect(begun).toHaveLength(2);
    await end(sweepMs);
    await advance(sweepMs - 1);
    expect(begun).toHaveLength(2);
  });

  it('that fail say so, are none that has swept, and are tried again after a while', async () => {
    const { rounds, begun, errors, advance, swept } = open();
    rounds.look();
    begun[0]?.fail(new Error('no store'));
    await settled();
    expect(errors).toEqual([new Error('no store')]);
    await advance(sweepMs + 1);
    expect(begun).toHaveLength(2);
    expect(swept()).toBe(0);
  });

  it('that are stopped end with the one that is under way, whatever is hinted', async () => {
    const { rounds, begun, advance, end } = open();
    rounds.look();
    rounds.look();
    let ended = false;
    void rounds.stop().then(() => {
      ended = true;
    });
    await advance(10);
    expect(ended).toBe(false);
    await end(0);
    expect(ended).toBe(true);
    rounds.look();
    await advance(5_000);
    expect(begun).toHaveLength(1);
  });
});

describe('a claim of what is due', () => {
  it('asks for rows only where there is one, and says when to ask again', async () => {
    let now = 10_000;
    const calls: string[] = [];
    const memory = openMemoryStore({ now: () => now, hash: (text) => hash('sha256', text) });
    const store = {
      ...memory,
      claim: (request: Parameters<typeof memory.claim>[0]) => {
        calls.push('claim');
        return memory.claim(request);
      },
    };
    const request = { kinds: ['timer'], owner: 'me', leaseMs: 100, rowsMax: 2 } as const;
    expect(await claimDue(store, request, sweepMs)).toEqual({ rows: [], lagMs: 0, waitMs: sweepMs });
    const wakeUps = ['a', 'b', 'c'].map((id) => {
      const row = { id, execution: 'e', kind: 'timer', due: 10_400, attempt: 0, lease: null } as const;
      return { type: 'put', row: { ...row, unsafe: false, doubt: false, body: null } } as const;
    });
    await memory.commit([{ tenant: 'default', stream: 'e', wakeUps }]);
    expect(await claimDue(store, request, sweepMs)).toEqual({ rows: [], lagMs: 0, waitMs: 400 });
    expect(calls).toEqual([]);
    now = 10_450;
    const first = await claimDue(store, request, sweepMs);
    expect(first.rows.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(first).toMatchObject({ lagMs: 50, waitMs: 0 });
    expect(await claimDue(store, request, sweepMs)).toMatchObject({ rows: [{ id: 'c' }], waitMs: 100 });
  });

  it('looks again soon after one that others were at too, since what they took may lapse before the next sweep', async () => {
    let now = 10_000;
    const store = openMemoryStore({ now: () => now, hash: (text) => hash('sha256', text) });
    const wakeUps = ['a', 'b', 'c'].map((id) => {
      const row = { id, execution: 'e', kind: 'timer', due: 10_000, attempt: 0, lease: null } as const;
      return { type: 'put', row: { ...row, unsafe: false, doubt: false, body: null } } as const;
    });
    await store.commit([{ tenant: 'default', stream: 'e', wakeUps }]);
    const request = (owner: string, leaseMs: number, rowsMax: number) =>
      ({ kinds: ['timer'], owner, leaseMs, rowsMax }) as const;
    await claimDue(store, request('killed', 500, 1), sweepMs);
    const mine = await claimDue(store, request('me', 5_000, 10), sweepMs);
    expect(mine.rows).toHaveLength(2);
    now += mine.waitMs;
    const look = await claimDue(store, request('me', 5_000, 10), sweepMs);
    expect(now + look.waitMs).toBe(10_500);
    now += look.waitMs;
    // A third has just taken it.
    const taken = { ...store, claim: async () => [] };
    expect(await claimDue(taken, request('me', 5_000, 10), 60_000)).toMatchObject({
      rows: [],
      waitMs: 1_000,
    });
    const limits = [{ limit: 'workflow:shop/order', placesMax: 1 }];
    const limited = { ...request('me', 5_000, 10), limits };
    expect(await claimDue(taken, limited, 60_000)).toMatchObject({ rows: [], waitMs: 60_000 });
  });
});
