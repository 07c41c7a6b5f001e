import type { TaskSkipped, TaskStarted } from '../model/facts.ts';
import type { Json } from '../model/json.ts';
import { type ScopeState, taskKey } from '../model/state.ts';
import type { LinkedNode } from '../program/link.ts';
import type { Node } from '../program/program.ts';
import type { Decision } from './decision.ts';
import { evaluate, evaluateDuration, holds, type Place, validate } from './evaluate.ts';
import { Fault } from './fault.ts';
import { bound } from './finish.ts';
import { raise } from './raise.ts';
import { applyingTo } from './tasks/extended.ts';

/** Enters a task: its condition, its input, its timeout, in the order of the specification. */
export function enter(decision: Decision, linked: LinkedNode, parent: string, branch?: number): void {
  const { state } = decision;
  const { node } = linked;
  const scope: ScopeState = parent === '' ? state.main : decision.task(parent);
  const visit = (state.visits[node.pointer] ?? 0) + 1;
  const raw = scope.value;
  const place: Place = { decision, node: linked, parent, rawInput: raw };
  const key = taskKey(node.pointer, visit);
  try {
    if (node.if !== undefined && !holds(node.if, raw, place)) {
      decision.emit(aboutTask('task.skipped', node, visit, parent, branch));
      decision.ready.push(parent);
      return;
    }
    const started = aboutTask('task.started', node, visit, parent, branch);
    recordStart(started, node, raw, place);
    decision.emit(started);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    decision.emit(aboutTask('task.started', node, visit, parent, branch));
    return raise(decision, key, error.error);
  }
  decision.ready.push(key);
}

/** A fact that is still being put together. Members are set one by one: it is made for every task, and spreads are slow. */
type Draft<T> = { -readonly [Member in keyof T]: T[Member] };

function aboutTask<T extends 'task.started' | 'task.skipped'>(
  type: T,
  node: Node,
  visit: number,
  parent: string,
  branch: number | undefined,
): Draft<Extract<TaskStarted | TaskSkipped, { type: T }>> {
  const fact: Draft<TaskStarted | TaskSkipped> = { type, task: node.pointer, kind: kindOf(node) };
  if (visit !== 1) fact.visit = visit;
  if (parent !== '') fact.parent = parent;
  if (branch !== undefined) fact.branch = branch;
  return fact as Draft<Extract<TaskStarted | TaskSkipped, { type: T }>>;
}

/** What starting a task records beside its name. */
function recordStart(started: Draft<TaskStarted>, node: Node, raw: Json, place: Place): void {
  const { decision } = place;
  if (node.input?.schema !== undefined) validate(node.input.schema, raw, "the task's input", decision);
  const input = node.input?.from === undefined ? raw : evaluate(node.input.from, raw, place);
  if (input !== raw) bound(decision, input, "the task's input takes");
  if (input !== raw) started.input = input;
  const attempt = node.kind === 'try' ? node.retry?.limit.attemptDuration : undefined;
  if (node.timeout === undefined && attempt === undefined && node.kind !== 'extended') return;
  const inside: Place = { ...place, input };
  const { now } = decision.moment;
  if (node.timeout !== undefined) started.deadline = now + evaluateDuration(node.timeout, input, inside);
  if (node.kind === 'extended') started.extensions = applyingTo(node, input, inside);
  if (attempt !== undefined) started.due = now + evaluateDuration(attempt, input, inside);
}

function kindOf(node: Node): TaskStarted['kind'] {
  if (node.kind === 'unsupported')
    throw new Error('broken rule: a program with an unsupported node is not started');
  return node.kind;
}
