import { SchemaCompileError } from './errors.ts';
import { KEYWORDS, type Keyword } from './keywords.ts';
import type { Located, Registry, Resource } from './registry.ts';
import { type Check, Evaluated } from './run.ts';
import { describe, isFields, own, pointerToken } from './values.ts';

/** A compiled schema, perhaps not compiled yet: schemas may refer to each other in circles. */
export interface Slot {
  check: Check;
}

/** What a keyword gets to compile itself. */
export interface KeywordSite {
  readonly keyword: string;
  readonly value: unknown;
  /** The place of the keyword. */
  readonly pointer: string;
  /** The schema that the keyword stands in. */
  readonly schema: Readonly<Record<string, unknown>>;
  readonly resource: Resource;
  readonly compiler: Compiler;
}

/** Compiles schemas, each once, by a list of work instead of recursion: chains of references may be long. */
export class Compiler {
  readonly registry: Registry;
  readonly assertsFormats: boolean;
  readonly isNullable: boolean;
  private readonly slots = new Map<object, Slot>();
  private readonly work: { readonly located: Located; readonly slot: Slot }[] = [];
  private readonly reached = new Set<Resource>();
  private readonly dynamic = new Map<string, Map<Resource, Slot>>();

  constructor(registry: Registry, assertsFormats: boolean, isNullable: boolean) {
    this.registry = registry;
    this.assertsFormats = assertsFormats;
    this.isNullable = isNullable;
  }

  /** Compiles a schema and all that it refers to. */
  compile(root: Located): Slot {
    const slot = this.slot(root);
    do this.drain();
    while (this.addDynamicTargets());
    return slot;
  }

  /** The slot of a schema, which is filled before the compilation ends. */
  slot(located: Located): Slot {
    const { schema } = located;
    const known = isFields(schema) ? this.slots.get(schema) : undefined;
    if (known !== undefined) return known;
    const slot: Slot = { check: alwaysValid };
    if (isFields(schema)) this.slots.set(schema, slot);
    this.work.push({ located, slot });
    return slot;
  }

  /** The slot of a schema within a keyword's value, at that value or at a member of it. */
  child(site: KeywordSite, schema: unknown, ...keys: readonly (string | number)[]): Slot {
    const pointer = site.pointer + keys.map(pointerToken).join('');
    return this.slot(this.registry.locate(schema, site.resource, pointer));
  }

  /** The schemas with a dynamic anchor of this name, by resource; filled before the compilation ends. */
  dynamicTargets(name: string): ReadonlyMap<Resource, Slot> {
    const known = this.dynamic.get(name);
    if (known !== undefined) return known;
    const targets = new Map<Resource, Slot>();
    this.dynamic.set(name, targets);
    return targets;
  }

  private drain(): void {
    for (;;) {
      const next = this.work.pop();
      if (next === undefined) return;
      next.slot.check = this.checkOf(next.located);
    }
  }

  /** Only a resource that was reached can be in a dynamic scope; whether any was added. */
  private addDynamicTargets(): boolean {
    for (const [name, targets] of this.dynamic) {
      for (const resource of this.reached) {
        const located = resource.dynamicAnchors.get(name);
        if (located !== undefined && !targets.has(resource)) targets.set(resource, this.slot(located));
      }
    }
    return this.work.length > 0;
  }

  private checkOf(located: Located): Check {
    const { schema, resource, pointer } = located;
    this.reached.add(resource);
    if (schema === true) return alwaysValid;
    if (schema === false) return neverValid(pointer);
    if (!isFields(schema))
      throw new SchemaCompileError(
        pointer,
        `A schema must be an object or a boolean, not ${describe(schema)}.`,
      );
    const checks = new ChecksByType();
    const hidesAll = resource.dialect.refHidesSiblings && own(schema, '$ref') !== undefined;
    for (const keyword of KEYWORDS) {
      if (!resource.dialect.keywords.has(keyword.name) || (hidesAll && keyword.name !== '$ref')) continue;
      const value = own(schema, keyword.name);
      if (value === undefined) continue;
      const at = pointer + pointerToken(keyword.name);
      const check = keyword.compile({
        keyword: keyword.name,
        value,
        pointer: at,
        schema,
        resource,
        compiler: this,
      });
      if (check !== null) checks.add(keyword, check);
    }
    return checks.join(resource, keepsTrack(resource, schema));
  }
}

function alwaysValid(): boolean {
  return true;
}

function neverValid(pointer: string): Check {
  const at = { keyword: 'false', pointer };
  return (value, run) => run.fail(at, () => `Nothing is allowed here, found ${describe(value)}.`);
}

function keepsTrack(resource: Resource, schema: Readonly<Record<string, unknown>>): boolean {
  return ['unevaluatedProperties', 'unevaluatedItems'].some(
    (keyword) => resource.dialect.keywords.has(keyword) && own(schema, keyword) !== undefined,
  );
}

/** The checks of one schema by the type of value they are about, so that each value meets its own only. */
class ChecksByType {
  private readonly any: Check[] = [];
  private readonly last: Check[] = [];
  private readonly typed: Record<'number' | 'string' | 'array' | 'object', Check[]> = {
    number: [],
    string: [],
    array: [],
    object: [],
  };

  add(keyword: Keyword, check: Check): void {
    if (keyword.isLast) this.last.push(check);
    else if (keyword.on === 'any') this.any.push(check);
    else this.typed[keyword.on].push(check);
  }

  join(resource: Resource, tracks: boolean): Check {
    const { any, typed, last } = this;
    const body: Check = (value, run, evaluated) => {
      let ok = true;
      for (const check of any) {
        if (check(value, run, evaluated)) continue;
        ok = false;
        if (run.failsFast) return false;
      }
      for (const check of checksFor(value, typed)) {
        run.step(1);
        if (check(value, run, evaluated)) continue;
        ok = false;
        if (run.failsFast) return false;
      }
      // After another failure, what is unevaluated says nothing: the schemas that failed evaluated nothing.
      return ok && last.every((check) => check(value, run, evaluated));
    };
    return scoped(resource, tracks ? tracked(body) : body);
  }
}

const NONE: readonly Check[] = [];

function checksFor(
  value: unknown,
  typed: Record<'number' | 'string' | 'array' | 'object', Check[]>,
): readonly Check[] {
  switch (typeof value) {
    case 'number':
      return typed.number;
    case 'string':
      return typed.string;
    case 'object':
      if (value === null) return NONE;
      return Array.isArray(value) ? typed.array : typed.object;
    default:
      return NONE;
  }
}

/** A schema that asks for what is unevaluated keeps track itself, whether or not the one around it does. */
function tracked(body: Check): Check {
  return (value, run, evaluated) => {
    const own = new Evaluated();
    const ok = body(value, run, own);
    if (ok) evaluated?.merge(own);
    return ok;
  };
}

/** Counts the depth, and puts the schema's resource on the dynamic scope when it is entered from another. */
function scoped(resource: Resource, body: Check): Check {
  return (value, run, evaluated) => {
    run.enter();
    const isEntry = run.scope[run.scope.length - 1] !== resource;
    if (isEntry) run.scope.push(resource);
    const ok = body(value, run, evaluated);
    if (isEntry) run.scope.pop();
    run.leave();
    return ok;
  };
}
