/**
 * evolve: one fact folded into the state of its execution.
 *
 * 1. It copies recorded values and counts; it evaluates nothing and never looks at the program.
 * 2. It is the only code that changes a state, for live decisions and for rebuilding alike, and changes it in
 *    place: a decision of twelve facts would otherwise copy the state twelve times. Whoever may have to go back
 *    (a refused commit) throws the state away and folds the log.
 * 3. It is total over facts that `decide` produced; anything else is a bug or a damaged log, and asserts.
 */
import type {
  ErrorCaught,
  ExecutionRestored,
  ExecutionStarted,
  Fact,
  FunctionCalled,
  RetryScheduled,
  RetryStarted,
  TaskCompleted,
  TaskFaulted,
  TaskKind,
  TaskSkipped,
  TaskStarted,
  WaitStarted,
} from '../model/facts.ts';
import {
  type CallState,
  type ExecutionState,
  type ExtendedState,
  emptyState,
  type ForkState,
  type ForState,
  type GraphState,
  type ListenState,
  type TaskState,
  type TryState,
  taskKey,
  type WaitState,
} from '../model/state.ts';
import { unreachable } from '../model/unreachable.ts';
import { suspended } from './arrival.ts';
import { dueOf, earliest, sooner } from './due.ts';
import { childEnded, childRequested, childResolved, childRevoked } from './evolve-children.ts';
import {
  effectAbandoned,
  effectAnswered,
  effectRequested,
  forgetCalls,
  revoke,
  triesAround,
} from './evolve-effects.ts';
import {
  eventConsumed,
  iterationCompleted,
  listenEnded,
  listenIterates,
  listenStarted,
} from './evolve-listen.ts';
import { placeGranted, waitsAnew } from './evolve-places.ts';
import { isJumpBack } from './jump.ts';
import { assert, forkOf, loopOf, type Scope, scopeOf, taskOf, tryOf } from './lookup.ts';

/** Folds `fact`, which happened at `at` (epoch ms), into `state`. */
export function evolve(state: ExecutionState, fact: Fact, at: number): void {
  state.version += 1;
  state.at = at;
  // Whatever goes on after a decision that reached its bound goes on with all of it; these two move nothing.
  if (fact.type !== 'effect.abandoned' && fact.type !== 'effect.resolved') state.yielded = false;
  switch (fact.type) {
    case 'execution.started':
      return started(state, fact, at);
    case 'execution.restored':
      return restored(state, fact, at);
    case 'execution.completed':
      state.output = fact.output === undefined ? state.main.value : fact.output;
      if (fact.continuedAs !== undefined) state.continuedAs = fact.continuedAs;
      return ended(state, 'completed', at);
    case 'execution.faulted':
      state.error = fact.error;
      return ended(state, 'faulted', at);
    case 'execution.cancelled':
      return ended(state, 'cancelled', at);
    case 'execution.suspended':
      return suspended(state);
    case 'execution.resumed':
      state.phase = 'running';
      if (state.place !== undefined) waitsAnew(state.place, state.version);
      return;
    case 'execution.yielded':
      state.yielded = true;
      return;
    case 'place.requested':
      state.place = { since: at };
      return;
    case 'place.granted':
      return placeGranted(state, at);
    case 'task.started':
      return taskStarted(state, fact, at);
    case 'task.skipped':
      return taskSkipped(state, fact);
    case 'task.completed':
      return taskCompleted(state, fact);
    case 'task.faulted':
      return taskFaulted(state, fact);
    case 'task.cancelled':
      leave(state, taskOf(state, fact));
      return;
    case 'function.called':
      return functionCalled(state, fact);
    case 'wait.started':
      return waitStarted(state, fact);
    case 'fork.started':
      forkOf(state, fact).results = new Array(fact.branches).fill(null);
      return;
    case 'loop.started':
      loopOf(state, fact).items = fact.items;
      return;
    case 'iteration.started': {
      const loop = loopOf(state, fact);
      loop.index = fact.index;
      listenIterates(loop);
      forgetCalls(state, loop);
      delete loop.last;
      return;
    }
    case 'error.caught':
      return errorCaught(state, fact);
    case 'retry.scheduled':
      return retryScheduled(state, fact);
    case 'retry.started':
      return retryStarted(state, fact, at);
    case 'effect.requested':
      return effectRequested(state, fact);
    case 'effect.completed':
    case 'effect.failed':
      forgetJumps(state);
      return effectAnswered(state, fact);
    case 'effect.resolved':
      return;
    case 'effect.abandoned':
      return effectAbandoned(state, fact);
    case 'event.emitted':
      taskOf(state, fact).value = fact.event;
      return;
    case 'child.requested':
      return childRequested(state, fact);
    case 'child.resolved':
      return childResolved(state, fact);
    case 'child.completed':
    case 'child.faulted':
    case 'child.cancelled':
      forgetJumps(state);
      return childEnded(state, fact);
    case 'child.revoked':
      return childRevoked(state, fact);
    case 'listen.started':
      forgetJumps(state);
      return listenStarted(state, fact);
    case 'event.consumed':
      forgetJumps(state);
      return eventConsumed(state, fact);
    case 'iteration.completed':
      return iterationCompleted(state, fact);
    case 'listen.ended':
      return listenEnded(state, fact);
    default:
      return unreachable(fact);
  }
}

/** The state after all of a stream's facts. */
export function fold(
  commits: Iterable<{ readonly time: number; readonly facts: readonly Fact[] }>,
  state = emptyState(),
): ExecutionState {
  for (const commit of commits) for (const fact of commit.facts) evolve(state, fact, commit.time);
  return state;
}

function started(state: ExecutionState, fact: ExecutionStarted, at: number): void {
  state.phase = 'running';
  state.definition = fact.definition;
  state.startedAt = at;
  state.input = fact.input;
  state.main.value = fact.value === undefined ? fact.input : fact.value;
  if (fact.parent !== undefined) state.parent = fact.parent;
  if (fact.cause !== undefined) state.cause = fact.cause;
  if (fact.deadline === undefined) return;
  state.deadline = fact.deadline;
  sooner(state, fact.deadline);
}

function restored(state: ExecutionState, fact: ExecutionRestored, at: number): void {
  const { version } = state;
  Object.assign(state, structuredCopy(fact.state));
  state.version = version;
  state.at = at;
  state.startedAt = at;
  state.phase = 'running';
  state.yielded = false;
  state.from = { execution: fact.from.execution, version: fact.from.version };
  state.due = earliest(state);
}

/** Plain JSON, copied, so that folding the same fact twice never shares a mutable state. */
function structuredCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function ended(state: ExecutionState, phase: 'completed' | 'faulted' | 'cancelled', at: number): void {
  state.phase = phase;
  state.endedAt = at;
  state.tasks = {};
  state.due = null;
  delete state.deadline;
  for (const version in state.effects) state.effects[version] = null;
}

function taskStarted(state: ExecutionState, fact: TaskStarted, at: number): void {
  const parent = enter(state, fact.parent ?? '', fact);
  const raw = parent.value;
  const input = fact.input === undefined ? raw : fact.input;
  const task = newTask(fact.kind, {
    task: fact.task,
    visit: fact.visit ?? 1,
    parent: fact.parent ?? '',
    startedAt: at,
    raw,
    input,
    value: input,
    live: 0,
  });
  if (fact.branch !== undefined) task.branch = fact.branch;
  if (fact.extensions !== undefined && task.kind === 'extended') task.extensions = fact.extensions;
  if (fact.deadline !== undefined) {
    task.deadline = fact.deadline;
    sooner(state, fact.deadline);
  }
  if (fact.due !== undefined && task.kind === 'try') {
    task.due = fact.due;
    sooner(state, fact.due);
  }
  state.tasks[taskKey(fact.task, fact.visit)] = task;
  parent.live += 1;
}

function newTask(kind: TaskKind, base: Omit<TaskState, 'kind'> & { live: number }): TaskState {
  switch (kind) {
    case 'for':
      return { ...base, kind, index: -1 } as ForState;
    case 'fork':
      return { ...base, kind, ended: 0, failed: 0, started: 0 } as ForkState;
    case 'extended':
      return { ...base, kind, extensions: [] } as ExtendedState;
    case 'listen':
      return { ...base, kind, filters: [], keys: {}, index: -1 } as ListenState;
    case 'graph':
      return { ...base, kind, outputs: {}, skipped: [] } as GraphState;
    case 'try':
      return {
        ...base,
        kind,
        stage: 'trying',
        attempt: 1,
        attemptedAt: base.startedAt,
        calls: {},
        unknown: {},
      } as TryState;
    default:
      return Object.assign(base, { kind }) as TaskState;
  }
}

/** Counts the visit, and that a fork has started one more branch. */
function enter(state: ExecutionState, parentKey: string, fact: TaskStarted | TaskSkipped): Scope {
  state.visits[fact.task] = fact.visit ?? 1;
  const parent = scopeOf(state, parentKey);
  if (isJumpBack(parent, fact.task)) state.jumps = (state.jumps ?? 0) + 1;
  delete parent.next;
  if (parent.kind === 'fork') branchStarted(parent, fact.branch);
  return parent;
}

function branchStarted(fork: ForkState, branch: number | undefined): void {
  if (fork.again === undefined) fork.started += 1;
  else if (fork.again.length > 1) fork.again = fork.again.filter((other) => other !== branch);
  else delete fork.again;
}

function taskSkipped(state: ExecutionState, fact: TaskSkipped): void {
  const parent = enter(state, fact.parent ?? '', fact);
  if (parent.kind === 'fork') return branchEnded(parent, fact.branch, parent.value, undefined);
  if (parent.kind === 'graph') parent.skipped.push(fact.task);
  parent.last = { task: fact.task };
}

function taskCompleted(state: ExecutionState, fact: TaskCompleted): void {
  const task = taskOf(state, fact);
  const held = fact.passes === true ? task.input : task.value;
  const output = fact.output === undefined ? held : fact.output;
  if (fact.context !== undefined) state.context = fact.context;
  const parent = leave(state, task);
  if (fact.compensable === true) {
    parent.compensable = [...(parent.compensable ?? []), taskKey(task.task, task.visit)];
  }
  if (parent.kind === 'fork') return branchEnded(parent, task.branch, output, fact.then);
  if (parent.kind === 'graph') parent.outputs[fact.task] = output;
  if (parent.kind === 'extended' && task.kind !== 'extension') parent.directive = fact.then ?? 'continue';
  parent.value = output;
  parent.last = fact.then === undefined ? { task: fact.task } : { task: fact.task, then: fact.then };
}

function taskFaulted(state: ExecutionState, fact: TaskFaulted): void {
  const parent = leave(state, taskOf(state, fact));
  if (parent.kind === 'fork') parent.failed += 1;
}

function branchEnded(
  fork: ForkState,
  branch: number | undefined,
  output: ForkState['value'],
  then: string | undefined,
): void {
  assert(branch !== undefined && fork.results !== undefined, 'a branch has a place in its fork');
  fork.results[branch] = output;
  fork.ended += 1;
  if (then === 'end') {
    fork.winner = branch;
    fork.last = { task: fork.task, then };
  } else if (fork.winner === undefined) fork.winner = branch;
}

/** Takes a task out of the state and answers the scope it ran in. */
function leave(state: ExecutionState, task: TaskState): Scope {
  delete state.tasks[taskKey(task.task, task.visit)];
  if (task.kind === 'call' && task.effect !== undefined && task.answered === undefined)
    revoke(state, task, task.effect);
  const parent = scopeOf(state, task.parent);
  parent.live -= 1;
  if (dueOf(task) !== null && dueOf(task) === state.due) state.due = earliest(state);
  return parent;
}

function functionCalled(state: ExecutionState, fact: FunctionCalled): void {
  const task = taskOf(state, fact) as CallState;
  task.called = fact.function;
  task.value = fact.value === undefined ? task.input : fact.value;
}

function waitStarted(state: ExecutionState, fact: WaitStarted): void {
  const task = taskOf(state, fact) as WaitState;
  task.due = fact.due;
  sooner(state, fact.due);
  forgetJumps(state);
}

/** Time has passed, or the world has answered: what went round until now did not go round for nothing. */
function forgetJumps(state: ExecutionState): void {
  if (state.jumps !== undefined) state.jumps = 0;
}

function errorCaught(state: ExecutionState, fact: ErrorCaught): void {
  const task = tryOf(state, fact);
  task.stage = 'catching';
  task.error = fact.error;
  task.value = task.input;
  delete task.last;
  delete task.due;
  state.due = earliest(state);
}

function retryScheduled(state: ExecutionState, fact: RetryScheduled): void {
  const task = tryOf(state, fact);
  forgetJumps(state);
  task.stage = 'delayed';
  task.error = fact.error;
  task.due = fact.due;
  state.due = earliest(state);
}

function retryStarted(state: ExecutionState, fact: RetryStarted, at: number): void {
  const task = tryOf(state, fact);
  task.stage = 'trying';
  task.attempt = fact.attempt;
  task.attemptedAt = at;
  task.value = task.input;
  recountCalls(state, task);
  delete task.last;
  delete task.error;
  if (fact.due === undefined) delete task.due;
  else task.due = fact.due;
  state.due = earliest(state);
}

/** The calls of an attempt that is over count no longer, in the tries around either: the next one makes the same. */
function recountCalls(state: ExecutionState, task: TryState): void {
  for (const { calls } of triesAround(state, task))
    for (const [call, count] of Object.entries(task.calls)) calls[call] = (calls[call] ?? count) - count;
  task.calls = {};
}
