import type { TaskStarted } from '../model/facts.ts';
import type { Json } from '../model/json.ts';
import { type ScopeState, taskKey } from '../model/state.ts';
import type { LinkedNode } from '../program/link.ts';
import type { Node } from '../program/program.ts';
import { type Decision, visitOf } from './decision.ts';
import { evaluate, evaluateDuration, holds, type Place, validate } from './evaluate.ts';
import { Fault } from './fault.ts';
import { raise } from './raise.ts';
import { applyingTo } from './tasks/extended.ts';

/** Enters a task: its condition, its input, its timeout, in the order of the specification. */
export function enter(decision: Decision, linked: LinkedNode, parent: string, branch?: number): void {
  const { state } = decision;
  const { node } = linked;
  const scope: ScopeState = parent === '' ? state.main : decision.task(parent);
  const visit = (state.visits[node.pointer] ?? 0) + 1;
  const about = {
    task: node.pointer,
    ...visitOf(visit),
    kind: kindOf(node),
    ...(parent === '' ? {} : { parent }),
    ...(branch === undefined ? {} : { branch }),
  };
  const raw = scope.value;
  const place: Place = { decision, node: linked, parent, rawInput: raw };
  const key = taskKey(node.pointer, visit);
  try {
    if (node.if !== undefined && !holds(node.if, raw, place)) {
      decision.emit({ type: 'task.skipped', ...about });
      decision.ready.push(parent);
      return;
    }
    decision.emit({ type: 'task.started', ...about, ...startOf(node, raw, place) });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    decision.emit({ type: 'task.started', ...about });
    return raise(decision, key, error.error);
  }
  decision.ready.push(key);
}

/** What starting a task records beside its name. */
function startOf(node: Node, raw: Json, place: Place): Partial<TaskStarted> {
  const { decision } = place;
  if (node.input?.schema !== undefined) validate(node.input.schema, raw, "the task's input", decision);
  const input = node.input?.from === undefined ? raw : evaluate(node.input.from, raw, place);
  if (input !== raw) decision.weigh(input);
  const inside: Place = { ...place, input };
  const timeout = node.timeout === undefined ? undefined : evaluateDuration(node.timeout, input, inside);
  const attempt = node.kind === 'try' ? node.retry?.limit.attemptDuration : undefined;
  const { now } = decision.moment;
  return {
    ...(input === raw ? {} : { input }),
    ...(timeout === undefined ? {} : { deadline: now + timeout }),
    ...(node.kind === 'extended' ? { extensions: applyingTo(node, input, inside) } : {}),
    ...(attempt === undefined ? {} : { due: now + evaluateDuration(attempt, input, inside) }),
  };
}

function kindOf(node: Node): TaskStarted['kind'] {
  if (node.kind === 'unsupported')
    throw new Error('broken rule: a program with an unsupported node is not started');
  return node.kind;
}
