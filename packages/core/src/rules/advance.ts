/**
 * advance: goes on with whatever may go on, until all that is left waits for the world, the execution has ended,
 * or the decision has reached its bound.
 */
import type { Json } from '../model/json.ts';
import { type TaskState, waitsForPlace } from '../model/state.ts';
import { unreachable } from '../model/unreachable.ts';
import type { LinkedList } from '../program/link.ts';
import type { ForkNode } from '../program/program.ts';
import { byArrival } from './arrival.ts';
import type { Decision } from './decision.ts';
import { evaluate, type Place, validate } from './evaluate.ts';
import { Fault, standardError } from './fault.ts';
import { bound, finish } from './finish.ts';
import { advanceList } from './list.ts';
import { faultExecution, raise, referenceAt } from './raise.ts';
import { runCall } from './tasks/call.ts';
import { runEmit } from './tasks/emit.ts';
import { advanceExtended, advanceExtension } from './tasks/extended.ts';
import { advanceFor } from './tasks/for.ts';
import { advanceFork, mayGoOn } from './tasks/fork.ts';
import { mayListenOn, runListen } from './tasks/listen.ts';
import { runRaise } from './tasks/raise.ts';
import { runChild } from './tasks/run.ts';
import { runSet } from './tasks/set.ts';
import { runSwitch } from './tasks/switch.ts';
import { advanceTry } from './tasks/try.ts';
import { runWait } from './tasks/wait.ts';

export function advance(decision: Decision): void {
  while (decision.ready.length > 0 && decision.running) {
    const bound = boundOf(decision);
    if (bound !== undefined) return endHistory(decision, bound);
    if (decision.exhausted && mayMove(decision)) return decision.emit({ type: 'execution.yielded' });
    step(decision, decision.ready.pop() as string);
  }
}

/**
 * Puts on the stack all that may go on: after a resume, a timer, or a decision that reached its bound. First goes on
 * what could do so first, so that a race is won by who ended first.
 */
export function readyAll(decision: Decision): void {
  const { state, ready } = decision;
  if (waitsForPlace(state)) return;
  const may = Object.entries(state.tasks).filter(([, task]) => isReady(decision, task));
  may.sort(([, one], [, other]) => byArrival(one, other));
  for (const [key] of may.reverse()) ready.push(key);
  if (state.main.live === 0) ready.push('');
}

/** Whether the stack holds more than names of what has ended or waits: only then there is something to go on with. */
function mayMove(decision: Decision): boolean {
  const { state } = decision;
  return decision.ready.some((key) => {
    const task = state.tasks[key];
    return key === '' || (task !== undefined && isReady(decision, task));
  });
}

function isReady(decision: Decision, task: TaskState): boolean {
  const { now } = decision.moment;
  switch (task.kind) {
    case 'wait':
      return task.due === undefined || task.due <= now;
    case 'call':
      if (task.called !== undefined) return task.live === 0;
      return task.effect === undefined || task.answered !== undefined;
    case 'run':
      return task.child === undefined || task.answered !== undefined;
    case 'fork':
      return mayGoOn(task, decision.nodeOf(task).node as ForkNode);
    case 'listen':
      return task.live === 0 && mayListenOn(task);
    case 'try':
      return task.stage === 'delayed' ? (task.due ?? 0) <= now : task.live === 0;
    default:
      return task.live === 0;
  }
}

function step(decision: Decision, key: string): void {
  if (key === '') return advanceMain(decision);
  const task = decision.state.tasks[key];
  if (task === undefined) return;
  try {
    runTask(decision, key, task);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    raise(decision, key, error.error);
  }
}

function runTask(decision: Decision, key: string, task: TaskState): void {
  const linked = decision.nodeOf(task);
  const { node } = linked;
  switch (node.kind) {
    case 'do':
      return advanceList(decision, key, task, linked.body as LinkedList, (then) =>
        finish(decision, key, { then }),
      );
    case 'set':
      return runSet(decision, key, task, node);
    case 'switch':
      return runSwitch(decision, key, task, node);
    case 'raise':
      return runRaise(decision, key, task, node);
    case 'emit':
      return runEmit(decision, key, task, node);
    case 'wait':
      return runWait(decision, key, task, node);
    case 'call':
      return runCall(decision, key, task, node);
    case 'extended':
      return advanceExtended(decision, key, task, linked);
    case 'extension':
      return advanceExtension(decision, key, task, linked, node);
    case 'run':
      return runChild(decision, key, task, node);
    case 'for':
      return advanceFor(decision, key, task, linked, node);
    case 'fork':
      return advanceFork(decision, key, task, linked, node);
    case 'try':
      return advanceTry(decision, key, task, linked, node);
    case 'listen':
      return runListen(decision, key, task, linked, node);
    case 'unsupported':
    case 'graph':
    case 'compensate':
    case 'continueAs':
      throw new Error(`broken rule: a program with a ${node.kind} node is not started`);
    default:
      return unreachable(node);
  }
}

function advanceMain(decision: Decision): void {
  const { state, executable } = decision;
  try {
    advanceList(decision, '', state.main, executable.main, () => complete(decision));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    faultExecution(decision, { instance: '/output', ...error.error });
  }
}

function complete(decision: Decision): void {
  const { state, executable } = decision;
  const { output } = executable.program;
  const place: Place = { decision, parent: '' };
  const raw = state.main.value;
  const value: Json = output?.as === undefined ? raw : evaluate(output.as, raw, place);
  if (output?.schema !== undefined) validate(output.schema, value, "the workflow's output", decision);
  if (value !== raw) bound(decision, value, 'the workflow yields');
  decision.emit(
    value === raw ? { type: 'execution.completed' } : { type: 'execution.completed', output: value },
  );
}

/** The bound that the history has reached. */
function boundOf({ state, limits, historyBytes }: Decision): string | undefined {
  if (state.version >= limits.historyEventsMax) return `${limits.historyEventsMax} events`;
  return historyBytes >= limits.historyBytesMax ? `${limits.historyBytesMax} bytes of values` : undefined;
}

function endHistory(decision: Decision, bound: string): void {
  const { state, executable } = decision;
  const task = state.tasks[decision.ready.at(-1) as string];
  const pointer = (task ?? state.main).last?.task ?? task?.task;
  const instance = pointer === undefined ? executable.program.pointer : referenceAt(decision, pointer);
  const detail = `the execution reached its limit of ${bound}`;
  faultExecution(decision, standardError('runtime', detail, instance));
}
