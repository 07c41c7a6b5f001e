/** Guards of limits taken away one by one, to see that the simulation misses each. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Store, WakeUp } from '../ports/store.ts';
import { ruleOf } from './shrink.ts';
import { type Plant, simulate } from './simulate.ts';

const planted = vi.hoisted(() => ({
  isBornLeased: false,
  needsNoPlace: false,
  isCountedFor: undefined as 'leased' | undefined,
  isGivenToOthers: false,
  areTurnsForgotten: false,
}));

vi.mock('../roles/places.ts', async (original) => {
  const places = await original<typeof import('../roles/places.ts')>();
  const createPlaces: typeof places.createPlaces = (settings) => {
    const real = places.createPlaces(settings);
    return {
      ...real,
      needsPlace: (workflow) => !planted.needsNoPlace && real.needsPlace(workflow),
      effectQueue: (...given) => (planted.isBornLeased ? undefined : real.effectQueue(...given)),
    };
  };
  return { ...places, createPlaces };
});

vi.mock('../drivers/rules.ts', async (original) => {
  const rules = await original<typeof import('../drivers/rules.ts')>();
  const takesPlace: typeof rules.takesPlace = (row, now) =>
    rules.takesPlace(row, now) || (planted.isCountedFor === 'leased' && row.lease !== null);
  const mayBeGranted: typeof rules.mayBeGranted = (row, now) =>
    !planted.isGivenToOthers && planted.isCountedFor === undefined && rules.mayBeGranted(row, now);
  return { ...rules, takesPlace, mayBeGranted };
});

vi.mock('../drivers/turns.ts', async (original) => {
  const turns = await original<typeof import('../drivers/turns.ts')>();
  const openTurns: typeof turns.openTurns = () => {
    const real = turns.openTurns();
    return {
      take: (...given) => (planted.areTurnsForgotten ? turns.openTurns() : real).take(...given),
      done: () => real.done(),
    };
  };
  return { ...turns, openTurns };
});

afterEach(() => {
  planted.isBornLeased = false;
  planted.needsNoPlace = false;
  planted.isCountedFor = undefined;
  planted.isGivenToOthers = false;
  planted.areTurnsForgotten = false;
});

async function expectBroken(plant: Plant, rules: readonly string[], seedsMax = 1_000): Promise<void> {
  for (let seed = 1; seed <= seedsMax; seed++) {
    const { violations } = await simulate(seed, { plant, stepsMax: 20_000 });
    const [first] = violations;
    if (first === undefined) continue;
    if (process.env.MILLRACE_TEST_FIGURES !== undefined)
      console.info(`${ruleOf(first)}, after ${seed} seeds`);
    return expect(rules).toContain(ruleOf(first));
  }
  expect.unreachable('no seed broke a rule');
}

/** Changes the rows of executions that wait for places before they are stored. */
function changing(change: (row: WakeUp) => WakeUp | undefined): (store: Store) => Store {
  return (store) => ({
    ...store,
    commit: (entries) =>
      store.commit(
        entries.map((entry) => ({
          ...entry,
          wakeUps: entry.wakeUps.flatMap((one) => {
            if (one.type === 'remove' || one.row.kind !== 'place') return [one];
            const row = change(one.row);
            return row === undefined ? [] : [{ type: 'put', row } as const];
          }),
        })),
      ),
  });
}

const tooMany = [
  'no more places of a limit are taken than there are',
  'no more executions of a workflow run than its limit says',
];
const stuck = ['no place stays free that somebody waits for', 'everything comes to rest'];

describe('the simulation misses', { timeout: 300_000 }, () => {
  it('a claim that takes one place more than there are', async () => {
    const shared = (store: Store): Store => ({
      ...store,
      claim: ({ limits = [], ...request }) =>
        store.claim({
          ...request,
          limits: limits.map(({ limit, placesMax }) => ({ limit, placesMax: placesMax + 1 })),
        }),
    });
    await expectBroken({ shared }, tooMany);
  });

  it('a call of a type that is limited and is begun without a claim', async () => {
    planted.isBornLeased = true;
    await expectBroken({}, ['no more places of a limit are taken than there are']);
  });

  it('an execution of a limited workflow that asks for no place', async () => {
    planted.needsNoPlace = true;
    await expectBroken({}, ['no more executions of a workflow run than its limit says']);
  });

  it('a place that goes to another while whoever was claimed for it may be granted it yet', async () => {
    planted.isGivenToOthers = true;
    await expectBroken({}, [...tooMany, 'places are given in the order in which they were asked for'], 4_000);
  });

  it('a place that a process which died does not give back', async () => {
    planted.isCountedFor = 'leased';
    await expectBroken({}, [...stuck, 'places are given in the order in which they were asked for']);
  });

  it('a place that an execution does not give back when it is cancelled or ends', async () => {
    const shared = (store: Store): Store => ({
      ...store,
      commit: (entries) =>
        store.commit(
          entries.map((entry) => ({
            ...entry,
            wakeUps: entry.wakeUps.filter(({ type, ...change }) => type !== 'remove' || !isPlace(change)),
          })),
        ),
    });
    await expectBroken({ shared }, ['the ledger holds what the state waits for']);
  });

  it('a place that is free and that nobody looks for', async () => {
    const around = (store: Store): Store => ({
      ...store,
      nextDue: async (kinds) => (kinds.includes('place') ? undefined : store.nextDue(kinds)),
    });
    await expectBroken({ around }, stuck);
  });

  it('places that go to those who asked last', async () => {
    // Mirrored at an instant before the simulation began, so that all are due and the last is the first.
    const shared = changing((row) => (row.due > latest ? row : { ...row, due: latest - row.due }));
    await expectBroken({ shared }, ['places are given in the order in which they were asked for']);
  });

  it('a limit that forgets whose turn it is among the workflows that it limits', async () => {
    planted.areTurnsForgotten = true;
    await expectBroken({}, ['queues of a limit take turns']);
  });
});

/** 2080-01-01T00:00:00Z: what is due later is due never. */
const latest = 3_471_292_800_000;

function isPlace(change: object): boolean {
  return 'id' in change && String(change.id).endsWith('/place');
}
