/** Where a listener is found: by its filter, which is a shape that many executions share, and by what it correlates by. */
import type { BoundKey, ListenRow } from '@millrace/core';
import type { ListenKey } from '../ports/store.ts';

type Hash = (text: string) => string;

export function listenKey({ task, filter, bound }: ListenRow, definition: string, hash: Hash): ListenKey {
  return { shape: shapeOf(definition, task, filter), key: keyOf(bound, hash) };
}

/** Definition, task and number of the filter. */
export function shapeOf(definition: string, task: string, filter: number): string {
  return `${definition}#${task}#${filter}`;
}

export function partsOf(shape: string): {
  readonly definition: string;
  readonly task: string;
  readonly filter: number;
} {
  const [first, last] = [shape.indexOf('#'), shape.lastIndexOf('#')];
  return {
    definition: shape.slice(0, first),
    task: shape.slice(first + 1, last),
    filter: Number(shape.slice(last + 1)),
  };
}

/** Empty: nothing is known to correlate by. */
export function keyOf(bound: readonly BoundKey[], hash: Hash): string {
  return bound.length === 0 ? '' : hash(JSON.stringify(bound)).slice(0, 32);
}

export function listenerTask(shape: string): string {
  return partsOf(shape).task;
}
