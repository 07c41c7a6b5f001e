/**
 * Filters by what an event must be equal to: its type, other attributes, members of `data`. Ten thousand filters of one type
 * that each name a constant of their own cost an event one look for each set of members that they name, not one for each.
 * What no constant says (expressions, patterns, lists) is left to whoever asks a filter.
 */
import { type EventFilter, isJsonObject, type Json, type JsonObject } from '@millrace/core';

type Pattern = EventFilter['with'][number][1];
type Path = readonly string[];
type Constant = readonly [path: Path, value: Json];

/** Those that name constants at the same paths. */
interface Group<T> {
  readonly paths: readonly Path[];
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
    const [type, constants] = constantsOf(filter);
    const paths = constants.map(([path]) => path);
    const ofType = made(this.#types, nameOf(tenant, type), () => ({ all: new Set(), groups: new Map() }));
    const group = made(ofType.groups, JSON.stringify(paths), () => ({ paths, byValues: new Map() }));
    ofType.all.add(item);
    made(group.byValues, valuesOf(constants), () => new Set()).add(item);
  }

  remove(tenant: string, filter: EventFilter, item: T): void {
    const [type, constants] = constantsOf(filter);
    const ofType = this.#types.get(nameOf(tenant, type));
    const at = JSON.stringify(constants.map(([path]) => path));
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
      for (const { paths, byValues } of groups.values()) {
        const values = constantsIn(event, paths);
        for (const item of (values === undefined ? undefined : byValues.get(valuesOf(values))) ?? [])
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

/** What a filter asks to be equal: the type of event, empty when it names none as it is, and all else by its path. */
function constantsOf({ with: patterns }: EventFilter): readonly [type: string, readonly Constant[]] {
  const constants = patterns.flatMap(([name, pattern]) => constantsAt([name], pattern));
  const isType = ([path]: Constant) => path.length === 1 && path[0] === 'type';
  const type = constants.find(isType)?.[1];
  const others = constants
    .filter((constant) => !isType(constant))
    .map((constant) => ({ constant, name: JSON.stringify(constant[0]) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ constant }) => constant);
  return [typeof type === 'string' ? type : '', others];
}

function constantsAt(path: Path, pattern: Pattern): readonly Constant[] {
  if (pattern.type === 'object')
    return pattern.members.flatMap(([name, member]) => constantsAt([...path, name], member));
  const isConstant = pattern.type === 'equals' || (pattern.type === 'text' && !pattern.regex);
  return isConstant && isScalar(pattern.value) ? [[path, pattern.value]] : [];
}

/** Undefined: there is no constant at one of the paths. */
function constantsIn(event: JsonObject, paths: readonly Path[]): readonly Constant[] | undefined {
  const constants: Constant[] = [];
  for (const path of paths) {
    let value: Json = event;
    for (const name of path) {
      if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
      value = value[name] as Json;
    }
    if (!isScalar(value)) return undefined;
    constants.push([path, value]);
  }
  return constants;
}

function isScalar(value: Json): boolean {
  return typeof value !== 'object' || value === null;
}

function valuesOf(constants: readonly Constant[]): string {
  return JSON.stringify(constants.map(([, value]) => value));
}

function nameOf(tenant: string, type: string): string {
  return `${tenant}\0${type}`;
}

function made<V>(map: Map<string, V>, key: string, make: () => V): V {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}
