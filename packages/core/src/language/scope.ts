/** The variables that tasks add to those of `runtimeVariables`; inner ones shadow outer ones of the same name. */
import type { ForClause, SubscriptionIterator, TryCatch } from './document.ts';

export interface LoopVariables {
  /** name that holds the current item */
  readonly item: string;
  /** name that holds its index, from 0 */
  readonly index: string;
}

/** Known in the `while` and the tasks of a `for`. */
export function forVariables(clause: Pick<ForClause, 'each' | 'at'>): LoopVariables {
  return { item: clause.each ?? 'item', index: clause.at ?? 'index' };
}

/** Known in the tasks, `output` and `export` of a listener's or a subscription's `foreach`. */
export function foreachVariables(iterator: SubscriptionIterator): LoopVariables {
  return { item: iterator.item ?? 'item', index: iterator.at ?? 'index' };
}

/** Known in the conditions, the retry policy and the tasks of a `catch`. */
export function catchVariable(caught: TryCatch): string {
  return caught.as ?? 'error';
}
