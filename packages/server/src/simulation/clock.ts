/**
 * The clock: a workflow that a schedule starts, published while it storms and held when the storm is over. No run of it
 * may be missing, come early, or come twice.
 */
import { isTerminal } from '@millrace/core';
import { recordOf } from '../engine/schedule-record.ts';
import type { Store } from '../ports/store.ts';
import { askUntilDone } from './ask-until-done.ts';
import { type Cluster, describe, isOutage } from './cluster.ts';
import type { Mirror } from './mirror.ts';
import type { SchedulePlan } from './scenario.ts';
import type { SimQueue } from './sim-queue.ts';
import type { Violations } from './violations.ts';

export interface ClockOptions {
  readonly plan: SchedulePlan;
  readonly shared: Store;
  readonly queue: SimQueue;
  readonly cluster: Cluster;
  readonly mirror: Mirror;
  readonly violations: Violations;
}

const tenant = 'default';
const workflow = { namespace: 'simulation', name: 'clock' };
/** A process that hears of a row by looking at the store looks at least so often. */
const slackMs = 2_000;

export class Clock {
  readonly #options: ClockOptions;
  #published = false;
  /** nothing more is due */
  held = false;

  constructor(options: ClockOptions) {
    this.#options = options;
  }

  /** Publishes until it is acknowledged. */
  publish(): void {
    askUntilDone(
      this.#options,
      (engine) => engine.deploy(tenant, JSON.stringify(this.#options.plan.definition)),
      () => (this.#published = true),
    );
  }

  /** Holds the schedule once it was published, so that all can come to rest. */
  hold(): void {
    askUntilDone(
      this.#options,
      (engine) => {
        if (!this.#published) throw new Error('not published yet');
        return engine.pauseSchedule(tenant, workflow);
      },
      () => (this.held = true),
      (error) => {
        if (this.#published && !isOutage(error))
          this.#options.violations.add('a schedule can be held', describe(error));
      },
    );
  }

  /** Every instant up to the last that was noted has its run, and no run came before its instant. */
  async atRest(): Promise<void> {
    const { shared, mirror, violations, plan } = this.#options;
    const stored = await shared.document(tenant, 'schedules', 'simulation/clock');
    violations.expect(stored !== undefined, 'a schedule that was published is kept', () => 'no record');
    if (stored === undefined) return;
    const { anchor, sources, paused } = recordOf(stored.body);
    const runs = new Set<number>();
    for (const { id, state } of mirror.streams) {
      const { cause } = state;
      if (cause === undefined || cause.source === 'on') continue;
      violations.expect(!runs.has(cause.due), 'a schedule starts no run twice', () => id);
      violations.expect(state.startedAt >= cause.due, 'a schedule starts no run early', () => id);
      runs.add(cause.due);
    }
    if (plan.source === 'after') {
      const open = [...mirror.streams].filter(
        ({ state }) => state.cause?.source === 'after' && !isTerminal(state.phase),
      );
      const isCounting = sources.after?.next !== null || open.length > 0;
      violations.expect(isCounting, 'a schedule that counts from an end goes on', () => stored.body);
      return;
    }
    const next = sources.every?.next ?? anchor;
    violations.expect(
      next >= (paused?.at ?? 0) - slackMs,
      'a schedule is looked at in time',
      () => stored.body,
    );
    // What was missed by more than a minute is skipped where the period is short.
    if (plan.ms < 60_000) return;
    for (let due = anchor + plan.ms; due < next; due += plan.ms)
      violations.expect(
        runs.has(due),
        'a schedule loses no run',
        () => `${new Date(due).toISOString()} of ${stored.body}`,
      );
  }
}
