import type { EventConsumption } from '../language/document.ts';
import type { ExpressionMode } from '../language/expression.ts';
import type { Executable } from './link.ts';
import { lowerConsumption } from './lower-listen.ts';
import type { ListenNode } from './program.ts';

/** The tasks of a program that listen, wherever they stand: in functions and extensions, too. */
export function listensOf(executable: Pick<Executable, 'nodes'>): readonly ListenNode[] {
  const found: ListenNode[] = [];
  for (const { node } of executable.nodes()) if (node.kind === 'listen') found.push(node);
  return found;
}

/** The events of a `schedule.on` that `parse` has checked, for whoever matches them outside of any execution. */
export function scheduledConsumption(
  on: EventConsumption,
  mode: ExpressionMode,
): Pick<ListenNode, 'to' | 'until'> {
  return lowerConsumption(on, '/schedule/on', { mode });
}
