import { type Node, unreachable } from './nodes.ts';

/** The parts of a pattern that groups are called by, group 0 being all of it. */
export type Groups = ReadonlyMap<number, Node>;

/** All groups of a pattern by their number. */
export function groupsOf(root: Node): Groups {
  const groups = new Map<number, Node>([[0, root]]);
  const visit = (node: Node): void => {
    if (node.type === 'group') groups.set(node.index, node);
    for (const child of childrenOf(node)) visit(child);
  };
  visit(root);
  return groups;
}

export function childrenOf(node: Node): readonly Node[] {
  switch (node.type) {
    case 'sequence':
    case 'choice':
      return node.items;
    case 'group':
    case 'repeat':
    case 'look':
    case 'atomic':
      return [node.body];
    case 'char':
    case 'set':
    case 'anchor':
    case 'backreference':
    case 'call':
    case 'keep':
      return [];
    default:
      return unreachable(node);
  }
}

/** Whether a part can match without taking a character; true when it cannot be told. */
export function canBeEmpty(node: Node): boolean {
  switch (node.type) {
    case 'char':
    case 'set':
      return false;
    case 'sequence':
      return node.items.every(canBeEmpty);
    case 'choice':
      return node.items.some(canBeEmpty);
    case 'group':
    case 'atomic':
      return canBeEmpty(node.body);
    case 'repeat':
      return node.min === 0 || canBeEmpty(node.body);
    case 'anchor':
    case 'look':
    case 'keep':
    case 'backreference':
    case 'call':
      return true;
    default:
      return unreachable(node);
  }
}

/** The lowest and the highest number of the groups within a part, or null if there is none. */
export function groupRange(node: Node): { readonly low: number; readonly high: number } | null {
  let range: { low: number; high: number } | null =
    node.type === 'group' ? { low: node.index, high: node.index } : null;
  for (const child of childrenOf(node)) {
    const inner = groupRange(child);
    if (inner === null) continue;
    range =
      range === null
        ? inner
        : { low: Math.min(range.low, inner.low), high: Math.max(range.high, inner.high) };
  }
  return range;
}
