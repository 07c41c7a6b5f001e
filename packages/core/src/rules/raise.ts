/**
 * raise: an error's way outwards, from the task at fault to the `try` that catches it, or to the end of the
 * execution. What still runs inside a task that faults is cancelled first, the innermost first.
 */
import type { WorkflowError } from '../model/errors.ts';
import type { ForkState, TaskState } from '../model/state.ts';
import type { ForkNode } from '../program/program.ts';
import { type Decision, of } from './decision.ts';
import { passing } from './tasks/catch.ts';

export function raise(decision: Decision, key: string, raised: WorkflowError): void {
  let error: WorkflowError =
    raised.instance === undefined ? { ...raised, instance: referenceOf(decision, key) } : raised;
  for (let current = key; ; ) {
    const task = decision.task(current);
    cancelInside(decision, current);
    decision.emit({ type: 'task.faulted', ...of(task), error });
    if (task.parent === '') return faultExecution(decision, error);
    const parent = decision.task(task.parent);
    // The fork goes on with the branches that are left: with those that run, and those that it has yet to start.
    if (parent.kind === 'fork' && canStillEnd(parent, decision.nodeOf(parent).node as ForkNode)) return;
    if (parent.kind === 'try' && parent.stage === 'trying') {
      const uncaught = passing(decision, task.parent, error);
      if (uncaught === undefined) return;
      error = uncaught;
    }
    current = task.parent;
  }
}

/** The task as its author knows it. */
export function referenceOf(decision: Decision, key: string): string {
  return referenceAt(decision, decision.task(key).task);
}

/** What stands at `pointer` as its author knows it. */
export function referenceAt({ executable }: Decision, pointer: string): string {
  return executable.node(pointer).node.reference ?? pointer;
}

/** Whether a fork can still end well although a branch faulted. */
function canStillEnd(fork: ForkState, { branches, join }: ForkNode): boolean {
  const able = branches.length - fork.failed;
  switch (join.type) {
    case 'all':
      return false;
    case 'first':
      return able >= 1;
    case 'quorum':
      return able >= join.count;
  }
}

/** Cancels all that runs inside a task, the innermost first. */
export function cancelInside(decision: Decision, key: string): void {
  if (decision.task(key).live === 0) return;
  const { tasks } = decision.state;
  const inside: TaskState[] = [];
  for (const other in tasks)
    if (isInside(tasks, tasks[other] as TaskState, key)) inside.push(tasks[other] as TaskState);
  for (const task of inside.reverse()) decision.emit({ type: 'task.cancelled', ...of(task) });
}

/** Cancels every task. */
export function cancelAll(decision: Decision): void {
  for (const task of Object.values(decision.state.tasks).reverse())
    decision.emit({ type: 'task.cancelled', ...of(task) });
}

export function faultExecution(decision: Decision, error: WorkflowError): void {
  cancelAll(decision);
  decision.emit({ type: 'execution.faulted', error });
}

/** A task starts after the one it runs in, so the order of keys goes from the outside in. */
function isInside(tasks: Readonly<Record<string, TaskState>>, task: TaskState, key: string): boolean {
  for (let parent = task.parent; parent !== ''; parent = tasks[parent]?.parent ?? '')
    if (parent === key) return true;
  return false;
}
