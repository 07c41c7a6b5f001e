/** How a process and its store are, at one look. */
import { type Readiness, type SystemView, version } from '@millrace/core';
import type { Store } from '../ports/store.ts';

export interface SystemOptions {
  readonly store: Store;
  readonly node: string;
  readonly roles: readonly string[];
  /** epoch ms */
  readonly startedAt: number;
  readonly now: () => number;
  readonly overdueMs: number;
  readonly limits: Readonly<Record<string, number>>;
  readonly readiness: () => Promise<Readiness>;
}

const orphansMax = 100;

export async function systemView(options: SystemOptions, tenant: string): Promise<SystemView> {
  const { store, node, roles, startedAt, limits } = options;
  const [counts, { ready, checks }] = await Promise.all([
    store.counts(options.overdueMs),
    options.readiness(),
  ]);
  // To find none all that there are have to be looked through once more.
  const ids = counts.orphans === 0 ? [] : await store.orphans(tenant, orphansMax);
  const { driver, durability, description } = store.features;
  return {
    version,
    node,
    startedAt: new Date(startedAt).toISOString(),
    uptimeMs: Math.max(0, options.now() - startedAt),
    roles,
    ready,
    checks,
    store: { driver, durability, description },
    executions: counts.executions,
    wakeUps: counts.wakeUps,
    overdue: counts.overdue,
    inDoubt: counts.doubted,
    orphans: { count: counts.orphans, ids },
    limits,
  };
}
