/**
 * The runs of tasks in order of their start, read off an execution's facts. A fact leaves out what follows from those
 * before it, such as an output that is the task's value, so the facts are folded as the server folds them.
 */
import { emptyState, evolve, type Fact, taskKey } from '@millrace/core';
import type { Ending, TaskRun, Value } from './runtime.ts';

export interface StoredFact {
  /** RFC 3339 */
  readonly time: string;
  readonly fact: Fact;
}

export function toTaskRuns(facts: readonly StoredFact[]): TaskRun[] {
  const state = emptyState();
  const runs = new Map<string, { name: string; ending: Ending }>();
  for (const { fact, time } of facts) {
    if ('task' in fact) noteTask(fact, state.tasks[taskKey(fact.task, fact.visit)]?.value, runs);
    evolve(state, fact, Date.parse(time));
  }
  return [...runs.values()];
}

export interface EndedView {
  readonly status: string;
  readonly output?: Value;
  readonly error?: Value;
}

export function toEnding({ status, output, error }: EndedView): Ending {
  if (status === 'completed') return { status, output: output ?? null };
  if (status === 'faulted') return { status, error: error ?? null };
  if (status === 'cancelled') return { status };
  return { status: 'unfinished', detail: `it is ${status}` };
}

function noteTask(
  fact: Extract<Fact, { task: string }>,
  value: Value | undefined,
  runs: Map<string, { name: string; ending: Ending }>,
): void {
  const key = taskKey(fact.task, fact.visit);
  const set = (ending: Ending) => runs.set(key, { name: nameOf(fact.task), ending });
  if (fact.type === 'task.started') set({ status: 'unfinished', detail: 'it started, and did not end' });
  if (fact.type === 'task.completed') set({ status: 'completed', output: fact.output ?? value ?? null });
  if (fact.type === 'task.faulted') set({ status: 'faulted', error: { ...fact.error } as Value });
  if (fact.type === 'task.cancelled') set({ status: 'cancelled' });
}

/** The last part of a JSON pointer is the task's name. */
function nameOf(pointer: string): string {
  return (pointer.split('/').at(-1) ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
}
