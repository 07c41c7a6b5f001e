/**
 * What an execution listens for, as the ledger's rows and the matcher see it: each open filter of a task, with the
 * correlations whose values are known. Read off the state alone.
 */
import type { JsonObject } from '../model/json.ts';
import type { ExecutionState, FilterState, ListenState } from '../model/state.ts';
import { isTerminal } from '../model/state.ts';
import { keyText } from './event-filter.ts';

/** A correlation and the text of its value. */
export type BoundKey = readonly [name: string, value: string];

/** One filter of one task that listens. */
export interface ListenRow {
  /** version of the task's `listen.started` */
  readonly version: number;
  /** number of the filter */
  readonly filter: number;
  /** pointer of the task */
  readonly task: string;
  /** correlations whose value is known, by name: all of them, or those with `expect`, or none */
  readonly bound: readonly BoundKey[];
}

export function listenRows(state: ExecutionState): readonly ListenRow[] {
  if (state.phase === 'absent' || isTerminal(state.phase)) return noListenRows;
  let rows: ListenRow[] | undefined;
  for (const key in state.tasks) {
    const task = state.tasks[key];
    if (task?.kind !== 'listen' || task.since === undefined || task.over === true) continue;
    rows ??= [];
    for (const [filter, each] of task.filters.entries())
      if (each.closed !== true)
        rows.push({ version: task.since, filter, task: task.task, bound: boundOf(task, each) });
  }
  return rows ?? noListenRows;
}

export const noListenRows: readonly ListenRow[] = [];

/**
 * All correlations when each has its value, else those that have one from the start: a row is found under one of these
 * two sets, so the matcher has two to look for.
 */
function boundOf({ keys }: ListenState, { expect = {}, open = [] }: FilterState): readonly BoundKey[] {
  const full = open.every((name) => Object.hasOwn(keys, name));
  return boundKeys(
    full ? { ...keys, ...expect } : expect,
    full ? [...Object.keys(expect), ...open] : undefined,
  );
}

/** Values in the order of their names; `names` picks some. */
export function boundKeys(
  values: JsonObject,
  names: readonly string[] = Object.keys(values),
): readonly BoundKey[] {
  return [...new Set(names)].sort().map((name) => [name, keyText(values[name] ?? null)]);
}

export function listenRowId({
  version,
  filter,
}: Pick<ListenRow, 'version' | 'filter'>): `${number}.${number}` {
  return `${version}.${filter}`;
}

/** What was named by `listenRowId`, at the end of a wake-up's id. */
export function listenerOf(id: string): { readonly version: number; readonly filter: number } {
  const [version, filter] = id.slice(id.lastIndexOf('/') + 1).split('.');
  return { version: Number(version), filter: Number(filter) };
}

/** What an execution knows an event by. */
export function eventKey({ source, id }: JsonObject): string {
  return `${String(source)}\n${String(id)}`;
}
