import type { Node } from './ast.ts';
import { type Json, setKey } from './values/json.ts';

/** The value of a literal, of a string without interpolation, or of an array or object of such; else undefined. */
export function constantValue(node: Node): Json | undefined {
  switch (node.type) {
    case 'literal':
      return node.value;
    case 'string':
      return node.parts.every((part) => typeof part === 'string') ? node.parts.join('') : undefined;
    case 'array':
      return node.content === null ? [] : undefined;
    case 'object':
      return constantObject(node);
    default:
      return undefined;
  }
}

function constantObject(node: Node & { type: 'object' }): Json | undefined {
  const object = {};
  for (const { key, value } of node.entries) {
    const name = constantValue(key);
    const content = value === null ? undefined : constantValue(value);
    if (typeof name !== 'string' || content === undefined) return undefined;
    setKey(object, name, content);
  }
  return object;
}
