/**
 * The filters that events are held against: those of every definition that executions listen by. A filter is a shape, asked
 * once for an event however many wait by it, and only for events of its type when it names one.
 */
import {
  type BoundKey,
  boundKeys,
  type EventFilter,
  type Executable,
  type FilterSight,
  filtersOf,
  type JsonObject,
  type Limits,
  listensOf,
  type Matched,
  matchFilter,
  sharedSight,
} from '@millrace/core';
import { typeOf, typesFor } from './filter-type.ts';
import { shapeOf } from './listen-key.ts';

/** One filter of one task of a definition. */
export interface Shape {
  readonly shape: string;
  readonly task: string;
  readonly filter: EventFilter;
  readonly executable: Executable;
  readonly scoped: readonly string[];
  /** names of its correlations: all, and those that have their value from the start */
  readonly names: readonly string[];
  readonly given: readonly string[];
}

/** What a shape says of an event. */
export type Judged =
  | {
      readonly type: 'match';
      readonly shape: Shape;
      /** what its rows may be found under */
      readonly bound: readonly (readonly BoundKey[])[];
      readonly own: readonly string[];
    }
  | { readonly type: 'miss'; readonly shape: Shape; readonly predicate: string; readonly detail?: string };

export class FilterIndex {
  readonly #limits: Limits;
  readonly #now: () => number;
  readonly #known = new Set<string>();
  /** by tenant and the type that they name; those that name none are under the empty type */
  readonly #byType = new Map<string, Shape[]>();

  constructor(limits: Limits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  has(tenant: string, definition: string): boolean {
    return this.#known.has(`${tenant}\0${definition}`);
  }

  get size(): number {
    return this.#byType.size;
  }

  /** Takes up the filters of a definition. */
  add(tenant: string, definition: string, executable: Executable): void {
    if (this.has(tenant, definition)) return;
    this.#known.add(`${tenant}\0${definition}`);
    for (const node of listensOf(executable)) {
      const { scoped } = executable.node(node.pointer);
      for (const [number, filter] of filtersOf(node).entries()) {
        const given = filter.correlate.filter(({ expect }) => expect !== undefined);
        const place = `${tenant}\0${typeOf(filter)}`;
        const shapes = this.#byType.get(place) ?? [];
        this.#byType.set(place, shapes);
        shapes.push({
          shape: shapeOf(definition, node.pointer, number),
          task: node.pointer,
          filter,
          executable,
          scoped,
          names: filter.correlate.map(({ name }) => name),
          given: given.map(({ name }) => name),
        });
      }
    }
  }

  /** Every shape that an event of this type could be for, and what it says. */
  judge(tenant: string, event: JsonObject): readonly Judged[] {
    const judged: Judged[] = [];
    for (const type of typesFor(event))
      for (const shape of this.#byType.get(`${tenant}\0${type}`) ?? [])
        judged.push(
          judge(shape, event, sharedSight(shape.executable, shape.scoped, this.#limits, this.#now())),
        );
    return judged;
  }
}

function judge(shape: Shape, event: JsonObject, sight: FilterSight): Judged {
  const matched: Matched = matchFilter(shape.filter, event, sight);
  if (matched.type === 'miss') return { ...matched, shape };
  const { names, given } = shape;
  const full = boundKeys(matched.values, names);
  const bound = given.length === names.length ? [full] : [full, boundKeys(matched.values, given)];
  return { type: 'match', shape, bound, own: matched.own };
}
