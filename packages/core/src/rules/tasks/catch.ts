/** What a `try` does with an error: let it pass, try again, or handle it. */
import { sameErrorType } from '../../language/errors.ts';
import type { WorkflowError } from '../../model/errors.ts';
import type { TryState } from '../../model/state.ts';
import type { ErrorFilter, RetrySource, Template, TryNode } from '../../program/program.ts';
import { type Decision, of } from '../decision.ts';
import { evaluate, evaluateDuration, holds, type Place } from '../evaluate.ts';
import { Fault } from '../fault.ts';
import { placeOf } from '../finish.ts';

/** The error that goes on outwards; undefined: the `try` at `key` caught it, and has recorded what comes next. */
export function passing(decision: Decision, key: string, error: WorkflowError): WorkflowError | undefined {
  const task = decision.task(key) as TryState;
  const node = decision.nodeOf(task).node as TryNode;
  const place: Place = { ...placeOf(decision, task), bound: { [node.as]: error } };
  try {
    if (!concerns(node, error, task, place)) return error;
    const due = node.retry === undefined ? undefined : nextAttempt(node.retry, task, place);
    if (due !== undefined)
      decision.emit({ type: 'retry.scheduled', ...of(task), error, attempt: task.attempt + 1, due });
    // A policy that is spent, with nothing to handle the error, has not dealt with it: it goes on outwards.
    else if (node.retry !== undefined && !isHandled(node)) return error;
    else decision.emit({ type: 'error.caught', ...of(task), error });
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    return uncaught(error, `${node.reference ?? node.pointer}/catch`, fault);
  }
  decision.ready.push(key);
  return undefined;
}

function isHandled({ handler, catchThen }: TryNode): boolean {
  return handler !== undefined || catchThen !== undefined;
}

/** A condition or a policy that fails catches nothing: the error is still what the author must see, and then why. */
function uncaught(error: WorkflowError, at: string, { error: { detail = '' } }: Fault): WorkflowError {
  const told = error.detail === undefined ? '' : `${error.detail}; `;
  return { ...error, detail: `${told}not caught, as ${at} failed: ${detail}` };
}

function concerns(node: TryNode, error: WorkflowError, task: TryState, place: Place): boolean {
  return (
    (node.errors === undefined || matches(node.errors, error, task, place)) &&
    (node.when === undefined || holds(node.when, task.input, place)) &&
    (node.exceptWhen === undefined || !holds(node.exceptWhen, task.input, place))
  );
}

function matches(filter: ErrorFilter, error: WorkflowError, task: TryState, place: Place): boolean {
  const value = (template: Template) => evaluate(template, task.input, place);
  return (
    (filter.type === undefined || sameErrorType(String(value(filter.type)), error.type)) &&
    (filter.status === undefined || Number(value(filter.status)) === error.status) &&
    (filter.title === undefined || value(filter.title) === error.title) &&
    (filter.detail === undefined || value(filter.detail) === error.detail) &&
    (filter.instance === undefined || value(filter.instance) === error.instance)
  );
}

/** The instant of the next attempt, or undefined when the policy gives none. */
function nextAttempt(retry: RetrySource, task: TryState, place: Place): number | undefined {
  const { now } = place.decision.moment;
  const { limit } = retry;
  if (limit.attemptsMax !== undefined && task.attempt >= limit.attemptsMax) return undefined;
  if (retry.when !== undefined && !holds(retry.when, task.input, place)) return undefined;
  if (retry.exceptWhen !== undefined && holds(retry.exceptWhen, task.input, place)) return undefined;
  const due = now + delayOf(retry, task, place);
  if (limit.duration === undefined) return due;
  return due <= task.startedAt + evaluateDuration(limit.duration, task.input, place) ? due : undefined;
}

/** A hundred years: no retry is further away, whatever an exponent says. */
const delayMsMax = 100 * 365 * 86_400_000;

function delayOf(retry: RetrySource, task: TryState, place: Place): number {
  const base = retry.delay === undefined ? 0 : evaluateDuration(retry.delay, task.input, place);
  return Math.min(
    delayMsMax,
    Math.round(base * factorOf(retry, task.attempt) + jitterOf(retry, task, place)),
  );
}

/** Attempt 1 has failed: the first retry waits `delay` under every backoff. */
function factorOf({ backoff }: RetrySource, attempt: number): number {
  if (backoff === 'constant') return 1;
  return backoff === 'linear' ? attempt : 2 ** Math.min(attempt - 1, 60);
}

function jitterOf({ jitter }: RetrySource, task: TryState, place: Place): number {
  if (jitter === undefined) return 0;
  const from = evaluateDuration(jitter.from, task.input, place);
  const to = evaluateDuration(jitter.to, task.input, place);
  return from + place.decision.moment.random() * Math.max(0, to - from);
}
