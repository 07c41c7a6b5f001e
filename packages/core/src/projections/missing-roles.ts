import type { NodeView } from '../model/views.ts';

/** What executions need to get on. Without `api` nothing waits, and who embeds an engine has none. */
const needed = ['worker', 'executor', 'timer', 'events'];

/** The roles that no running process has: one that ends takes nothing new, and one that is silent may be gone. */
export function missingRoles(nodes: readonly NodeView[]): readonly string[] {
  const present = new Set(nodes.filter(({ state }) => state === 'running').flatMap(({ roles }) => roles));
  return needed.filter((role) => !present.has(role));
}
