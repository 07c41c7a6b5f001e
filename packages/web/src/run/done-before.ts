/** What a retried execution need not do again, because the one that it goes on from did it. */
import type { Run, TaskRun } from './run.ts';

/** The execution that this one retries, when it entered the task and this one did not. */
export function doneBefore(run: Run, task: string): string | undefined {
  const { from, visits } = run.state;
  if (from === undefined || !visits[task]) return undefined;
  for (const each of run.tasks.values()) if (each.task === task) return undefined;
  return from.execution;
}

/** How many attempts came before the first one of this run: of the `try` itself, or of the one it runs in. */
export function attemptsBefore(run: Run, task: TaskRun): number {
  const around = task.kind === 'try' ? task : run.tasks.get(task.parent);
  const first = around?.attempts[0]?.number ?? 1;
  return run.state.from === undefined || (around !== task && task.attempt !== first) ? 0 : first - 1;
}
