import type { EventConsumption } from '../language/document.ts';
import type { ExpressionMode } from '../language/expression.ts';
import { lowerStrategy } from './lower-listen.ts';
import type { EventStrategy, ListenNode, Node, Program } from './program.ts';

/** The tasks of a program that listen, wherever they stand. */
export function listensOf({ tasks }: Program): readonly ListenNode[] {
  const found: ListenNode[] = [];
  const look = (nodes: readonly Node[]) => {
    for (const node of nodes) {
      if (node.kind === 'listen') found.push(node);
      for (const inside of listsIn(node)) look(inside);
    }
  };
  look(tasks);
  return found;
}

function listsIn(node: Node): readonly (readonly Node[])[] {
  switch (node.kind) {
    case 'do':
    case 'for':
      return [node.tasks];
    case 'fork':
      return [node.branches];
    case 'try':
      return [node.tasks, node.handler ?? []];
    case 'listen':
      return [node.foreach?.tasks ?? []];
    case 'graph':
      return [node.nodes];
    default:
      return [];
  }
}

/** The events of a `schedule.on` that `parse` has checked, for whoever matches them outside of any execution. */
export function eventStrategy(on: EventConsumption, pointer: string, mode: ExpressionMode): EventStrategy {
  return lowerStrategy(on, pointer, { mode, use: {}, functions: new Set(), unsupported: [] });
}
