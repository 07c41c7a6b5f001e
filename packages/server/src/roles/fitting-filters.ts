/**
 * Filters by what an event must be equal to: its type, other attributes, members of `data`, what a correlation extracts and
 * expects. Ten thousand filters of one type that each name a constant of their own cost an event one look for each set of
 * members that they name, not one for each. What no constant says (other expressions, patterns, lists) is left to whoever
 * asks a filter.
 */
import type { EventFilter, JsonObject } from '@millrace/core';
import { type Constant, constantsIn, constantsOf, valuesOf } from './filter-constants.ts';

/** Those that name constants at the same places. */
interface Group<T> {
  readonly places: readonly Constant['place'][];
  readonly byValues: Map<string, Set<T>>;
}

interface OfType<T> {
  /** those that were told least lately as near are the first */
  readonly all: Set<T>;
  readonly groups: Map<string, Group<T>>;
}

export class FittingFilters<T> {
  /** by tenant and type; those that name none as it is are under the empty type */
  readonly #types = new Map<string, OfType<T>>();

  get size(): number {
    return this.#types.size;
  }

  add(tenant: string, filter: EventFilter, item: T): void {
    const { type, constants } = constantsOf(filter);
    const places = constants.map(({ place }) => place);
    const ofType = made(this.#types, nameOf(tenant, type), () => ({ all: new Set(), groups: new Map() }));
    const group = made(ofType.groups, JSON.stringify(places), () => ({ places, byValues: new Map() }));
    ofType.all.add(item);
    made(group.byValues, valuesOf(constants), () => new Set()).add(item);
  }

  remove(tenant: string, filter: EventFilter, item: T): void {
    const { type, constants } = constantsOf(filter);
    const ofType = this.#types.get(nameOf(tenant, type));
    const at = JSON.stringify(constants.map(({ place }) => place));
    const group = ofType?.groups.get(at);
    const items = group?.byValues.get(valuesOf(constants));
    if (ofType === undefined || group === undefined || items === undefined) return;
    ofType.all.delete(item);
    items.delete(item);
    if (items.size === 0) group.byValues.delete(valuesOf(constants));
    if (group.byValues.size === 0) ofType.groups.delete(at);
    if (ofType.groups.size === 0) this.#types.delete(nameOf(tenant, type));
  }

  /** Those whose constants an event has. */
  fitting(tenant: string, event: JsonObject): ReadonlySet<T> {
    const found = new Set<T>();
    for (const { groups } of this.#typesFor(tenant, event))
      for (const { places, byValues } of groups.values()) {
        const values = constantsIn(event, places);
        for (const item of (values === undefined ? undefined : byValues.get(JSON.stringify(values))) ?? [])
          found.add(item);
      }
    return found;
  }

  /** Some of its type but those that take it, others each time. */
  near(tenant: string, event: JsonObject, taking: ReadonlySet<T>, itemsMax: number): readonly T[] {
    const near = new Set<T>();
    for (const { all } of this.#typesFor(tenant, event)) {
      for (const item of all) {
        if (near.size === itemsMax) break;
        if (!taking.has(item)) near.add(item);
      }
      for (const item of near) if (all.delete(item)) all.add(item);
    }
    return [...near];
  }

  #typesFor(tenant: string, { type }: JsonObject): readonly OfType<T>[] {
    return [...new Set([String(type), ''])].flatMap((each) => this.#types.get(nameOf(tenant, each)) ?? []);
  }
}

function nameOf(tenant: string, type: string): string {
  return `${tenant}\0${type}`;
}

function made<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}
