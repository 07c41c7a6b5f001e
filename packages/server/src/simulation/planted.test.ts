/**
 * Guards taken away one by one, in the real code's own path, to see that the simulation misses them. A check that
 * was never seen to fail proves nothing.
 */
import { hash } from 'node:crypto';
import * as core from '@millrace/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { commitContent } from '../ports/commit-content.ts';
import type { Entry, Store } from '../ports/store.ts';
import type { EffectTask } from '../roles/rows.ts';
import type { Submitted } from '../roles/worker-options.ts';
import { ruleOf, shrink } from './shrink.ts';
import { caseOf, type Plant, simulate } from './simulate.ts';

type Decide = typeof import('@millrace/core').decide;
type Command = Parameters<Decide>[1];
type Submit = (command: Command, suffix?: string) => Promise<Submitted>;

const planted = vi.hoisted(() => ({
  decide: undefined as ((real: Decide) => Decide) | undefined,
  task: undefined as ((task: EffectTask) => EffectTask) | undefined,
  wants: undefined as boolean | undefined,
  submit: undefined as ((command: Command, submit: Submit) => ReturnType<Submit>) | undefined,
}));

vi.mock('@millrace/core', async (original) => {
  const core = await original<typeof import('@millrace/core')>();
  const decide: Decide = (...given) => (planted.decide?.(core.decide) ?? core.decide)(...given);
  return { ...core, decide };
});

vi.mock('../roles/executor.ts', async (original) => {
  const { Executor } = await original<typeof import('../roles/executor.ts')>();
  class PlantedExecutor extends Executor {
    override take(task: EffectTask): void {
      super.take(planted.task?.(task) ?? task);
    }
  }
  return { Executor: PlantedExecutor };
});

vi.mock('../roles/worker.ts', async (original) => {
  const { Worker } = await original<typeof import('../roles/worker.ts')>();
  class PlantedWorker extends Worker {
    override wants(tenant: string, execution: string, effect: number): boolean {
      return planted.wants ?? super.wants(tenant, execution, effect);
    }
    override submit(
      ...[tenant, execution, command, row]: Parameters<InstanceType<typeof Worker>['submit']>
    ): Promise<Submitted> {
      const submit: Submit = (one, suffix = '') => super.submit(tenant, `${execution}${suffix}`, one, row);
      return planted.submit?.(command, submit) ?? submit(command);
    }
  }
  return { Worker: PlantedWorker };
});

afterEach(() => {
  planted.decide = undefined;
  planted.task = undefined;
  planted.wants = undefined;
  planted.submit = undefined;
});

/** The first rule that a run breaks, and how many seeds it took. */
async function firstBroken(plant: Plant, seedsMax: number): Promise<{ rule: string; seeds: number }> {
  for (let seed = 1; seed <= seedsMax; seed++) {
    const { violations } = await simulate(seed, { plant, stepsMax: 8_000 });
    const [first] = violations;
    if (first !== undefined) return { rule: first.slice(0, first.indexOf(':')), seeds: seed };
  }
  return { rule: 'none', seeds: seedsMax };
}

async function expectBroken(plant: Plant, rules: readonly string[], seedsMax = 1_000): Promise<void> {
  const { rule, seeds } = await firstBroken(plant, seedsMax);
  if (process.env.MILLRACE_TEST_FIGURES !== undefined) console.info(`${rule}, after ${seeds} seeds`);
  expect(rules).toContain(rule);
}

describe('a case that breaks a rule', { timeout: 300_000 }, () => {
  it('is made smaller, and breaks the same rule', async () => {
    planted.task = (task) => ({ ...task, lease: { ...task.lease, until: Number.MAX_SAFE_INTEGER } });
    const rule = 'no deed begins under a lapsed lease';
    for (let seed = 1; seed <= 300; seed++) {
      const { violations } = await simulate(seed);
      if (!violations.some((violation) => ruleOf(violation) === rule)) continue;
      const given = caseOf(seed);
      const shrunk = await shrink(given, { runsMax: 60 });
      const again = await simulate(shrunk?.found ?? given);
      expect(again.violations.map(ruleOf)).toContain(shrunk?.rule);
      expect(shrunk?.found.scenario.acts.length).toBeLessThan(given.scenario.acts.length);
      return;
    }
    expect.unreachable('no seed broke the rule');
  });
});

describe('the simulation misses a store that', { timeout: 300_000 }, () => {
  it('accepts a commit by its version alone', async () => {
    await expectBroken({ shared: acceptingByVersion }, [
      'a live state is the fold of the log',
      'the log folds',
      'an effect has one recorded result',
      "an execution's row agrees with its log",
      'instants of a stream do not go back',
      'a suspended execution does not advance',
      'the ledger holds what the state waits for',
      'roles meet no error but an outage',
      'an end is final',
      'every open execution has a reason to move again',
      'a cancel that was acknowledged is in the log',
    ]);
  });

  it('leases a row that is leased', async () => {
    await expectBroken({ shared: claimingTwice }, ['a row that is leased is not claimed by another']);
  });

  it('forgets the timer of a commit', async () => {
    const shared = changing((change) => change.type === 'put' && change.row.kind === 'timer');
    await expectBroken({ shared }, ['the ledger holds what the state waits for']);
  });

  it('forgets that a cancelled effect gives up its row', async () => {
    const shared = changing((change) => change.type === 'remove' && /\/\d+$/.test(change.id));
    await expectBroken({ shared }, ['the ledger holds what the state waits for']);
  });

  it('claims a row that is in doubt', async () => {
    await expectBroken({ shared: claimingDoubted }, [
      'an unsafe deed is done at most once',
      'no deed begins without a lease',
    ]);
  });

  it('changes what it was given', async () => {
    await expectBroken({ shared: changingBodies }, ['a commit has the id of its content', 'the log folds']);
  });

  it('does not say that a timer is due', async () => {
    const around = (store: Store): Store => ({
      ...store,
      nextDue: async (kinds) => (kinds.includes('timer') ? undefined : store.nextDue(kinds)),
    });
    await expectBroken({ around }, ['everything comes to rest', 'a schedule is looked at in time']);
  });

  it('loses a commit that it has acknowledged', async () => {
    await expectBroken({ around: losingCommits }, [
      'what was answered is durable',
      'a live state without pending commits is durable',
      'no deed begins without a lease',
      'an acknowledged execution is never missing',
    ]);
  });

  it('answers before a commit is durable', async () => {
    await expectBroken({ around: answeringEarly }, [
      'a live state without pending commits is durable',
      'what was answered is durable',
      'no deed begins without a lease',
    ]);
  });

  it('hides a refusal', async () => {
    await expectBroken({ around: hidingRefusals }, [
      'a live state is the fold of the log',
      'a live state without pending commits is durable',
      'an end that was told is in the log',
      'what was answered is durable',
      'no deed begins without a lease',
      'an only process is never behind the log',
      'a cancel that was acknowledged is in the log',
      // Whoever is told that a refused commit is stored does not try again.
      'everything comes to rest',
    ]);
  });
});

describe('the simulation misses a log that', { timeout: 300_000 }, () => {
  it('skips a commit for those who read its tail', async () => {
    await expectBroken({ around: skippingInTail }, [
      'a follower is given every event once, in order',
      'a follower has seen all when all rests',
      // The matcher reads the tail as well: who waits for an event that it misses does not go on.
      'everything comes to rest',
    ]);
  });
});

describe('the simulation misses rules that', { timeout: 300_000 }, () => {
  it('record the result of an effect twice', async () => {
    planted.decide = (real) => (state, command, options) => {
      const isSpent = command.type === 'effect.complete' && state.effects[command.effect] === undefined;
      if (!isSpent || state.version === 0) return real(state, command, options);
      state.effects[command.effect] = null;
      return real(state, command, options);
    };
    await expectBroken({}, ['an effect has one recorded result', 'a live state is the fold of the log']);
  });

  it('let a late result go on', async () => {
    planted.decide = (real) => (state, command, options) => {
      const decided = real(state, command, options);
      if (command.type !== 'effect.complete' || decided.type === 'refused') return decided;
      const facts = decided.facts.map((fact) =>
        fact.type === 'effect.abandoned'
          ? ({ type: 'effect.completed', effect: fact.effect, output: fact.output ?? null } as const)
          : fact,
      );
      return { ...decided, facts };
    };
    await expectBroken({}, [
      'an end is final',
      'the log folds',
      'a live state is the fold of the log',
      'a recorded result is what the deed yielded',
    ]);
  });

  it('fire a timer a second early', async () => {
    planted.decide = (real) => (state, command, options) => {
      const { now } = options.moment;
      const isNear =
        command.type === 'timers.fire' && state.due !== null && state.due > now && state.due < now + 1_000;
      const moment = isNear ? { ...options.moment, now: state.due ?? now } : options.moment;
      return real(state, command, { ...options, moment });
    };
    await expectBroken({}, ['nothing that waits for an instant comes early']);
  });

  it('give a repeated deed a new key while nobody knows what became of the first', async () => {
    planted.decide = (real) => (state, command, options) => {
      const decided = real(state, command, options);
      if (decided.type === 'refused') return decided;
      for (const fact of decided.facts)
        if (fact.type === 'effect.requested') Reflect.deleteProperty(fact, 'keyOf');
      for (const task of Object.values(state.tasks)) if (task.kind === 'call') delete task.keyOf;
      return decided;
    };
    await expectBroken({}, ['a key changes only when its outcome is recorded']);
  });
});

describe('the simulation misses rules that forget a phase and', { timeout: 300_000 }, () => {
  it('go on while an execution is suspended', async () => {
    planted.decide = (real) => (state, command, options) => {
      if (state.phase !== 'suspended' || command.type !== 'effect.complete')
        return real(state, command, options);
      state.phase = 'running';
      const decided = real(state, command, options);
      if (state.phase === 'running') state.phase = 'suspended';
      return decided;
    };
    await expectBroken({}, ['a suspended execution does not advance', 'a live state is the fold of the log']);
  });

  it('cancel what has ended', async () => {
    planted.decide = (real) => (state, command, options) => {
      const ended = state.phase === 'completed' || state.phase === 'faulted';
      if (!ended || command.type !== 'execution.cancel') return real(state, command, options);
      const fact = { type: 'execution.cancelled' } as const;
      core.evolve(state, fact, options.moment.now);
      return { type: 'decided', facts: [fact], revoked: [], bytes: 0 } as const;
    };
    await expectBroken({}, ['an end is final']);
  });

  it('record another result than the deed yielded', async () => {
    planted.decide = (real) => (state, command, options) => {
      if (command.type !== 'effect.complete' || command.outcome.type !== 'completed')
        return real(state, command, options);
      const outcome = { ...command.outcome, output: { n: 0, trace: [] } };
      return real(state, { ...command, outcome }, options);
    };
    await expectBroken({}, ['a recorded result is what the deed yielded']);
  });

  it('give two deeds one key', async () => {
    planted.decide = (real) => (state, command, options) => {
      const decided = real(state, command, options);
      if (decided.type === 'refused') return decided;
      for (const fact of decided.facts)
        if (fact.type === 'effect.requested') Object.assign(fact, { keyOf: 1 });
      return decided;
    };
    await expectBroken({}, [
      'a key stands for one deed',
      'a key goes on only while its outcome is unknown',
      'a live state is the fold of the log',
    ]);
  });
});

describe('the simulation misses parents and children of which', { timeout: 300_000 }, () => {
  it('the store forgets what they are to be told', async () => {
    const shared = changing((change) => change.type === 'put' && change.row.kind === 'send');
    await expectBroken({ shared }, [
      'a child that is waited for moves',
      'no child is left running without its parent',
    ]);
  });

  it('the row of what is to be told goes before it was told', async () => {
    await expectBroken({ shared: forgettingLeasedSends }, [
      'a child that is waited for moves',
      'every open execution has a reason to move again',
      'no child is left running without its parent',
    ]);
  });

  it('one that is taken back before it was started may still be started', async () => {
    planted.decide = (real) => (state, command, options) =>
      command.type === 'child.withdraw' && state.version === 0
        ? { type: 'decided', facts: [], revoked: [], bytes: 0 }
        : real(state, command, options);
    await expectBroken({}, ['no child is left running without its parent'], 2_000);
  });

  it('the end counts twice', async () => {
    planted.decide = (real) => (state, command, options) => {
      const isSpent = command.type === 'child.complete' && state.children?.[command.child] === undefined;
      if (!isSpent || state.phase !== 'running') return real(state, command, options);
      const { child, outcome } = command;
      const output = outcome.type === 'completed' ? outcome.output : null;
      return { type: 'decided', facts: [{ type: 'child.completed', child, output }], revoked: [], bytes: 0 };
    };
    await expectBroken({}, ['the log folds', 'a live state is the fold of the log']);
  });

  it('a cancel does not go down', async () => {
    planted.decide = (real) => (state, command, options) =>
      command.type === 'child.withdraw'
        ? { type: 'decided', facts: [], revoked: [], bytes: 0 }
        : real(state, command, options);
    await expectBroken({}, ['no child is left running without its parent']);
  });
});

describe('the simulation misses a schedule of which', { timeout: 300_000 }, () => {
  const sourceOf = (command: Command) =>
    command.type === 'execution.start' ? command.cause?.source : undefined;
  const isRun = (command: Command) => sourceOf(command) !== undefined && sourceOf(command) !== 'on';

  it('a run for an event is noted and not started', async () => {
    planted.submit = (command, submit) =>
      sourceOf(command) === 'on'
        ? Promise.resolve({ type: 'done', facts: 0, status: 'running', state: core.emptyState() })
        : submit(command);
    await expectBroken({}, ['everything comes to rest']);
  });

  it('a run for an event has another id each time that it is started', async () => {
    let started = 0;
    planted.submit = (command, submit) =>
      submit(command, sourceOf(command) === 'on' ? `bell-${started++}` : '');
    await expectBroken({}, ['an event starts no run twice', 'everything comes to rest'], 2_000);
  });

  it('a run is noted before it is started', async () => {
    planted.submit = (command, submit) => {
      if (!isRun(command)) return submit(command);
      submit(command).catch(() => {});
      return Promise.resolve({ type: 'done', facts: 0, status: 'running', state: core.emptyState() });
    };
    await expectBroken({}, ['a schedule loses no run', 'a schedule that counts from an end goes on'], 2_000);
  });

  it('a run has another id each time that it is started', async () => {
    let started = 0;
    planted.submit = (command, submit) => submit(command, isRun(command) ? `x${started++}` : '');
    await expectBroken({}, ['a schedule starts no run twice', 'a schedule that counts from an end goes on']);
  });

  it('the store forgets when to look', async () => {
    const shared = changing((change) => change.type === 'put' && change.row.id.startsWith('schedule/'));
    await expectBroken({ shared }, ['a schedule is looked at in time'], 2_000);
  });

  it('a run is started a second early', async () => {
    planted.submit = (command, submit) =>
      command.type === 'execution.start' && command.cause !== undefined && isRun(command)
        ? submit({ ...command, cause: { ...command.cause, due: command.cause.due + 1_000 } })
        : submit(command);
    await expectBroken({}, ['a schedule starts no run early']);
  });
});

describe('the simulation misses an executor that', { timeout: 300_000 }, () => {
  it('begins a deed under a lease that has lapsed', async () => {
    planted.task = (task) => ({ ...task, lease: { ...task.lease, until: Number.MAX_SAFE_INTEGER } });
    await expectBroken({}, ['no deed begins under a lapsed lease']);
  });

  it('gives back a deed that must not be done twice', async () => {
    planted.task = (task) => ({
      ...task,
      fact: Object.fromEntries(
        Object.entries(task.fact).filter(([name]) => name !== 'unsafe'),
      ) as typeof task.fact,
    });
    await expectBroken({ shared: forgettingUnsafe }, ['an unsafe deed is done at most once']);
  });

  it('begins a deed without asking whether it is still wanted', async () => {
    planted.wants = true;
    await expectBroken({}, ['an only process begins no deed that nobody waits for'], 800);
  });
});

/** Puts an entry on whatever commit has the version that it expects. */
function acceptingByVersion(store: Store): Store {
  const moved = async (entry: Entry): Promise<Entry> => {
    const { tenant, stream, after, commit } = entry;
    const head = (await store.read(tenant, stream)).at(-1);
    if (after === undefined || head === undefined || head.version + head.count - 1 !== after.version)
      return entry;
    if (commit === undefined) return { ...entry, after: { ...after, commit: head.id } };
    const id = hash('sha256', commitContent(head.id, tenant, stream, commit));
    return { ...entry, after: { ...after, commit: head.id }, commit: { ...commit, id } };
  };
  return {
    ...store,
    async commit(entries) {
      const results = [];
      for (const entry of entries) results.push(...(await store.commit([await moved(entry)])));
      return results;
    },
  };
}

function claimingTwice(store: Store): Store {
  return {
    ...store,
    async claim(request) {
      const page = await store.executions('default', { rowsMax: 100 });
      for (const { id } of page.rows) {
        const leased = (await store.wakeUps('default', id)).filter(({ lease }) => lease !== null);
        const wakeUps = leased.map((row) => ({ type: 'put', row: { ...row, lease: null } }) as const);
        if (wakeUps.length > 0) await store.commit([{ tenant: 'default', stream: id, wakeUps }]);
      }
      return store.claim(request);
    },
  };
}

/** A row in doubt is put back as if it could be had. */
function claimingDoubted(store: Store): Store {
  return {
    ...store,
    async claim(request) {
      const page = await store.executions('default', { rowsMax: 100 });
      for (const { id } of page.rows) {
        const doubted = (await store.wakeUps('default', id)).filter(({ doubt }) => doubt);
        const wakeUps = doubted.map(
          (row) => ({ type: 'put', row: { ...row, lease: null, doubt: false, unsafe: false } }) as const,
        );
        if (wakeUps.length > 0) await store.commit([{ tenant: 'default', stream: id, wakeUps }]);
      }
      return store.claim(request);
    },
  };
}

/** The executor's own guard is gone; that of the store would cover for it. */
function forgettingUnsafe(store: Store): Store {
  const without = (entry: Entry): Entry => ({
    ...entry,
    wakeUps: entry.wakeUps.map((change) =>
      change.type === 'put' ? { ...change, row: { ...change.row, unsafe: false, doubt: false } } : change,
    ),
  });
  return { ...store, commit: (entries) => store.commit(entries.map(without)) };
}

function changingBodies(store: Store): Store {
  const changed = <T extends { readonly body: string; readonly position: number }>(commit: T): T =>
    commit.position % 3 === 0 ? { ...commit, body: commit.body.replace(/"n":\d+/, '"n":77') } : commit;
  return {
    ...store,
    async tail(cursor, rowsMax) {
      const page = await store.tail(cursor, rowsMax);
      return { ...page, commits: page.commits.map(changed) };
    },
  };
}

/** Every seventh group of a process is answered and thrown away. */
function losingCommits(store: Store): Store {
  let groups = 0;
  return {
    ...store,
    async commit(entries) {
      groups += 1;
      return groups % 7 === 0
        ? entries.map(() => ({ type: 'accepted', position: 1 }) as const)
        : store.commit(entries);
    },
  };
}

/** Drops the changes of wake-ups that `isDropped` names. */
function changing(isDropped: (change: Entry['wakeUps'][number]) => boolean): (store: Store) => Store {
  return (store) => ({
    ...store,
    commit: (entries) =>
      store.commit(
        entries.map((entry) => ({ ...entry, wakeUps: entry.wakeUps.filter((change) => !isDropped(change)) })),
      ),
  });
}

/** A row that another process has to tell is taken for told as soon as it is claimed. */
function forgettingLeasedSends(store: Store): Store {
  return {
    ...store,
    async claim(request) {
      const rows = await store.claim(request);
      for (const { tenant, execution, id, kind } of rows)
        if (kind === 'send')
          await store.commit([{ tenant, stream: execution, wakeUps: [{ type: 'remove', id }] }]);
      return rows;
    },
  };
}

function answeringEarly(store: Store): Store {
  return {
    ...store,
    async commit(entries) {
      store.commit(entries).catch(() => {});
      return entries.map(() => ({ type: 'accepted', position: 1 }));
    },
  };
}

function hidingRefusals(store: Store): Store {
  return {
    ...store,
    commit: async (entries) =>
      (await store.commit(entries)).map((result) =>
        result.type === 'refused' ? { type: 'accepted', position: 1 } : result,
      ),
  };
}

function skippingInTail(store: Store): Store {
  return {
    ...store,
    async tail(cursor, rowsMax) {
      const page = await store.tail(cursor, rowsMax);
      return { ...page, commits: page.commits.filter(({ position }) => position % 3 !== 0) };
    },
  };
}
