/**
 * decide: what one command does to one execution.
 *
 * 1. It is synchronous and total: a fault of the workflow becomes facts, what cannot be done is a refusal, and
 *    what was done already is accepted without facts. It throws only for a bug of ours.
 * 2. It advances `state` in place (see `evolve`); time and chance come with the moment.
 * 3. It runs to the next real wait: any number of `set`, `switch` and `for` tasks in a row are one decision.
 */
import type {
  Command,
  CompleteEffect,
  GrantPlace,
  Moment,
  Refusal,
  ResolveEffect,
  RestoreExecution,
  StartExecution,
  WithdrawChild,
} from '../model/commands.ts';
import type { DefinitionReference, EffectAbandoned, ExecutionStarted, Fact } from '../model/facts.ts';
import type { Json } from '../model/json.ts';
import {
  type CallState,
  type ExecutionState,
  isTerminal,
  type TaskState,
  waitsForPlace,
} from '../model/state.ts';
import { unreachable } from '../model/unreachable.ts';
import type { Executable } from '../program/link.ts';
import { unsupportedMessage } from '../program/unsupported.ts';
import { advance, readyAll } from './advance.ts';
import { completeChild, isChildOf, resolveChild } from './children.ts';
import { Decision } from './decision.ts';
import { deliver } from './deliver.ts';
import { evaluate, evaluateDuration, type Place, validate } from './evaluate.ts';
import { Fault, standardError } from './fault.ts';
import { bound } from './finish.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { cancelAll, faultExecution, raise, referenceOf } from './raise.ts';
import { withJsonNumbers } from './recordable.ts';
import { restoredState } from './restore.ts';
import { passing } from './tasks/catch.ts';

export type Decided =
  | {
      readonly type: 'decided';
      readonly facts: readonly Fact[];
      /** effects whose task went away */
      readonly revoked: readonly number[];
      /** approximate size of the values that the facts record */
      readonly bytes: number;
    }
  | { readonly type: 'refused'; readonly refusal: Refusal };

export interface DecideOptions {
  readonly execution: string;
  readonly executable: Executable;
  readonly moment: Moment;
  readonly limits?: Limits;
  /** approximate bytes of the values that the execution has recorded so far; absent: none */
  readonly recordedBytes?: number;
  /** whether the number of executions of a workflow is limited, so that one waits for a place; absent: none does */
  readonly needsPlace?: ((definition: DefinitionReference) => boolean) | undefined;
}

/** Decides `command` on `state`, which is advanced by the facts that come back. */
export function decide(state: ExecutionState, command: Command, options: DecideOptions): Decided {
  const refusal = refuses(state, command, options.executable);
  if (refusal !== undefined) return { type: 'refused', refusal };
  const { execution, executable, moment, limits = defaultLimits, recordedBytes = 0 } = options;
  const decision = new Decision(execution, state, executable, moment, limits, recordedBytes);
  carryOut(decision, command);
  if (isBeginning(command)) askForPlace(decision, options.needsPlace);
  advance(decision);
  return { type: 'decided', facts: decision.facts, revoked: decision.revoked, bytes: decision.bytes };
}

function isBeginning({ type }: Command): boolean {
  return type === 'execution.start' || type === 'execution.restore';
}

/** What has begun goes on when it has a place. */
function askForPlace(decision: Decision, needsPlace: DecideOptions['needsPlace']): void {
  const { definition } = decision.state;
  if (needsPlace === undefined || definition === null || !decision.running || !needsPlace(definition)) return;
  decision.ready.length = 0;
  decision.emit({ type: 'place.requested' });
}

function refuses(state: ExecutionState, command: Command, { program }: Executable): Refusal | undefined {
  const { phase } = state;
  switch (command.type) {
    case 'execution.start':
    case 'execution.restore':
      if (phase !== 'absent') return { code: 'already-exists', message: 'an execution with this id exists' };
      if (program.missing !== undefined)
        return { code: 'not-runnable', message: `${program.missing[0]?.key} has not been read` };
      return program.unsupported.length === 0
        ? undefined
        : { code: 'not-runnable', message: unsupportedMessage(program.unsupported) };
    case 'child.withdraw':
      return undefined;
    case 'effect.complete':
    case 'child.resolve':
    case 'child.complete':
    case 'timers.fire':
    case 'event.deliver':
    case 'execution.continue':
    case 'place.grant':
      return phase === 'absent' ? notFound : undefined;
    case 'effect.resolve':
      if (phase === 'absent') return notFound;
      return typeof state.effects[command.effect] === 'string' ? undefined : notOpen(command.effect);
    case 'execution.cancel':
      if (phase === 'absent') return notFound;
      return phase === 'completed' || phase === 'faulted' ? alreadyEnded(phase) : undefined;
    case 'execution.suspend':
    case 'execution.resume':
      if (phase === 'absent') return notFound;
      return isTerminal(phase) ? alreadyEnded(phase) : undefined;
    default:
      return unreachable(command);
  }
}

const notFound: Refusal = { code: 'not-found', message: 'there is no such execution' };

function notOpen(effect: number): Refusal {
  return { code: 'not-open', message: `the effect ${effect} has its outcome, or nobody waits for it` };
}

function alreadyEnded(phase: string): Refusal {
  return { code: 'already-ended', message: `the execution has ended: it is ${phase}` };
}

function carryOut(decision: Decision, command: Command): void {
  switch (command.type) {
    case 'execution.start':
      return start(decision, command);
    case 'execution.restore':
      return restore(decision, command);
    case 'effect.complete':
      return completeEffect(decision, command);
    case 'effect.resolve':
      return resolveEffect(decision, command);
    case 'timers.fire':
      return fireTimers(decision);
    case 'event.deliver':
      return deliver(decision, command);
    case 'execution.continue':
      return goOn(decision);
    case 'place.grant':
      return grantPlace(decision, command);
    case 'execution.cancel':
      return cancel(decision, command.reason);
    case 'execution.suspend':
      if (decision.running) decision.emit({ type: 'execution.suspended', ...reasonOf(command.reason) });
      return;
    case 'execution.resume':
      return resume(decision, command.reason);
    case 'child.resolve':
      return resolveChild(decision, command);
    case 'child.complete':
      return completeChild(decision, command);
    case 'child.withdraw':
      return withdraw(decision, command);
    default:
      return unreachable(command);
  }
}

function start(decision: Decision, command: StartExecution): void {
  const { program } = decision.executable;
  const fact = beginning(command);
  const { input } = fact;
  decision.weigh(input);
  const place: Place = { decision, parent: '', rawInput: input };
  let instance = '/input';
  try {
    if (program.input?.schema !== undefined)
      validate(program.input.schema, input, "the workflow's input", decision);
    const value: Json =
      program.input?.from === undefined ? input : evaluate(program.input.from, input, place);
    if (value !== input) bound(decision, value, "the workflow's input takes");
    instance = '/timeout';
    const timeout =
      program.timeout === undefined
        ? undefined
        : evaluateDuration(program.timeout, value, { ...place, input: value });
    decision.emit({
      ...fact,
      ...(value === input ? {} : { value }),
      ...(timeout === undefined ? {} : { deadline: decision.moment.now + timeout }),
    });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    decision.emit(fact);
    return faultExecution(decision, { instance, ...error.error });
  }
  decision.ready.push('');
}

function beginning({ definition, input, parent, cause }: StartExecution): ExecutionStarted {
  return {
    type: 'execution.started',
    definition,
    input: withJsonNumbers(input),
    ...(parent === undefined ? {} : { parent }),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** The parent has gone on: what runs is cancelled, and what is still to be started never will be. */
function withdraw(decision: Decision, command: WithdrawChild): void {
  if (decision.state.phase === 'absent') decision.emit(beginning(command.start));
  else if (!isChildOf(decision, command)) return;
  cancel(decision, 'the execution that runs it has ended, or goes on without it');
}

function restore(decision: Decision, { from, state, task, reason }: RestoreExecution): void {
  const restored = restoredState(state, task, decision.moment.now);
  decision.weigh(restored);
  decision.emit({ type: 'execution.restored', from, state: restored, ...reasonOf(reason) });
  readyAll(decision);
}

/** What was said is recorded, then taken for what happened. */
function resolveEffect(decision: Decision, { effect, outcome, reason }: ResolveEffect): void {
  const as = outcome === undefined ? 'again' : outcome.type === 'completed' ? 'done' : 'failed';
  decision.emit({ type: 'effect.resolved', effect, as, ...reasonOf(reason) });
  if (outcome !== undefined) completeEffect(decision, { effect, outcome });
}

function completeEffect(decision: Decision, { effect, outcome }: Omit<CompleteEffect, 'type'>): void {
  const key = decision.state.effects[effect];
  if (key === undefined) return;
  if (key === null) return decision.emit(abandoned(effect, outcome));
  // Asked before the result is folded, which ends the pause between two decisions.
  const { yielded } = decision.state;
  const pins = outcome.pins === undefined ? {} : { pins: outcome.pins };
  if (outcome.type === 'completed') {
    const output = withJsonNumbers(outcome.output);
    decision.weigh(output);
    decision.emit({ type: 'effect.completed', effect, output, ...pins });
  } else {
    const unknown = outcome.unknown === true ? { unknown: true as const } : {};
    const instance = (decision.state.tasks[key] as CallState).task;
    decision.emit({
      type: 'effect.failed',
      effect,
      error: { ...outcome.error, instance },
      ...unknown,
      ...pins,
    });
  }
  if (!decision.running) return;
  if (yielded) readyAll(decision);
  decision.ready.push(key);
}

function abandoned(effect: number, outcome: CompleteEffect['outcome']): EffectAbandoned {
  return outcome.type === 'completed'
    ? { type: 'effect.abandoned', effect, output: outcome.output }
    : { type: 'effect.abandoned', effect, error: outcome.error };
}

function fireTimers(decision: Decision): void {
  const { state, moment } = decision;
  if (!decision.running || state.due === null || state.due > moment.now) return;
  timeOut(decision);
  if (decision.running) readyAll(decision);
}

/** Strikes the timeouts that are due, the outermost first: what it ends has no timeout of its own any more. */
function timeOut(decision: Decision): void {
  const { state, moment } = decision;
  if (state.deadline !== undefined && state.deadline <= moment.now) {
    return faultExecution(decision, standardError('timeout', "the workflow's timeout struck", '/timeout'));
  }
  if (waitsForPlace(state)) return;
  for (const key of Object.keys(state.tasks)) {
    const task = state.tasks[key];
    if (task === undefined || !decision.running) continue;
    if (task.deadline !== undefined && task.deadline <= moment.now)
      raise(decision, key, standardError('timeout', "the task's timeout struck", referenceOf(decision, key)));
    else if (isAttemptOver(task, moment)) timeOutAttempt(decision, key, task);
  }
}

function isAttemptOver(task: TaskState, { now }: Moment): boolean {
  return task.kind === 'try' && task.stage === 'trying' && task.due !== undefined && task.due <= now;
}

/** An attempt that takes too long is an error inside the `try`: it may be caught, and tried again. */
function timeOutAttempt(decision: Decision, key: string, task: TaskState): void {
  const inside = Object.keys(decision.state.tasks).find(
    (other) => decision.state.tasks[other]?.parent === key,
  );
  const error = standardError('timeout', "the attempt's time limit struck", task.task);
  if (inside !== undefined) return raise(decision, inside, error);
  // A decision that reached its bound may have stopped between two tasks of the attempt.
  const uncaught = passing(decision, key, error);
  if (uncaught !== undefined) raise(decision, key, uncaught);
}

function goOn(decision: Decision): void {
  if (decision.running && decision.state.yielded) readyAll(decision);
}

function grantPlace(decision: Decision, { resumed }: GrantPlace): void {
  if (!decision.running || !waitsForPlace(decision.state)) return;
  if (resumed !== undefined && resumed !== (decision.state.place?.resumed ?? 0)) return;
  decision.emit({ type: 'place.granted' });
  readyAll(decision);
}

function cancel(decision: Decision, reason: string | undefined): void {
  if (decision.over) return;
  cancelAll(decision);
  decision.emit({ type: 'execution.cancelled', ...reasonOf(reason) });
}

function resume(decision: Decision, reason: string | undefined): void {
  if (decision.running) return;
  decision.emit({ type: 'execution.resumed', ...reasonOf(reason) });
  timeOut(decision);
  if (decision.running) readyAll(decision);
}

function reasonOf(reason: string | undefined): { reason?: string } {
  return reason === undefined ? {} : { reason };
}
