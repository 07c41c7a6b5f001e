/**
 * The filters that events are held against: those of every definition that executions listen by. A filter is a shape, asked
 * once for an event however many wait by it, and only for events that have the constants which it names.
 */
import {
  type BoundKey,
  boundKeys,
  type EventFilter,
  type Executable,
  filtersOf,
  type JsonObject,
  type Limits,
  listensOf,
  type Matched,
  matchFilter,
  sharedSight,
} from '@millrace/core';
import { BrokenFilters } from './broken-filters.ts';
import { questionOf } from './filter-question.ts';
import { FittingFilters } from './fitting-filters.ts';
import { partsOf, shapeOf } from './listen-key.ts';
import type { ListeningDefinition } from './listening-definitions.ts';

/** One filter of one task of a definition. */
export interface Shape {
  readonly shape: string;
  readonly task: string;
  readonly filter: EventFilter;
  /** the same for all filters that ask the same of an event */
  readonly question: string;
  readonly executable: Executable;
  readonly scoped: readonly string[];
  /** names of its correlations: all, and those that have their value from the start */
  readonly names: readonly string[];
  readonly given: readonly string[];
}

/** A definition that listens. */
export interface Known extends ListeningDefinition {
  readonly executable: Executable;
  readonly shapes: readonly Shape[];
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
  | {
      readonly type: 'miss';
      readonly shape: Shape;
      readonly predicate: string;
      readonly detail?: string;
      /** it could not be asked */
      readonly broken?: true;
    };

/** shapes that an event is held against for the sake of telling who it was nearly for */
const nearMax = 10;

export class FilterIndex {
  readonly #limits: Limits;
  readonly #now: () => number;
  /** by tenant and definition, those first that were looked at least lately */
  readonly #known = new Map<string, Known>();
  readonly #shapes = new FittingFilters<Shape>();
  readonly #broken: BrokenFilters;
  /** how often a question was asked of an event */
  judged = 0;

  constructor(
    limits: Limits,
    now: () => number,
    onError: (error: unknown, execution: string) => void = () => {},
  ) {
    this.#limits = limits;
    this.#now = now;
    this.#broken = new BrokenFilters(onError);
  }

  /** how often a shape could not be held against an event */
  get failed(): number {
    return this.#broken.count;
  }

  has(tenant: string, definition: string): boolean {
    return this.#known.has(`${tenant}\0${definition}`);
  }

  /** definitions */
  get size(): number {
    return this.#known.size;
  }

  get known(): readonly Known[] {
    return [...this.#known.values()];
  }

  /** Some definitions, others each time. */
  some(definitionsMax: number): readonly Known[] {
    const some = [...this.#known].slice(0, definitionsMax);
    for (const [key, known] of some) {
      this.#known.delete(key);
      this.#known.set(key, known);
    }
    return some.map(([, known]) => known);
  }

  /** What one shape of a definition asks; undefined: the definition is not known, since it cannot be read. */
  questionOf(tenant: string, definition: string, shape: string): string | undefined {
    return this.#known.get(`${tenant}\0${definition}`)?.shapes.find((each) => each.shape === shape)?.question;
  }

  remove({ tenant, definition, shapes }: Known): void {
    if (!this.#known.delete(`${tenant}\0${definition}`)) return;
    for (const shape of shapes) this.#shapes.remove(tenant, shape.filter, shape);
  }

  /** Takes up the filters of a definition. */
  add(tenant: string, definition: string, executable: Executable): void {
    if (this.has(tenant, definition)) return;
    const shapes: Shape[] = [];
    this.#known.set(`${tenant}\0${definition}`, { tenant, definition, executable, shapes });
    for (const node of listensOf(executable)) {
      const { scoped } = executable.node(node.pointer);
      for (const [number, filter] of filtersOf(node).entries()) {
        const given = filter.correlate.filter(({ expect }) => expect !== undefined);
        const shape: Shape = {
          shape: shapeOf(definition, node.pointer, number),
          task: node.pointer,
          filter,
          question: questionOf(filter, scoped),
          executable,
          scoped,
          names: filter.correlate.map(({ name }) => name),
          given: given.map(({ name }) => name),
        };
        shapes.push(shape);
        this.#shapes.add(tenant, filter, shape);
      }
    }
  }

  /** The shapes that take an event, and what some that do not say of it. */
  judge(tenant: string, event: JsonObject): readonly Judged[] {
    const answers = new Map<string, Answer>();
    const told = new Set<Shape>();
    const judged: Judged[] = [];
    const broken: Judged[] = [];
    for (const shape of this.#shapes.fitting(tenant, event)) {
      const judgement = this.#ask(shape, event, answers);
      if (judgement.type === 'miss' && (judgement.broken !== true || broken.length >= nearMax)) continue;
      told.add(shape);
      (judgement.type === 'miss' ? broken : judged).push(judgement);
    }
    for (const shape of this.#shapes.near(tenant, event, told, nearMax - broken.length))
      judged.push(this.#ask(shape, event, answers));
    return [...judged, ...broken];
  }

  /** What one of them throws concerns it alone. */
  #ask(shape: Shape, event: JsonObject, answers: Map<string, Answer>): Judged {
    const known = answers.get(shape.question);
    const answer = known ?? this.#answer(shape, event);
    answers.set(shape.question, answer);
    if ('error' in answer) return { ...this.#broken.missed(placeOf(shape), answer.error), shape };
    const { matched, bounds } = answer;
    if (matched.type === 'miss') return { ...matched, shape };
    const { names, given } = shape;
    const expected = given.join('\n');
    const bound = bounds.get(expected) ?? boundBy(matched.values, names, given);
    bounds.set(expected, bound);
    return { type: 'match', shape, bound, own: matched.own };
  }

  #answer(shape: Shape, event: JsonObject): Answer {
    this.judged += 1;
    try {
      const sight = sharedSight(shape.executable, shape.scoped, this.#limits, this.#now());
      return { matched: matchFilter(shape.filter, event, sight), bounds: new Map() };
    } catch (error) {
      return { error };
    }
  }
}

/** What a question has for an answer: of an event, for all who ask it. */
type Answer =
  | {
      readonly matched: Matched;
      /** by the names that have their value from the start */
      readonly bounds: Map<string, readonly (readonly BoundKey[])[]>;
    }
  | { readonly error: unknown };

/** In words, for whoever looks for what is wrong with it. */
function placeOf({ shape, executable }: Shape): string {
  const { definition, task, filter } = partsOf(shape);
  const { namespace, name, version } = executable.program;
  return `filter ${filter} of ${task} in ${namespace}/${name}/${version} (${definition})`;
}

function boundBy(
  values: JsonObject,
  names: readonly string[],
  given: readonly string[],
): readonly (readonly BoundKey[])[] {
  const full = boundKeys(values, names);
  return given.length === names.length ? [full] : [full, boundKeys(values, given)];
}
