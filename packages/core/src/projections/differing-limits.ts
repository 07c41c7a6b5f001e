import type { NodeView } from '../model/views.ts';

export interface DifferingLimit {
  readonly limit: string;
  /** what each process that keeps to it was told; undefined: that nothing is limited */
  readonly told: readonly { readonly node: NodeView; readonly places: number | undefined }[];
}

/**
 * The limits that processes on one store were told differently. Each claim keeps to what its own process was told, so the
 * least of them does not hold. Processes without a part in it need not know, and one that ends takes nothing new.
 */
export function differingLimits(nodes: readonly NodeView[]): readonly DifferingLimit[] {
  const running = nodes.filter(({ state, limits }) => state === 'running' && limits !== undefined);
  const names = [...new Set(running.flatMap(({ limits = {} }) => Object.keys(limits)))].sort();
  return names
    .map((limit) => ({
      limit,
      told: running
        .filter(({ roles }) => roles.some((role) => rolesOf(limit).includes(role)))
        .map((node) => ({ node, places: node.limits?.[limit] })),
    }))
    .filter(({ told }) => new Set(told.map(({ places }) => places)).size > 1);
}

/** Who gives places of a limit: the admission is the worker's, and calls are queued by workers and claimed by executors. */
function rolesOf(limit: string): readonly string[] {
  return limit.startsWith('workflow:') ? ['worker'] : ['worker', 'executor'];
}
