/**
 * Drives one execution for tests of the rules: effects are answered by plain functions, timers fire when nothing else
 * is left, and after every decision the fold of all facts is held against the live state.
 */
import { parse } from '../language/parse.ts';
import type { Command } from '../model/commands.ts';
import type { EffectOutcome } from '../model/effects.ts';
import type { EffectRequested, Fact } from '../model/facts.ts';
import { asJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { type ExecutionState, emptyState } from '../model/state.ts';
import { type Executable, link } from '../program/link.ts';
import { lower } from '../program/lower.ts';
import { type Decided, decide } from '../rules/decide.ts';
import { evolve } from '../rules/evolve.ts';
import { defaultLimits, type Limits } from '../rules/limits.ts';
import { listenRows } from '../rules/listening.ts';

/** Answers an effect; `undefined` leaves it open. */
export type Answer = (fact: EffectRequested, effect: number) => EffectOutcome | undefined;

export interface DriveOptions {
  readonly input?: Json;
  readonly functions?: readonly string[];
  readonly answer?: Answer;
  readonly limits?: Partial<Limits>;
  readonly random?: () => number;
  /** false: nothing is started, for an execution that begins by another command */
  readonly begins?: boolean;
  /** executions of the workflow are limited in number: it begins by waiting for a place */
  readonly needsPlace?: boolean;
}

export interface Stored {
  readonly time: number;
  readonly facts: readonly Fact[];
}

export const startOfTime = 1_750_000_000_000;

export class Driven {
  readonly executable: Executable;
  readonly commits: Stored[] = [];
  state: ExecutionState = emptyState();
  now = startOfTime;
  readonly #options: DriveOptions;
  #recordedBytes = 0;

  constructor(text: string, options: DriveOptions = {}) {
    const functions = new Set(options.functions ?? []);
    const parsed = parse(text.startsWith('document') ? text : header + text, { functions });
    if (!parsed.ok)
      throw new Error(
        parsed.errors.map((error) => `${error.line}:${error.column} ${error.message}`).join('\n'),
      );
    this.executable = link(lower(parsed.workflow, functions));
    this.#options = options;
  }

  get facts(): readonly Fact[] {
    return this.commits.flatMap(({ facts }) => facts);
  }

  /** The facts of one type. */
  of<T extends Fact['type']>(type: T): readonly Extract<Fact, { type: T }>[] {
    return this.facts.filter((fact): fact is Extract<Fact, { type: T }> => fact.type === type);
  }

  start(): this {
    const definition = { namespace: 'default', name: 'test', version: '1.0.0', digest: 'sha256:0' };
    this.command({ type: 'execution.start', execution: 'x', definition, input: this.#options.input ?? {} });
    return this;
  }

  command(command: Command): Decided {
    const before = this.state.version;
    const { limits, random = () => 0.5, needsPlace = false } = this.#options;
    const decided = decide(this.state, command, {
      execution: 'x',
      executable: this.executable,
      moment: { now: this.now, random },
      limits: { ...defaultLimits, ...limits },
      recordedBytes: this.#recordedBytes,
      needsPlace: () => needsPlace,
    });
    if (decided.type === 'refused') return decided;
    this.#recordedBytes += decided.bytes;
    requireValues(decided.facts, 'facts');
    if (decided.facts.length > 0)
      this.commits.push({ time: this.now, facts: JSON.parse(JSON.stringify(decided.facts)) });
    if (this.state.version !== before + decided.facts.length)
      throw new Error('a decision advances the state by its facts');
    this.#holdAgainstLog();
    return decided;
  }

  /** Offers an event to all that listens, as if it came now. */
  publish(event: JsonObject): this {
    const listeners = listenRows(this.state).map(({ version, filter }) => ({ version, filter }));
    const whole = { specversion: '1.0', id: `e${this.#published++}`, source: 'urn:test', ...event };
    this.command({ type: 'event.deliver', event: whole, listeners });
    return this.run();
  }

  #published = 1;

  /** Answers effects and lets time pass until nothing moves any more. */
  run(): this {
    for (let turns = 0; turns < 10_000 && this.state.phase === 'running'; turns++) {
      if (this.state.yielded) this.command({ type: 'execution.continue' });
      else if (!this.#answerOne() && !this.#passTime()) return this;
    }
    return this;
  }

  #answerOne(): boolean {
    for (const version of Object.keys(this.state.effects).map(Number)) {
      const fact = this.facts[version - 1] as EffectRequested;
      const outcome =
        typeof this.state.effects[version] === 'string' ? this.#options.answer?.(fact, version) : undefined;
      if (outcome === undefined) continue;
      this.command({ type: 'effect.complete', effect: version, outcome });
      return true;
    }
    return false;
  }

  #passTime(): boolean {
    if (this.state.due === null) return false;
    this.now = Math.max(this.now, this.state.due);
    this.command({ type: 'timers.fire' });
    return true;
  }

  #holdAgainstLog(): void {
    const folded = emptyState();
    for (const { time, facts } of this.commits) for (const fact of facts) evolve(folded, fact, time);
    const [live, log] = [this.state, folded].map((state) => JSON.stringify(sorted(asJsonObject(state))));
    if (live !== log) throw new Error(`the live state is not the fold of the log:\n${live}\n${log}`);
  }
}

/** Runs a workflow to where nothing moves any more. A text without a header gets one. */
export function drive(text: string, options?: DriveOptions): Driven {
  const driven = new Driven(text, options);
  return options?.begins === false ? driven : driven.start().run();
}

export function completed(output: Json): EffectOutcome {
  return { type: 'completed', output };
}

export function failed(status: number, unknown = false): EffectOutcome {
  const error = {
    type: 'https://serverlessworkflow.io/spec/1.0.0/errors/communication',
    status,
    title: 'failed',
  };
  return { type: 'failed', error, ...(unknown ? { unknown: true } : {}) };
}

const header = `document: { dsl: '1.0.3', namespace: default, name: test, version: '1.0.0' }
`;

/** A fact is what the log will hold, in which a member without a value is none. */
function requireValues(value: unknown, at: string): void {
  if (value === undefined) throw new Error(`a fact has no member without a value: ${at}`);
  if (typeof value !== 'object' || value === null) return;
  for (const [name, member] of Object.entries(value)) requireValues(member, `${at}/${name}`);
}

/** Members in the order of their names, so that equal values print alike. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(
    entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, sorted(member)]),
  );
}
