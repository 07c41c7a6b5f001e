/** Listening: what is expected is recorded once, events are taken as they come, `foreach` works through them in order. */
import type { ListenFilter } from '../../model/facts.ts';
import type { Json } from '../../model/json.ts';
import type { ListenState, TaskState } from '../../model/state.ts';
import type { LinkedList, LinkedNode } from '../../program/link.ts';
import type { EventFilter, ListenNode } from '../../program/program.ts';
import { type Decision, of } from '../decision.ts';
import { evaluate, holds, type Place, validate } from '../evaluate.ts';
import { isComparable } from '../event-filter.ts';
import { standardFault } from '../fault.ts';
import { bound, finish, placeOf } from '../finish.ts';
import { advanceList } from '../list.ts';

export function runListen(
  decision: Decision,
  key: string,
  task: TaskState,
  linked: LinkedNode,
  node: ListenNode,
): void {
  if (task.kind !== 'listen') throw new Error('broken rule: a listen has the state of one');
  if (task.since === undefined) start(decision, task, node);
  if (task.iterating === true) {
    return advanceList(decision, key, task, linked.body as LinkedList, (then) => {
      endIteration(decision, task, node);
      // What was yielded for this event counts, as it does in a loop; what is queued behind it is left.
      if (then === 'end') return finish(decision, key, { then });
      if (isConditionMet(decision, task, node)) decision.emit({ type: 'listen.ended', ...of(task) });
      decision.ready.push(key);
    });
  }
  if (hasNext(task)) {
    decision.emit({ type: 'iteration.started', ...of(task), index: task.index + 1 });
    decision.ready.push(key);
  } else if (task.over === true) finish(decision, key);
}

/** Whether there is something to do for a task that nothing runs in. */
export function mayListenOn(task: ListenState): boolean {
  return task.since === undefined || task.iterating === true || task.over === true || hasNext(task);
}

function hasNext({ queue, index }: ListenState): boolean {
  return queue !== undefined && index + 1 < queue.length;
}

/** The filters of a task by their numbers. */
export function filtersOf({ to, until }: Pick<ListenNode, 'to' | 'until'>): readonly EventFilter[] {
  return until?.type === 'consumed' ? [...to.filters, ...until.strategy.filters] : to.filters;
}

function start(decision: Decision, task: ListenState, node: ListenNode): void {
  const place = placeOf(decision, task);
  const filters = filtersOf(node).map((filter) => listenFilter(filter, task.input, place));
  bound(decision, filters, 'what the correlations expect takes');
  decision.emit({
    type: 'listen.started',
    ...of(task),
    filters,
    ...(node.foreach === undefined ? {} : { foreach: true }),
  });
  if (isOfNone(node)) decision.emit({ type: 'listen.ended', ...of(task) });
}

/** All of no events have been consumed, or have ended it, from the beginning. */
function isOfNone({ to, until }: ListenNode): boolean {
  return to.filters.length === 0 || (until?.type === 'consumed' && until.strategy.filters.length === 0);
}

function listenFilter({ correlate }: EventFilter, input: Json, place: Place): ListenFilter {
  const expect: Record<string, Json> = {};
  const open: string[] = [];
  for (const { name, expect: wanted } of correlate) {
    if (wanted === undefined) open.push(name);
    else expect[name] = expected(name, evaluate(wanted, input, place));
  }
  return {
    ...(Object.keys(expect).length === 0 ? {} : { expect }),
    ...(open.length === 0 ? {} : { open }),
  };
}

/** An event without the value is none that correlates, so `null` would be waited for in vain. */
function expected(name: string, value: Json): Json {
  if (value !== null && isComparable(value)) return value;
  const what = value === null ? 'null' : 'a value that nests too deep to be compared';
  throw standardFault(
    'expression',
    `\`correlate.${name}.expect\` yields ${what}, which no event can be correlated by`,
  );
}

function endIteration(decision: Decision, task: ListenState, node: ListenNode): void {
  const { foreach } = node;
  if (foreach === undefined) throw new Error('broken rule: iterations are of a foreach');
  const item = task.queue?.[task.index] ?? null;
  const place: Place = {
    ...placeOf(decision, task),
    bound: { [foreach.each]: item, [foreach.at]: task.index },
  };
  // Without tasks the event itself is what there is to transform.
  const raw = foreach.tasks.length === 0 ? item : task.value;
  const output = foreach.output?.as === undefined ? raw : evaluate(foreach.output.as, raw, place);
  if (foreach.output?.schema !== undefined)
    validate(foreach.output.schema, output, "the iteration's output", decision);
  const context =
    foreach.export?.as === undefined ? undefined : evaluate(foreach.export.as, output, { ...place, output });
  if (foreach.export?.schema !== undefined && context !== undefined)
    validate(foreach.export.schema, context, 'the exported context', decision);
  if (output !== task.value) bound(decision, output);
  if (context !== undefined) bound(decision, context);
  decision.emit({
    type: 'iteration.completed',
    ...of(task),
    index: task.index,
    ...(output === task.value ? {} : { output }),
    ...(context === undefined ? {} : { context }),
  });
}

/** Asked after the tasks for an event, so that it can speak of what they exported. */
function isConditionMet(decision: Decision, task: ListenState, { until }: ListenNode): boolean {
  if (until?.type !== 'condition' || task.over === true) return false;
  const consumed = (task.queue ?? []).slice(0, task.index + 1);
  return holds(until.when, consumed, placeOf(decision, task));
}
