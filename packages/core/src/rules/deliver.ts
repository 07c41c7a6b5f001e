/**
 * An event reaches an execution: every task that listens for it takes it in this one decision, and none takes it again.
 * While the execution is suspended what is taken is recorded, and goes on when it is resumed.
 */
import type { DeliverEvent } from '../model/commands.ts';
import type { EventConsumed } from '../model/facts.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { isTerminal, type ListenState, taskKey } from '../model/state.ts';
import type { EventFilter, EventStrategy, Expression, ListenNode, Template } from '../program/program.ts';
import { readyAll } from './advance.ts';
import { type Decision, of } from './decision.ts';
import { evaluate, holds, type Place } from './evaluate.ts';
import { type FilterSight, matchFilter, sameKey } from './event-filter.ts';
import { Fault, standardFault } from './fault.ts';
import { placeOf } from './finish.ts';
import { eventKey } from './listening.ts';
import { raise } from './raise.ts';
import { rawOf } from './read-event.ts';
import { withJsonNumbers } from './recordable.ts';
import { filtersOf } from './tasks/listen.ts';

export function deliver(decision: Decision, { event: given, listeners }: DeliverEvent): void {
  const { state } = decision;
  if (isTerminal(state.phase) || state.consumed?.[eventKey(given)] !== undefined) return;
  const event = withJsonNumbers(given) as JsonObject;
  const { yielded } = state;
  const taken: string[] = [];
  for (const key of Object.keys(state.tasks)) {
    const task = state.tasks[key];
    if (task?.kind !== 'listen' || task.over === true) continue;
    const filters = listeners.filter(({ version }) => version === task.since).map(({ filter }) => filter);
    if (filters.length > 0 && offer(decision, task, event, filters)) taken.push(key);
  }
  if (taken.length === 0 || !decision.running) return;
  if (yielded) readyAll(decision);
  decision.ready.push(...taken.filter((key) => state.tasks[key] !== undefined).reverse());
}

/** Offers an event to a task: the first of its open filters that it fits takes it, those of `until` before all others. */
function offer(
  decision: Decision,
  task: ListenState,
  event: JsonObject,
  numbers: readonly number[],
): boolean {
  const node = decision.nodeOf(task).node as ListenNode;
  const filters = filtersOf(node);
  const own = node.to.filters.length;
  const order = [...numbers].sort((a, b) => Number(a < own) - Number(b < own) || a - b);
  for (const number of order) {
    const keys = keysIn(decision, task, filters[number], event, number);
    if (keys === undefined) continue;
    try {
      take(decision, task, node, event, number, keys);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      raise(decision, taskKey(task.task, task.visit), error.error);
    }
    return true;
  }
  return false;
}

/** The correlations that an event gives their value, or undefined when the filter does not take it. */
function keysIn(
  decision: Decision,
  task: ListenState,
  filter: EventFilter | undefined,
  event: JsonObject,
  number: number,
): Readonly<Record<string, Json>> | undefined {
  const state = task.filters[number];
  if (filter === undefined || state === undefined || state.closed === true) return undefined;
  const matched = matchFilter(filter, event, sightOf(decision, task));
  if (matched.type === 'miss') return undefined;
  const keys: Record<string, Json> = {};
  for (const [name, value] of Object.entries(matched.values)) {
    const wanted = state.expect?.[name] ?? task.keys[name];
    if (wanted === undefined) keys[name] = value;
    else if (!sameKey(wanted, value)) return undefined;
  }
  return keys;
}

function sightOf(decision: Decision, task: ListenState): FilterSight {
  const place = placeOf(decision, task);
  let steps = 0;
  return {
    evaluate: (template: Template | Expression, dot) => ({
      type: 'value',
      value: evaluate(template, dot, place),
    }),
    charge(more) {
      steps += more;
      if (steps > decision.limits.expressionStepsMax)
        throw standardFault('expression', 'the regular expressions of a filter took too many steps');
    },
  };
}

function take(
  decision: Decision,
  task: ListenState,
  node: ListenNode,
  event: JsonObject,
  filter: number,
  keys: Readonly<Record<string, Json>>,
): void {
  const own = node.to.filters.length;
  const until = filter >= own;
  const strategy = until && node.until?.type === 'consumed' ? node.until.strategy : node.to;
  const read = until || node.read === 'data' ? {} : { read: node.read };
  const value = node.read === 'raw' && !until ? { value: rawOf(event) } : {};
  decision.weigh(event);
  const fact: EventConsumed = {
    type: 'event.consumed',
    ...of(task),
    filter,
    event,
    ...read,
    ...value,
    ...(Object.keys(keys).length === 0 ? {} : { keys }),
    ...(strategy.type === 'all' ? { closes: true as const } : {}),
    ...(until ? { until: true as const } : {}),
  };
  const numbers = until ? { from: own, to: task.filters.length } : { from: 0, to: own };
  const last = (until || node.until === undefined) && isComplete(task, strategy.type, filter, numbers);
  decision.emit(last ? { ...fact, last: true } : fact);
  if (isOver(decision, task, node)) decision.emit({ type: 'listen.ended', ...of(task) });
}

/** Whether a strategy has all that it waits for when one more of its filters has taken an event. */
function isComplete(
  task: ListenState,
  type: EventStrategy['type'],
  filter: number,
  { from, to }: { readonly from: number; readonly to: number },
): boolean {
  if (type !== 'all') return true;
  for (let number = from; number < to; number++)
    if (number !== filter && task.filters[number]?.closed !== true) return false;
  return true;
}

/** The condition of an `until` over what was consumed so far; with `foreach` it is asked when the tasks have ended. */
function isOver(decision: Decision, task: ListenState, { until, foreach }: ListenNode): boolean {
  if (until?.type !== 'condition' || foreach !== undefined) return false;
  const place: Place = placeOf(decision, task);
  return holds(until.when, task.value, place);
}
