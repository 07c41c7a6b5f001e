/** Guards of events taken away one by one, to see that the simulation misses each. */
import type * as core from '@millrace/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Store } from '../ports/store.ts';
import { type Plant, simulate } from './simulate.ts';

type Decide = typeof import('@millrace/core').decide;

const planted = vi.hoisted(() => ({ decide: undefined as ((real: Decide) => Decide) | undefined }));

vi.mock('@millrace/core', async (original) => {
  const core = await original<typeof import('@millrace/core')>();
  const decide: Decide = (...given) => (planted.decide?.(core.decide) ?? core.decide)(...given);
  return { ...core, decide };
});

afterEach(() => {
  planted.decide = undefined;
});

function consumedOf({ consumed }: Pick<core.ExecutionState, 'consumed'>): Readonly<Record<string, 1>> {
  return consumed ?? {};
}

/** The rules that the first run breaks that breaks any. */
async function broken(plant: Plant, { seedsMax = 400, from = 1 } = {}): Promise<readonly string[]> {
  for (let seed = from; seed < from + seedsMax; seed++) {
    const { violations } = await simulate(seed, { plant, stepsMax: 20_000 });
    if (violations.length > 0) return violations.map((each) => each.slice(0, each.indexOf(':')));
  }
  return [];
}

describe('the simulation misses', { timeout: 300_000 }, () => {
  it('a decision that takes an event again', async () => {
    planted.decide = (real) => (state, command, options) => {
      if (command.type !== 'event.deliver') return real(state, command, options);
      const { consumed } = state;
      // Folded in place, as the rules do it; what it has consumed is hidden from them and put back.
      delete state.consumed;
      const decided = real(state, command, options);
      Object.assign(state, { consumed: { ...consumed, ...consumedOf(state) } });
      if (Object.keys(consumedOf(state)).length === 0) delete state.consumed;
      return decided;
    };
    expect(await broken({})).toContain('no event is consumed twice');
  });

  it('an inbox that has lost what came before a listener', async () => {
    const around = (store: Store): Store => ({
      ...store,
      documents: async (tenant, collection, query) =>
        collection === 'earlier-events' ? { rows: [] } : store.documents(tenant, collection, query),
    });
    const rules = await broken({ around });
    expect(rules.some((rule) => rule === 'no event is lost' || rule === 'everything comes to rest')).toBe(
      true,
    );
  });

  it('a place in the log that moves on before what it passes is delivered', async () => {
    const around = (store: Store): Store => ({
      ...store,
      document: async (tenant, collection, key) => {
        const stored = await store.document(tenant, collection, key);
        if (collection !== 'matcher' || stored === undefined) return stored;
        const parsed = JSON.parse(stored.body) as Readonly<Record<string, unknown>>;
        const body = JSON.stringify({ ...parsed, cursor: await store.end() });
        return { ...stored, body };
      },
    });
    const rules = await broken({ around });
    expect(rules.some((rule) => rule === 'no event is lost' || rule === 'everything comes to rest')).toBe(
      true,
    );
  });

  it('a store that tells of a listener no more than once in two', async () => {
    let asked = 0;
    const around = (store: Store): Store => ({
      ...store,
      listeners: async (...given) => (asked++ % 2 === 0 ? store.listeners(...given) : { rows: [] }),
    });
    const rules = await broken({ around });
    const lost = ['no event is lost', 'everything comes to rest', 'events are consumed in their order'];
    expect(lost.some((rule) => rules.includes(rule))).toBe(true);
  });

  it('a matcher that forgets what is in use', async () => {
    const around = (store: Store): Store => ({
      ...store,
      executions: async (tenant, query) =>
        query.definition === undefined ? store.executions(tenant, query) : { rows: [] },
      listeners: async (tenant, keys, query) =>
        keys.some(({ key }) => key !== undefined) ? store.listeners(tenant, keys, query) : { rows: [] },
    });
    const rules = await broken({ around });
    expect(rules.some((rule) => rule === 'no event is lost' || rule === 'everything comes to rest')).toBe(
      true,
    );
  });

  it('a definition that was found in the log and is not known to whoever leads next', async () => {
    const around = (store: Store): Store => ({
      ...store,
      putDocument: async (tenant, collection, key, body, revision) =>
        collection === 'listening-definitions' && body === '' && revision === undefined
          ? { type: 'stored', revision: 1 }
          : store.putDocument(tenant, collection, key, body, revision),
    });
    // Whoever leads next must not have found it itself: one seed in some ten thousand.
    const rules = await broken({ around }, { seedsMax: 2_000, from: 102_700 });
    expect(rules.some((rule) => rule === 'no event is lost' || rule === 'everything comes to rest')).toBe(
      true,
    );
  });
});
