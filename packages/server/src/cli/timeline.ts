/** What an execution did, task by task: folded from its events, for `millrace show`. */
import {
  childId,
  type EffectRequest,
  type Fact,
  type TaskKind,
  type TaskState,
  taskKey,
  taskPointer,
  type WorkflowError,
  type WorkflowReference,
} from '@millrace/core';
import type { ExecutionEvent } from '../engine/interface.ts';

export type TaskStatus = 'running' | 'waiting' | 'completed' | 'faulted' | 'cancelled' | 'skipped';

/** One attempt of a `try` that did not succeed. */
export interface FailedAttempt {
  readonly number: number;
  readonly error: WorkflowError;
  /** epoch ms: when the next one begins; absent: there is none, the error was caught */
  readonly nextAt?: number;
}

/** An execution that a task ran. */
export interface Child {
  /** of its `child.requested` */
  readonly version: number;
  readonly id: string;
  /** with the version that runs, once it was started */
  workflow: WorkflowReference;
  /** it was started */
  started: boolean;
}

export interface Deed {
  /** of its `effect.requested` */
  readonly version: number;
  readonly request: EffectRequest;
}

/** One visit of a task. Instants are epoch ms. */
export interface TimelineTask {
  readonly key: string;
  /** JSON pointer into the definition */
  readonly task: string;
  readonly visit: number;
  readonly name: string;
  readonly kind: TaskKind;
  /** how deep it stands, 0 for the main list */
  readonly depth: number;
  /** index in the loop that it runs in */
  readonly iteration?: number;
  status: TaskStatus;
  readonly startedAt: number;
  endedAt?: number;
  /** when its wait, or its pause between attempts, is over */
  due?: number;
  error?: WorkflowError;
  readonly failedAttempts: FailedAttempt[];
  /** epoch ms of each attempt after the first */
  readonly retriedAt: number[];
  readonly deeds: Deed[];
  readonly children: Child[];
  /** id of the execution whose task it is; absent: of the one that is shown */
  readonly execution?: string;
}

interface Folding {
  readonly tasks: Map<string, TimelineTask>;
  /** extended tasks that no extension concerns, by their key and by that of the task in them */
  readonly unwatched: Map<string, TimelineTask>;
  readonly children: Map<string, string[]>;
  /** index of the iteration under way, by the key of its loop */
  readonly iterations: Map<string, number>;
}

/** The tasks of an execution, each followed by those that ran in it, in the order in which they were entered. */
export function timelineOf(events: readonly ExecutionEvent[]): readonly TimelineTask[] {
  const folding: Folding = {
    tasks: new Map(),
    unwatched: new Map(),
    children: new Map(),
    iterations: new Map(),
  };
  for (const event of events) foldEvent(folding, event);
  const ordered: TimelineTask[] = [];
  const waiting = [...(folding.children.get('') ?? [])].reverse();
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    const task = folding.tasks.get(key);
    const children = folding.children.get(key) ?? [];
    const around = folding.unwatched.get(key);
    // With nothing but the task in it, it is told of as that task.
    const isTold = around !== undefined && around === task && children.length > 0;
    if (task !== undefined && !isTold) ordered.push(around === undefined ? task : asOne(around, task));
    waiting.push(...[...children].reverse());
  }
  return ordered;
}

/** What is around a task that no extension concerns has its data flow, and so may fault where the task has not. */
function asOne(around: TimelineTask, task: TimelineTask): TimelineTask {
  const { visit, startedAt, status, endedAt, error = task.error } = around;
  if (endedAt === undefined) return { ...task, visit, startedAt };
  return { ...task, visit, startedAt, status, endedAt, ...(error === undefined ? {} : { error }) };
}

function foldEvent(folding: Folding, { id, fact, time, version }: ExecutionEvent): void {
  const at = Date.parse(time);
  if (fact.type === 'execution.restored') {
    const held = Object.values(fact.state.tasks).sort((a, b) => a.task.length - b.task.length);
    for (const { extensions, ...task } of held as readonly (TaskState & Watched)[])
      enter(folding, { ...task, startedAt: at, ...(extensions === undefined ? {} : { extensions }) });
    return;
  }
  if (fact.type === 'child.resolved') return noteStarted(folding, fact);
  if (!('task' in fact)) return endAll(folding, fact.type, at);
  if (fact.type === 'task.started') return void enter(folding, { ...fact, startedAt: at });
  if (fact.type === 'task.skipped') return end(enter(folding, { ...fact, startedAt: at }), 'skipped', at);
  const key = taskKey(fact.task, fact.visit);
  const task = folding.tasks.get(key);
  if (task === undefined) return;
  switch (fact.type) {
    case 'task.completed':
      return end(task, 'completed', at);
    case 'task.cancelled':
      return end(task, 'cancelled', at);
    case 'task.faulted':
      task.error = fact.error;
      return end(task, 'faulted', at);
    case 'wait.started':
      task.status = 'waiting';
      task.due = fact.due;
      return;
    case 'iteration.started':
      return void folding.iterations.set(key, fact.index);
    case 'error.caught':
      return void task.failedAttempts.push({ number: task.retriedAt.length + 1, error: fact.error });
    case 'retry.scheduled':
      task.status = 'waiting';
      task.due = fact.due;
      return void task.failedAttempts.push({
        number: fact.attempt - 1,
        error: fact.error,
        nextAt: fact.due,
      });
    case 'retry.started':
      task.status = 'running';
      delete task.due;
      return void task.retriedAt.push(at);
    case 'effect.requested':
      return void task.deeds.push({ version, request: fact.request });
    case 'child.requested': {
      const child = childId(id.slice(0, id.lastIndexOf('/')), version);
      return void task.children.push({ version, id: child, workflow: fact.workflow, started: false });
    }
    default:
      return;
  }
}

function noteStarted(
  { tasks }: Folding,
  { child: version, definition }: Extract<Fact, { type: 'child.resolved' }>,
): void {
  for (const child of [...tasks.values()].flatMap(({ children }) => children)) {
    if (child.version !== version) continue;
    child.started = true;
    child.workflow = definition;
  }
}

interface Watched {
  /** of an extended task: those that concern it */
  readonly extensions?: readonly number[];
}

interface Entered extends Watched {
  readonly task: string;
  readonly visit?: number;
  readonly kind: TaskKind;
  readonly parent?: string;
  readonly startedAt: number;
}

function enter(
  folding: Folding,
  { task, visit, kind, parent = '', startedAt, extensions }: Entered,
): TimelineTask {
  const key = taskKey(task, visit);
  const around = folding.tasks.get(parent);
  const unwatched = folding.unwatched.get(parent) === around ? around : undefined;
  const iteration = unwatched === undefined ? folding.iterations.get(parent) : unwatched.iteration;
  const entered: TimelineTask = {
    key,
    task,
    visit: visit ?? 1,
    name: lastStepOf(taskPointer(task)),
    kind,
    depth: around === undefined ? 0 : around.depth + (unwatched === undefined ? 1 : 0),
    ...(iteration === undefined ? {} : { iteration }),
    status: 'running',
    startedAt,
    failedAttempts: [],
    retriedAt: [],
    deeds: [],
    children: [],
  };
  folding.tasks.set(key, entered);
  if (unwatched !== undefined) folding.unwatched.set(key, unwatched);
  if (kind === 'extended' && extensions?.length === 0) folding.unwatched.set(key, entered);
  const siblings = folding.children.get(parent);
  if (siblings === undefined) folding.children.set(parent, [key]);
  else siblings.push(key);
  return entered;
}

/** The last step of a task's pointer is its name. */
function lastStepOf(pointer: string): string {
  const step = pointer.slice(pointer.lastIndexOf('/') + 1);
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function end(task: TimelineTask, status: TaskStatus, at: number): void {
  task.status = status;
  task.endedAt = at;
  delete task.due;
}

/** An execution that ends takes what is open with it. */
function endAll({ tasks }: Folding, type: ExecutionEvent['fact']['type'], at: number): void {
  if (type !== 'execution.completed' && type !== 'execution.faulted' && type !== 'execution.cancelled')
    return;
  const status = type === 'execution.cancelled' ? 'cancelled' : 'faulted';
  for (const task of tasks.values()) if (task.endedAt === undefined) end(task, status, at);
}
