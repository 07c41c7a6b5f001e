/** Guards of what is told to clients, to listeners and to children, taken away one by one, to see that the simulation misses each. */
import { hash } from 'node:crypto';
import * as core from '@millrace/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { commitContent } from '../ports/commit-content.ts';
import type { Commit, Entry, Store } from '../ports/store.ts';
import { type Plant, simulate } from './simulate.ts';

type Command = core.Command;

const planted = vi.hoisted(() => ({
  isToldEarly: false,
  isToldNothing: false,
  childOf: undefined as ((execution: string) => string) | undefined,
}));

const terminalFact = /"execution\.(completed|faulted|cancelled)"/;

vi.mock('../roles/worker.ts', async (original) => {
  const { Worker } = await original<typeof import('../roles/worker.ts')>();
  class PlantedWorker extends Worker {
    override durablePhase(tenant: string, execution: string): core.Phase | undefined {
      if (!planted.isToldEarly) return super.durablePhase(tenant, execution);
      for (const live of this.inspect())
        if (live.tenant === tenant && live.id === execution) return core.phaseOf(live.state);
      return undefined;
    }
    override submit(...given: Parameters<InstanceType<typeof Worker>['submit']>) {
      const [tenant, execution, command, row] = given;
      const id = isStartOfChild(command) ? (planted.childOf?.(execution) ?? execution) : execution;
      return super.submit(tenant, id, command, row);
    }
  }
  return { Worker: PlantedWorker };
});

vi.mock('../roles/feed.ts', async (original) => {
  const { Feed } = await original<typeof import('../roles/feed.ts')>();
  class PlantedFeed extends Feed {
    override end(...given: Parameters<InstanceType<typeof Feed>['end']>): void {
      if (!planted.isToldNothing) super.end(...given);
    }
    override publish(...given: Parameters<InstanceType<typeof Feed>['publish']>): void {
      if (!planted.isToldNothing || !terminalFact.test(given[0].body)) super.publish(...given);
    }
  }
  return { Feed: PlantedFeed };
});

afterEach(() => {
  planted.isToldEarly = false;
  planted.isToldNothing = false;
  planted.childOf = undefined;
});

/** The rules that the first run breaks that breaks any. */
async function broken(plant: Plant = {}, seedsMax = 400): Promise<readonly string[]> {
  for (let seed = 1; seed <= seedsMax; seed++) {
    const { violations } = await simulate(seed, { plant, stepsMax: 20_000 });
    if (violations.length === 0) continue;
    const rules = violations.map((each) => each.slice(0, each.indexOf(':')));
    if (process.env.MILLRACE_TEST_FIGURES !== undefined) console.info(`${rules[0]}, after ${seed} seeds`);
    return rules;
  }
  return [];
}

describe('the simulation misses', { timeout: 300_000 }, () => {
  it('an end that is told before it is durable', async () => {
    planted.isToldEarly = true;
    expect(await broken()).toContain('a wait without a limit is answered with an end');
  });

  it('an end that those who wait for it do not hear of', async () => {
    planted.isToldNothing = true;
    expect(await broken()).toContain('who waits for an end is told of it');
  });

  it('a child that has another id each time that it is started', async () => {
    let started = 0;
    planted.childOf = (execution) => `${execution}-${started++}`;
    expect(await broken()).toContain('a child that is waited for moves');
  });

  it('an event that is stored again when it is published twice', async () => {
    const rules = await broken({ shared: storingAgain });
    expect(rules.some((rule) => caught.has(rule))).toBe(true);
  });

  it('a log that tells of two events in the other order', async () => {
    expect(await broken({ around: swappingEvents })).toContain('events are consumed in their order');
  });

  it('a listener that is given what came before its execution', async () => {
    const around = (store: Store): Store => ({
      ...store,
      listeners: async (...given) => {
        const page = await store.listeners(...given);
        return { ...page, rows: page.rows.map((row) => ({ ...row, position: 0 })) };
      },
    });
    expect(await broken({ around })).toContain('events are consumed in their order');
  });
});

const caught = new Set([
  'no event is consumed twice',
  'events are consumed in their order',
  'no event is lost',
  'an event starts no run twice',
]);

function isStartOfChild(command: Command): boolean {
  return command.type === 'execution.start' && command.parent !== undefined;
}

/** An event whose stream is not empty goes into another one. */
function storingAgain(store: Store): Store {
  let again = 0;
  const moved = (entry: Entry): Entry => {
    const { tenant, commit } = entry;
    if (commit === undefined) return entry;
    const stream = `${entry.stream}-${again++}`;
    const id = hash('sha256', commitContent('', tenant, stream, commit));
    return { ...entry, stream, commit: { ...commit, id } };
  };
  return {
    ...store,
    async commit(entries) {
      const results = [...(await store.commit(entries))];
      for (const [at, entry] of entries.entries()) {
        if (results[at]?.type !== 'refused' || !entry.stream.startsWith('@event/')) continue;
        const [result] = await store.commit([moved(entry)]);
        if (result !== undefined) results[at] = result;
      }
      return results;
    },
  };
}

function swappingEvents(store: Store): Store {
  return {
    ...store,
    async tail(cursor, rowsMax) {
      const page = await store.tail(cursor, rowsMax);
      const commits: Commit[] = [...page.commits];
      for (let at = 1; at < commits.length; at++) {
        const [one, other] = [commits[at - 1] as Commit, commits[at] as Commit];
        if (!one.stream.startsWith('@event/') || !other.stream.startsWith('@event/')) continue;
        commits[at - 1] = { ...other, position: one.position };
        commits[at] = { ...one, position: other.position };
      }
      return { ...page, commits };
    },
  };
}
