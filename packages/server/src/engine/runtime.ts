/**
 * The runtime: the roles of one process over the ports, and the engine that its callers have. What the server, the
 * embedded engine and the simulator run is this; they differ in the world, the store and the performer that they hand in.
 */
import type { Check, NodeLoad } from '@millrace/core';
import type { Feed } from '../roles/feed.ts';
import type { Worker } from '../roles/worker.ts';
import { composeRoles } from './compose-roles.ts';
import { createEngineOver } from './engine.ts';
import { createFunctionCatalog } from './functions.ts';
import type { Engine } from './interface.ts';
import type { LargeValues } from './large-values.ts';
import { createLifetime, type Lifetime } from './lifetime.ts';
import { createParts, type RuntimeOptions } from './parts.ts';

export interface Runtime extends Lifetime {
  readonly engine: Omit<Engine, 'system' | 'nodes'>;
  /** shows values that are too large to be sent */
  readonly large: LargeValues;
  /** id of this process among those on the store */
  readonly node: string;
  readonly feed: Feed;
  /** absent: this process decides nothing */
  readonly worker: Worker | undefined;
  /** Whether each role of this process is at work. */
  checks(): Readonly<Record<string, Check>>;
  /** Whether deeds or sends are under way in this process. */
  isBusy(): boolean;
  /** The next instant that a timer of this process, or a row that any may take, waits for. */
  nextTimer(): Promise<{ readonly due: number; readonly isSchedule: boolean } | undefined>;
  /** How much it has to do. */
  load(): NodeLoad;
  /** Figures of the roles, for the metrics. */
  stats(): Readonly<Record<string, number>>;
}

export function createRuntime(given: RuntimeOptions): Runtime {
  let ended = false;
  const options: RuntimeOptions = {
    ...given,
    // A round that is still reading when the store closes is refused, which nobody needs to hear of.
    onError: (error, execution) => {
      if (!ended) given.onError(error, execution);
    },
  };
  const parts = createParts(options);
  const { node, feed, definitions, large, pulses } = parts;
  const { world, callers = world, store, blobs } = options;
  const { roles, door, reader, schedules } = composeRoles(parts);
  const { worker, inbox, courier, executor, timer, matcher } = roles;
  const functions = createFunctionCatalog(store, world, options.functions);
  const lifetime = createLifetime(parts, roles);
  return {
    ...lifetime,
    async stop(graceMs) {
      await lifetime.stop(graceMs);
      ended = true;
    },
    engine: createEngineOver({
      ...{ store, blobs, world: callers, door, feed, reader, large, definitions, functions, schedules },
      published: () => matcher?.look(),
    }),
    ...{ large, node, feed, worker },
    checks: () => pulses.checks(),
    isBusy: () => (executor?.running ?? 0) + (courier?.underWay ?? 0) > 0,
    nextTimer: async () => timer?.next(),
    load: () => ({
      executionsInMemory: worker?.executionsInMemory ?? 0,
      effectsRunning: executor?.running ?? 0,
      effectsMax: executor === undefined ? 0 : options.effectsMax,
      lagMs: Math.max(inbox?.lagMs ?? 0, executor?.lagMs ?? 0, timer?.lagMs ?? 0),
    }),
    stats: () => ({
      executions_in_memory: worker?.executionsInMemory ?? 0,
      effects_running: executor?.running ?? 0,
      timers_in_memory: timer?.size ?? 0,
      ...matcher?.stats(),
      followers: feed.listeners,
    }),
  };
}
