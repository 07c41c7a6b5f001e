import { type Fact, taskKey } from '@millrace/core';

/** Where a faulted execution is picked up again. */
export interface RetryPoint {
  /** version of the last fact before the fault */
  readonly version: number;
  /** key of the task at fault, which is entered anew; empty: the fault was the workflow's own */
  readonly task: string;
}

/**
 * Finds where the last fault of an execution began: the facts before `execution.faulted` that only carry it
 * outwards, and the innermost task among them.
 *
 * @param facts the execution's facts with their versions, in order
 */
export function retryPoint(
  facts: readonly { readonly version: number; readonly fact: Fact }[],
): RetryPoint | undefined {
  let index = facts.findLastIndex(({ fact }) => fact.type === 'execution.faulted');
  if (index === -1) return undefined;
  let task = '';
  let version = (facts[index] as { version: number }).version - 1;
  for (index -= 1; index >= 0; index -= 1) {
    const { fact, version: at } = facts[index] as { fact: Fact; version: number };
    if (fact.type !== 'task.faulted' && fact.type !== 'task.cancelled' && fact.type !== 'child.revoked')
      break;
    if (fact.type === 'task.faulted') task = taskKey(fact.task, fact.visit);
    version = at - 1;
  }
  return { version, task };
}
