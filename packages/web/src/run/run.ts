/**
 * A run as the pages show it: the core's state, and beside it what the state forgets about tasks that have ended.
 *
 * 1. The core's `evolve` is what folds; this file only notes, before and after each fact, what a reader wants to see
 *    of it. So a page never disagrees with the engine about where an execution stands.
 * 2. Events are folded in order and once; `foldEvent` refuses any other.
 * 3. It mutates in place, as `evolve` does; a moment of the past is folded anew.
 */
import {
  type EffectRequest,
  type ExecutionState,
  emptyState,
  evolve,
  type Fact,
  type Json,
  type TaskKind,
  type TaskState,
  taskKey,
  taskPointer,
  type WorkflowError,
} from '@millrace/core';
import type { ExecutionEvent } from '@millrace/sdk';
import { type ChildRun, isChildFact, noteChild } from './child-run.ts';

export type TaskStatus = 'running' | 'waiting' | 'completed' | 'faulted' | 'cancelled' | 'skipped';

/** One deed of a task. */
export interface Deed {
  /** of its `effect.requested` */
  readonly version: number;
  readonly request: EffectRequest;
  readonly startedAt: number;
  endedAt?: number;
  outcome: 'open' | 'completed' | 'failed' | 'abandoned';
  error?: WorkflowError;
  /** nobody knew its outcome, and somebody said what became of it */
  resolved?: { readonly as: 'done' | 'failed' | 'again'; readonly reason?: string };
}

/** One attempt of a `try`. */
export interface Attempt {
  readonly number: number;
  readonly startedAt: number;
  endedAt?: number;
  error?: WorkflowError;
  /** when the next one begins, epoch ms */
  retryAt?: number;
}

/** One visit of a task. */
export interface TaskRun {
  /** pointer and visit, as the core's `taskKey` writes them */
  readonly key: string;
  /** JSON pointer into the definition */
  readonly task: string;
  readonly visit: number;
  readonly name: string;
  readonly kind: TaskKind;
  /** key of the task it runs in; empty: the main list */
  readonly parent: string;
  readonly children: string[];
  status: TaskStatus;
  /** epoch ms */
  readonly startedAt: number;
  endedAt?: number;
  readonly input: Json;
  output?: Json;
  error?: WorkflowError;
  /** an error that was caught here */
  caught?: WorkflowError;
  readonly attempts: Attempt[];
  readonly deeds: Deed[];
  /** the executions that it ran */
  readonly runs: ChildRun[];
  /** an extended task that no extension concerns: nothing but the task itself runs in it */
  readonly unwatched?: true;
  /** of the loop it runs in, from 0 */
  readonly iteration?: number;
  /** of the `try` it runs in, from 1 */
  readonly attempt?: number;
  /** when a wait is over, epoch ms */
  due?: number;
  /** the case that a switch chose */
  case?: string;
  /** the event it published */
  event?: Json;
  /** versions of the events that concern it */
  readonly versions: number[];
}

export interface Run {
  readonly state: ExecutionState;
  /** by key, in the order in which they were entered */
  readonly tasks: Map<string, TaskRun>;
  /** keys of the tasks of the main list */
  readonly roots: string[];
  /** how often the run went from one task of a list to another, by `from→to` */
  readonly transitions: Map<string, number>;
  /** the task that each effect and each child belongs to, by the version of the fact that asked for it */
  readonly effects: Map<number, string>;
}

export function emptyRun(): Run {
  return {
    state: emptyState(),
    tasks: new Map(),
    roots: [],
    transitions: new Map(),
    effects: new Map(),
  };
}

/** The run as it stood after the events up to `version`. */
export function runAt(events: readonly ExecutionEvent[], version: number): Run {
  const run = emptyRun();
  for (const event of events) {
    if (event.version > version) break;
    foldEvent(run, event);
  }
  return run;
}

/** Throws when the event is not the next one. */
export function foldEvent(run: Run, { id, version, time, fact }: ExecutionEvent): void {
  const { state } = run;
  if (version !== state.version + 1)
    throw new Error(`expected event ${state.version + 1} but was given ${version}`);
  const at = Date.parse(time);
  noteBefore(run, fact, at, version);
  evolve(state, fact, at);
  noteAfter(run, fact, at, version);
  if (isChildFact(fact)) noteChild(run, fact, version, id);
}

/** What has to be read off before the fact takes it away: a task that ends leaves the state. */
function noteBefore(run: Run, fact: Fact, at: number, version: number): void {
  switch (fact.type) {
    case 'task.started':
    case 'task.skipped':
      return noteStep(run, fact.parent ?? '', fact.task);
    case 'task.completed': {
      const task = taskOfFact(run, fact);
      const held = run.state.tasks[taskKey(fact.task, fact.visit)];
      if (task === undefined) return;
      const output =
        fact.output === undefined ? (fact.passes === true ? held?.input : held?.value) : fact.output;
      if (output !== undefined) task.output = output;
      if (fact.case !== undefined) task.case = fact.case;
      return endTask(task, 'completed', at);
    }
    case 'effect.completed':
    case 'effect.failed':
    case 'effect.abandoned':
      return noteOutcome(run, fact, at, version);
    case 'effect.resolved':
      return noteResolution(run, fact, version);
    default:
      return;
  }
}

function noteAfter(run: Run, fact: Fact, at: number, version: number): void {
  const task = 'task' in fact ? noteTask(run, fact, at) : undefined;
  task?.versions.push(version);
  switch (fact.type) {
    case 'execution.restored':
      return noteRestored(run, at, version);
    case 'execution.completed':
    case 'execution.faulted':
    case 'execution.cancelled':
      return endOpenTasks(run, fact.type === 'execution.cancelled' ? 'cancelled' : 'faulted', at);
    case 'effect.requested':
      run.effects.set(version, taskKey(fact.task, fact.visit));
      task?.deeds.push({ version, request: fact.request, startedAt: at, outcome: 'open' });
      return;
    default:
      return;
  }
}

type TaskFact = Extract<Fact, { readonly task: string }>;

function noteTask(run: Run, fact: TaskFact, at: number): TaskRun | undefined {
  if (fact.type === 'task.started' || fact.type === 'task.skipped') return enterTask(run, fact, at);
  const task = taskOfFact(run, fact);
  if (task === undefined) return undefined;
  switch (fact.type) {
    case 'task.faulted':
      task.error = fact.error;
      endTask(task, 'faulted', at);
      break;
    case 'task.cancelled':
      endTask(task, 'cancelled', at);
      break;
    case 'wait.started':
      task.due = fact.due;
      task.status = 'waiting';
      break;
    case 'error.caught':
      task.caught = fact.error;
      endAttempt(task, at, fact.error);
      break;
    case 'retry.scheduled':
      endAttempt(task, at, fact.error, fact.due);
      task.status = 'waiting';
      task.due = fact.due;
      break;
    case 'retry.started':
      task.status = 'running';
      delete task.due;
      task.attempts.push({ number: fact.attempt, startedAt: at });
      break;
    case 'listen.started':
      task.status = 'waiting';
      break;
    case 'iteration.started':
      if (task.kind === 'listen') task.status = 'running';
      break;
    case 'iteration.completed':
      task.status = 'waiting';
      break;
    case 'event.emitted':
      task.event = fact.event;
      break;
    default:
      break;
  }
  return task;
}

function enterTask(
  run: Run,
  fact: Extract<TaskFact, { readonly type: 'task.started' | 'task.skipped' }>,
  at: number,
): TaskRun {
  const key = taskKey(fact.task, fact.visit);
  const parent = fact.parent ?? '';
  const held = run.state.tasks[key];
  const skipped = fact.type === 'task.skipped';
  const task: TaskRun = {
    ...placeOf(run, parent),
    key,
    task: fact.task,
    visit: fact.visit ?? 1,
    name: nameOf(fact.task),
    kind: fact.kind,
    parent,
    children: [],
    status: skipped ? 'skipped' : 'running',
    startedAt: at,
    ...(skipped ? { endedAt: at } : {}),
    ...unwatched(held),
    input: held?.input ?? null,
    attempts: fact.kind === 'try' && !skipped ? [{ number: 1, startedAt: at }] : [],
    deeds: [],
    runs: [],
    versions: [],
  };
  add(run, task);
  return task;
}

/** Where a task runs: in which iteration of a loop, in which attempt of a `try`. */
function placeOf(run: Run, parent: string): { iteration?: number; attempt?: number } {
  const around = run.state.tasks[parent];
  if (around?.kind === 'for') return { iteration: around.index };
  if (around?.kind === 'try' && around.stage === 'trying') return { attempt: around.attempt };
  if (around?.kind !== 'extended') return {};
  const { iteration, attempt } = run.tasks.get(parent) ?? {};
  return { ...(iteration === undefined ? {} : { iteration }), ...(attempt === undefined ? {} : { attempt }) };
}

function unwatched(held: TaskState | undefined): Pick<TaskRun, 'unwatched'> {
  return held?.kind === 'extended' && held.extensions.length === 0 ? { unwatched: true } : {};
}

/** The tasks that a restored state holds were entered in another execution. */
function noteRestored(run: Run, at: number, version: number): void {
  const held = Object.values(run.state.tasks).sort((a, b) => a.task.length - b.task.length);
  for (const state of held) add(run, restoredTask(state, at, version));
}

function restoredTask(state: TaskState, at: number, version: number): TaskRun {
  const { task, visit, kind, parent, input } = state;
  const due = state.kind === 'wait' || state.kind === 'try' ? state.due : undefined;
  return {
    key: taskKey(task, visit),
    task,
    visit,
    name: nameOf(task),
    kind,
    parent,
    children: [],
    status: kind === 'wait' ? 'waiting' : 'running',
    startedAt: at,
    input,
    attempts: state.kind === 'try' ? [{ number: state.attempt, startedAt: at }] : [],
    deeds: [],
    runs: [],
    ...(due === undefined ? {} : { due }),
    ...unwatched(state),
    versions: [version],
  };
}

function add(run: Run, task: TaskRun): void {
  run.tasks.set(task.key, task);
  const siblings = run.tasks.get(task.parent)?.children ?? run.roots;
  siblings.push(task.key);
}

function noteStep(run: Run, parent: string, task: string): void {
  const scope = parent === '' ? run.state.main : run.state.tasks[parent];
  const from = scope?.last?.task;
  if (from === undefined) return;
  const step = stepOf(taskPointer(from), taskPointer(task));
  run.transitions.set(step, (run.transitions.get(step) ?? 0) + 1);
}

export function stepOf(from: string, to: string): string {
  return `${from}→${to}`;
}

type OutcomeFact = Extract<Fact, { readonly type: keyof typeof outcomes }>;

function noteOutcome(run: Run, fact: OutcomeFact, at: number, version: number): void {
  const deed = deedOf(run, fact.effect, version);
  if (deed === undefined) return;
  deed.endedAt = at;
  deed.outcome = outcomes[fact.type];
  if (fact.type !== 'effect.completed' && fact.error !== undefined) deed.error = fact.error;
}

type ResolutionFact = Extract<Fact, { readonly type: 'effect.resolved' }>;

function noteResolution(run: Run, { effect, as, reason }: ResolutionFact, version: number): void {
  const deed = deedOf(run, effect, version);
  if (deed !== undefined) deed.resolved = { as, ...(reason === undefined ? {} : { reason }) };
}

/** The deed that an event concerns. */
function deedOf(run: Run, effect: number, version: number): Deed | undefined {
  const task = run.tasks.get(run.effects.get(effect) ?? '');
  task?.versions.push(version);
  return task?.deeds.find((each) => each.version === effect);
}

const outcomes = {
  'effect.completed': 'completed',
  'effect.failed': 'failed',
  'effect.abandoned': 'abandoned',
} as const;

function taskOfFact(run: Run, fact: { readonly task: string; readonly visit?: number }): TaskRun | undefined {
  return run.tasks.get(taskKey(fact.task, fact.visit));
}

function endTask(task: TaskRun, status: TaskStatus, at: number): void {
  task.status = status;
  task.endedAt = at;
  delete task.due;
  const last = task.attempts.at(-1);
  if (last !== undefined && last.endedAt === undefined) last.endedAt = at;
}

function endAttempt(task: TaskRun, at: number, error: WorkflowError, retryAt?: number): void {
  const last = task.attempts.at(-1);
  if (last === undefined) return;
  last.endedAt = at;
  last.error = error;
  if (retryAt !== undefined) last.retryAt = retryAt;
}

function endOpenTasks(run: Run, status: TaskStatus, at: number): void {
  for (const task of run.tasks.values()) if (task.endedAt === undefined) endTask(task, status, at);
}

/** The last step of a task's pointer is its name; what is around it goes by that too. */
export function nameOf(pointer: string): string {
  const step = taskPointer(pointer).split('/').at(-1) ?? '';
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
