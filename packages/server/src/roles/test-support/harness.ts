/** One process of Millrace on the memory store and a clock that is advanced by hand, for tests of roles. */
import { hash } from 'node:crypto';
import {
  defaultLimits,
  type EffectOutcome,
  type EffectRequest,
  type JsonObject,
  type Limits,
} from '@millrace/core';
import { openMemoryBlobs } from '../../drivers/memory/blobs.ts';
import { openMemoryStore } from '../../drivers/memory/store.ts';
import type { Role } from '../../engine/parts.ts';
import { createRuntime, type Runtime } from '../../engine/runtime.ts';
import type { EffectContext } from '../../ports/performer.ts';
import type { Entry, Store } from '../../ports/store.ts';
import type { World } from '../../ports/world.ts';
import { createChance } from '../../simulation/chance.ts';
import { type Owner, SimQueue, settled } from '../../simulation/sim-queue.ts';
import { createSimWorld } from '../../simulation/sim-world.ts';

export interface Harness {
  readonly queue: SimQueue;
  readonly world: World;
  readonly store: Store;
  readonly runtime: Runtime;
  /** names of the store's methods in the order in which they were called */
  readonly calls: string[];
  /** the entries of each call of `commit` */
  readonly groups: (readonly Entry[])[];
  readonly errors: unknown[];
  /** Advances the clock until nothing is due within `ms`. */
  advance(ms: number): Promise<void>;
}

export interface HarnessOptions {
  readonly perform?: (request: EffectRequest, context: EffectContext) => Promise<EffectOutcome>;
  readonly roles?: readonly Role[];
  readonly limits?: Limits;
  readonly placesMax?: Readonly<Record<string, number>>;
  readonly leaseMs?: number;
  readonly sweepMs?: number;
  readonly effectsMax?: number;
  readonly executionsMax?: number;
  readonly liveBytesMax?: number;
  readonly blobThreshold?: number;
  readonly around?: (store: Store) => Store;
  /** a store that others use too, and its clock */
  readonly shared?: { readonly queue: SimQueue; readonly store: Store };
}

export function openHarness(options: HarnessOptions = {}): Harness {
  const queue = options.shared?.queue ?? new SimQueue(createChance(1));
  const owner: Owner = { alive: true };
  const world = createSimWorld(queue, { ...createChance(2), happens: () => false }, owner);
  const memory =
    options.shared?.store ?? openMemoryStore({ now: () => queue.now, hash: (text) => hash('sha256', text) });
  const calls: string[] = [];
  const groups: (readonly Entry[])[] = [];
  const errors: unknown[] = [];
  const store = counted(options.around?.(memory) ?? memory, calls, groups);
  const perform =
    options.perform ?? (async (request) => ({ type: 'completed', output: inputOf(request) }) as const);
  const runtime = createRuntime({
    world,
    store,
    blobs: openMemoryBlobs(),
    performer: { perform },
    roles: new Set(options.roles ?? ['api', 'worker', 'executor', 'timer', 'events']),
    functions: new Set(['step']),
    limits: options.limits ?? defaultLimits,
    ...(options.placesMax === undefined ? {} : { placesMax: options.placesMax }),
    leaseMs: options.leaseMs ?? 30_000,
    effectsMax: options.effectsMax ?? 100,
    sweepMs: options.sweepMs ?? 60_000,
    blobThreshold: options.blobThreshold ?? 100_000,
    executionsMax: options.executionsMax ?? 1_000,
    liveBytesMax: options.liveBytesMax ?? 64 * 1024 * 1024,
    onError: (error) => void errors.push(error),
  });
  return {
    queue,
    world,
    store: memory,
    runtime,
    calls,
    groups,
    errors,
    async advance(ms) {
      await settled();
      let over = false;
      queue.schedule({ alive: true }, ms, () => {
        over = true;
      });
      while (!over) await queue.step();
    },
  };
}

/** A workflow of these tasks, each under a name of its own. */
export function workflow(tasks: readonly JsonObject[], name = 'counted'): JsonObject {
  return {
    document: { dsl: '1.0.0', namespace: 'tests', name, version: '1.0.0' },
    do: tasks.map((task, index) => ({ [`t${index}`]: task })),
  };
}

export const step: JsonObject = { call: 'step', with: { n: '${ .n }' } };

function inputOf(request: EffectRequest): JsonObject {
  if (request.type !== 'function') throw new Error('tests of roles call functions');
  return request.input as JsonObject;
}

function counted(store: Store, calls: string[], groups: (readonly Entry[])[]): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || name === 'now') return member;
      return (...given: unknown[]) => {
        calls.push(String(name));
        if (name === 'commit') groups.push(given[0] as readonly Entry[]);
        return Reflect.apply(member, target, given);
      };
    },
  });
}
