/** Why an execution does not take an event that was brought to it: read off its state, as of that decision. */
import {
  type BoundKey,
  type Command,
  type ExecutionState,
  eventKey,
  isTerminal,
  type JsonObject,
  keyText,
  listenerOf,
} from '@millrace/core';
import type { Listener } from '../ports/store.ts';
import type { Judged } from './filter-index.ts';

type Deliver = Extract<Command, { type: 'event.deliver' }>;

/** `waits`: by the number of the filter, what each is correlated by as far as it is known. */
export type Refused =
  | { readonly type: 'had' }
  | { readonly type: 'over' }
  | { readonly type: 'waits'; readonly expected: ReadonlyMap<string, JsonObject> };

/** What failed, as it is told. */
export interface Refusal {
  readonly predicate: string;
  readonly detail: string;
  /** the shape of which a predicate over the execution's own data failed */
  readonly shape?: string;
}

export function refusedBy(
  state: ExecutionState,
  event: JsonObject,
  listeners: Deliver['listeners'],
): Refused {
  if (state.consumed?.[eventKey(event)] !== undefined) return { type: 'had' };
  const expected = new Map<string, JsonObject>();
  for (const { version, filter } of isTerminal(state.phase) ? [] : listeners) {
    const known = expectedBy(state, version, filter);
    if (known !== undefined) expected.set(`${version}.${filter}`, known);
  }
  return expected.size === 0 ? { type: 'over' } : { type: 'waits', expected };
}

/** What a filter that waits is correlated by, as far as it is known; undefined: it waits no more. */
export function expectedBy(state: ExecutionState, version: number, number: number): JsonObject | undefined {
  for (const task of Object.values(state.tasks)) {
    if (task.kind !== 'listen' || task.since !== version) continue;
    const filter = task.filters[number];
    const isOpen = task.over !== true && filter !== undefined && filter.closed !== true;
    return isOpen ? { ...task.keys, ...filter.expect } : undefined;
  }
  return undefined;
}

/** In words, for the rows by which the event was brought to it. */
export function refusalOf(
  refused: Refused,
  rows: readonly Listener[],
  judged: ReadonlyMap<string, Extract<Judged, { type: 'match' }>>,
): Refusal {
  if (refused.type === 'had') return { predicate: 'taken', detail: 'it had this one already' };
  if (refused.type === 'over') return { predicate: 'taken', detail: over };
  const others = new Set<string>();
  const own = new Set<string>();
  let shape: string | undefined;
  for (const row of rows) {
    const { version, filter } = listenerOf(row.id);
    const [expected, judgement] = [refused.expected.get(`${version}.${filter}`), judged.get(row.shape)];
    if (expected === undefined || judgement === undefined) continue;
    const names = differing(expected, judgement.bound[0] ?? []);
    for (const name of names) others.add(name);
    if (names.length > 0 || judgement.own.length === 0) continue;
    for (const name of judgement.own) own.add(name);
    shape ??= row.shape;
  }
  if (shape !== undefined)
    return {
      predicate: [...own].join(', '),
      detail: "it does not hold over the execution's own data",
      shape,
    };
  if (others.size > 0) return { predicate: correlations([...others]), detail: otherValue };
  return { predicate: 'taken', detail: over };
}

const over = 'another that came first left it with nothing to wait for';
export const otherValue = 'it waits for another value';

/** Names of correlations that wait for another value than an event has. */
export function differing(expected: JsonObject, values: readonly BoundKey[]): readonly string[] {
  return values.flatMap(([name, value]) => {
    const wanted = expected[name];
    return wanted === undefined || keyText(wanted) === value ? [] : [name];
  });
}

export function correlations(names: readonly string[]): string {
  return names.map((name) => `correlate.${name}`).join(', ');
}
