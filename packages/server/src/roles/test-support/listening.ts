/** Processes whose executions listen, for tests of what brings events to them. */
import type { JsonObject } from '@millrace/core';
import type { Store } from '../../ports/store.ts';
import { type Harness, openHarness, workflow } from './harness.ts';

export const tenant = 'default';
export const sweepMs = 1_000;
export const leaseMs = 5_000;

export function event(type: string, id: string, more: JsonObject = {}): JsonObject {
  return { specversion: '1.0', type, id, source: 'urn:test', ...more };
}

export const one = (type: string, more: JsonObject = {}): JsonObject => ({
  listen: { to: { one: { with: { type }, ...more } } },
});
export const byOrder = { correlate: { order: { from: '.data.order', expect: '.order' } } };

export async function start(
  harness: Harness,
  tasks: readonly JsonObject[],
  input: JsonObject = {},
): Promise<string> {
  const { execution } = await harness.runtime.engine.start(tenant, { definition: workflow(tasks), input });
  return execution.id;
}

export async function outputOf(harness: Harness, id: string): Promise<unknown> {
  await harness.advance(3 * sweepMs);
  const { status, output } = await harness.runtime.engine.execution(tenant, id);
  return status === 'completed' ? output : status;
}

export function open(options: Parameters<typeof openHarness>[0] = {}): Harness {
  const harness = openHarness({ sweepMs, leaseMs, ...options });
  harness.runtime.start();
  return harness;
}

/** A store that others may write to. */
export function shared<S extends { readonly features: object }>(store: S): S {
  return new Proxy(store, {
    get: (target, name) =>
      name === 'features' ? { ...target.features, exclusive: false } : Reflect.get(target, name),
  });
}

/** A store that cannot be reached while the link is cut. */
export function behind(link: { readonly isCut: boolean }, store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || name === 'now') return member;
      return async (...given: unknown[]) => {
        if (link.isCut) throw new Error('cut off');
        return Reflect.apply(member, target, given);
      };
    },
  });
}
