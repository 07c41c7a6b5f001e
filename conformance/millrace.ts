/** Millrace as a runtime under test: everything goes over its public HTTP API. */
import { emptyState, evolve, type Fact, taskKey } from '@millrace/core';
import type { Definition, Ending, RunResult, Runtime, TaskRun, Value } from './runtime.ts';

interface ExecutionAnswer {
  readonly id: string;
  readonly status: string;
  readonly output?: Value;
  readonly error?: Value;
}

interface EventsAnswer {
  readonly items: readonly { readonly version: number; readonly time: string; readonly fact: Fact }[];
  /** absent: this was the last page */
  readonly after?: number;
}

export interface MillraceOptions {
  /** such as `http://127.0.0.1:8080` */
  readonly url: string;
  readonly apiKey?: string;
  /** how long a scenario may run, default 30 s */
  readonly waitSeconds?: number;
}

export function connectMillrace(options: MillraceOptions): Runtime {
  const headers = {
    'content-type': 'application/json',
    ...(options.apiKey ? { authorization: `Bearer ${options.apiKey}` } : {}),
  };

  async function run(definition: Definition, input: Value | undefined): Promise<RunResult> {
    const body = JSON.stringify({ definition: definition.text, ...(input === undefined ? {} : { input }) });
    const path = `/api/v1/executions?wait=${options.waitSeconds ?? 30}s`;
    const answer = await fetch(`${options.url}${path}`, { method: 'POST', headers, body });
    if (!answer.ok) {
      return {
        ending: { status: 'unfinished', detail: `${answer.status} ${await answer.text()}` },
        tasks: [],
      };
    }
    const execution = (await answer.json()) as ExecutionAnswer;
    return { ending: toEnding(execution), tasks: toTaskRuns(await events(execution.id)) };
  }

  async function events(id: string): Promise<EventsAnswer['items']> {
    const items: EventsAnswer['items'][number][] = [];
    for (let after: number | undefined = 0; after !== undefined; ) {
      const path = `/api/v1/executions/${encodeURIComponent(id)}/events?limit=1000&after=${after}`;
      const answer = await fetch(`${options.url}${path}`, { headers });
      if (!answer.ok)
        throw new Error(`the events of ${id} were answered with ${answer.status}: ${await answer.text()}`);
      const page = (await answer.json()) as EventsAnswer;
      items.push(...page.items);
      after = page.after;
    }
    return items;
  }

  return { name: `Millrace at ${options.url}`, run, close: async () => {} };
}

function toEnding({ status, output, error }: ExecutionAnswer): Ending {
  if (status === 'completed') return { status, output: output ?? null };
  if (status === 'faulted') return { status, error: error ?? null };
  if (status === 'cancelled') return { status };
  return { status: 'unfinished', detail: `it is ${status}` };
}

/**
 * The runs of tasks in order of their start. A fact leaves out what follows from those before it, such as an output
 * that is the task's value, so the facts are folded as the server folds them.
 */
function toTaskRuns(events: EventsAnswer['items']): TaskRun[] {
  const state = emptyState();
  const runs = new Map<string, { name: string; ending: Ending }>();
  for (const { fact, time } of events) {
    if ('task' in fact) noteTask(fact, state.tasks[taskKey(fact.task, fact.visit)]?.value, runs);
    evolve(state, fact, Date.parse(time));
  }
  return [...runs.values()];
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
