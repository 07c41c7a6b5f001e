/** The children of a run's tasks, noted from the facts about them. */
import {
  childId,
  type DefinitionReference,
  type Fact,
  taskKey,
  type WorkflowError,
  type WorkflowReference,
} from '@millrace/core';
import type { Run } from './run.ts';

/** One execution that a task runs. */
export interface ChildRun {
  /** of its `child.requested` */
  readonly version: number;
  readonly id: string;
  readonly workflow: WorkflowReference;
  readonly detached: boolean;
  /** what it runs; absent: it was not started */
  definition?: DefinitionReference;
  outcome: 'open' | 'left' | 'completed' | 'faulted' | 'cancelled';
  /** its place is in the child's definition */
  error?: WorkflowError;
}

export type ChildFact = Extract<Fact, { readonly type: `child.${string}` }>;

export function isChildFact(fact: Fact): fact is ChildFact {
  return fact.type.startsWith('child.');
}

/** @param event id of the event, `execution/version` */
export function noteChild(run: Run, fact: ChildFact, version: number, event: string): void {
  if (fact.type === 'child.requested') {
    const key = taskKey(fact.task, fact.visit);
    run.effects.set(version, key);
    run.tasks.get(key)?.runs.push({
      version,
      id: childId(event.slice(0, event.lastIndexOf('/')), version),
      workflow: fact.workflow,
      detached: fact.detached === true,
      outcome: 'open',
    });
    return;
  }
  const task = run.tasks.get(run.effects.get(fact.child) ?? '');
  const child = task?.runs.find((each) => each.version === fact.child);
  task?.versions.push(version);
  if (child === undefined) return;
  switch (fact.type) {
    case 'child.resolved':
      child.definition = fact.definition;
      if (child.detached) child.outcome = 'left';
      return;
    case 'child.completed':
      child.outcome = 'completed';
      return;
    case 'child.faulted':
      child.outcome = 'faulted';
      child.error = fact.error;
      return;
    case 'child.cancelled':
    case 'child.revoked':
      child.outcome = 'cancelled';
      return;
  }
}
