/**
 * What the kit asks of a runtime that is not in this process, in whatever language it is written: one JSON object for each
 * question, and one for its answer. README.md tells it for those who write an adapter.
 */
import type { Definition, DefinitionError, Phase, RunResult, Value, WorldOptions } from '../runtime.ts';

type Of<Name extends string, Parameters = unknown> = { readonly do: Name } & Readonly<Parameters>;

/** `execution` is whatever the adapter knows it by. */
export type Ask =
  | Of<'open', { world: WorldOptions }>
  | Of<'check' | 'publish' | 'unpublish', { definition: Definition }>
  | Of<'start', { definition: Definition; input?: Value }>
  | Of<'end' | 'phase' | 'cancel' | 'suspend' | 'resume' | 'lifecycle', { execution: string }>
  | Of<'publishEvent', { event: { readonly [attribute: string]: Value } }>
  | Of<'executionsOf', { namespace: string; name: string }>
  | Of<'advance', { ms: number }>
  | Of<'close'>;

/** Members of the answer, by what was asked; nothing stands for no member. */
export interface Answers {
  readonly open: {
    readonly name: string;
    readonly features: readonly string[];
    /** which of the optional questions it takes: `unpublish`, `advance` */
    readonly takes?: readonly string[];
  };
  readonly check: { readonly errors: readonly DefinitionError[] };
  readonly start: { readonly execution: string };
  readonly end: RunResult;
  readonly phase: { readonly phase: Phase };
  readonly lifecycle: { readonly events: readonly Value[] };
  readonly executionsOf: { readonly executions: readonly string[] };
}

/** With `id` over a pipe, where answers come in any order. */
export type Reply =
  | { readonly id?: number; readonly answer: object }
  | { readonly id?: number; readonly error: string };

export function isReply(value: unknown): value is Reply {
  if (typeof value !== 'object' || value === null) return false;
  if ('error' in value) return typeof value.error === 'string';
  return 'answer' in value && typeof value.answer === 'object' && value.answer !== null;
}
