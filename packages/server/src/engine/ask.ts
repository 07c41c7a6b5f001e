/** Asking an execution to move, and showing what it has become. */
import {
  type Command,
  type EffectOutcome,
  type EffectResolution,
  type ExecutionState,
  type ExecutionView,
  phaseOf,
  type Refusal,
  standardError,
  unreachable,
} from '@millrace/core';
import { MillraceError } from '../errors.ts';
import { neverDue } from '../ports/store.ts';
import { rowId } from '../roles/rows.ts';
import type { Definition } from './definitions.ts';
import { isNotFound, pendingStart, submit, undecided } from './elsewhere.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Engine, Patience } from './interface.ts';
import { listened } from './listened.ts';
import { noExecution } from './reader.ts';
import { retryPoint } from './retry-point.ts';
import { executionView, wakeUpView } from './views.ts';

/** Asks an execution to move, and shows what it has become. */
export async function ask(
  parts: EngineParts,
  tenant: string,
  id: string,
  command: Command,
  patience: Patience | undefined,
): Promise<ExecutionView> {
  const submitted = await submit(parts, tenant, id, command, patience);
  switch (submitted.type) {
    case 'done': {
      const definition = await loaded(parts, tenant, submitted.state);
      return shown(parts, tenant, executionView(id, submitted.state, definition, submitted.status));
    }
    case 'refused':
      throw refused(submitted.refusal, id);
    case 'elsewhere':
      return view(parts, tenant, id);
    case 'pending':
      throw undecided(id);
    default:
      return unreachable(submitted);
  }
}

export function refused(refusal: Refusal, id: string): MillraceError {
  switch (refusal.code) {
    case 'not-found':
      return noExecution(id);
    case 'not-runnable':
      return new MillraceError('not-runnable', refusal.message);
    case 'already-exists':
    case 'already-ended':
    case 'not-open':
      return new MillraceError('conflict', refusal.message, { execution: id });
    default:
      return unreachable(refusal.code);
  }
}

/** An execution as it stands, its large values cut unless it is asked for whole. */
export async function view(
  parts: EngineParts,
  tenant: string,
  id: string,
  { whole = false }: { readonly whole?: boolean } = {},
): Promise<ExecutionView> {
  const all = await started(parts, tenant, id, whole).catch(async (error: unknown) => {
    if (!isNotFound(error)) throw error;
    // What is not pending either may have been started between the two looks.
    return (await pendingStart(parts, tenant, id)) ?? (await started(parts, tenant, id, whole));
  });
  return whole ? all : shown(parts, tenant, all);
}

/** An execution whose state is known, its large values cut; at once when nothing has to be read for it. */
export function viewOf(
  parts: EngineParts,
  tenant: string,
  id: string,
  state: ExecutionState,
): ExecutionView | Promise<ExecutionView> {
  const definition = loaded(parts, tenant, state);
  if (!(definition instanceof Promise)) return shown(parts, tenant, executionView(id, state, definition));
  return definition.then((ready) => shown(parts, tenant, executionView(id, state, ready)));
}

async function started(
  parts: EngineParts,
  tenant: string,
  id: string,
  whole: boolean,
): Promise<ExecutionView> {
  const state = await parts.reader.state(tenant, id, whole ? 'whole' : 'shallow');
  return executionView(id, state, await loaded(parts, tenant, state));
}

export function shown(
  { large }: EngineParts,
  tenant: string,
  execution: ExecutionView,
): ExecutionView | Promise<ExecutionView> {
  return large.cutView(tenant, execution);
}

/** The definition, for the line of an error: nothing else of a view needs it. */
function loaded(
  { definitions }: EngineParts,
  tenant: string,
  state: ExecutionState,
): Definition | Promise<Definition> | undefined {
  if (state.error === undefined || state.definition === null) return undefined;
  return definitions.byDigest(tenant, state.definition.digest);
}

export async function wakeUps(parts: EngineParts, tenant: string, id: string): ReturnType<Engine['wakeUps']> {
  const { store } = parts;
  if ((await store.execution(tenant, id)) === undefined) throw noExecution(id);
  const rows = await store.wakeUps(tenant, id);
  // A place that it has is nothing that it waits for.
  const views = rows.filter(({ kind, due }) => kind !== 'place' || due < neverDue).map(wakeUpView);
  if (rows.every(({ listens }) => listens === undefined)) return views;
  const told = await listened(parts, tenant, id);
  return views.map((view) => ({ ...view, ...told(view.id) }));
}

export async function retry(
  parts: EngineParts,
  tenant: string,
  id: string,
  reason: string | undefined,
  patience: Patience | undefined,
): Promise<ExecutionView> {
  const { reader, world } = parts;
  const phase = phaseOf(await reader.state(tenant, id, 'shallow'));
  const point = phase === 'faulted' ? retryPoint(await reader.faultFacts(tenant, id)) : undefined;
  if (point === undefined) {
    throw new MillraceError('conflict', `only a faulted execution can be retried; ${id} is ${phase}`, {
      execution: id,
    });
  }
  if (point.version <= 1) {
    throw new MillraceError('conflict', `${id} faulted on its input: start an execution with another input`, {
      execution: id,
    });
  }
  const state = await reader.fold(tenant, id, (version) => version <= point.version);
  const next = world.id();
  const from = { execution: id, version: point.version };
  const command = { type: 'execution.restore', execution: next, from, state, task: point.task } as const;
  return ask(parts, tenant, next, { ...command, ...reasonOf(reason) }, patience);
}

/** Says what became of an effect that is in doubt. What is under way is nobody's to resolve. */
export async function resolve(
  parts: EngineParts,
  tenant: string,
  id: string,
  effect: number,
  resolution: EffectResolution,
  reason: string | undefined,
  patience: Patience | undefined,
): Promise<ExecutionView> {
  const rows = await wakeUps(parts, tenant, id);
  const row = rows.find((each) => each.kind === 'effect' && each.id === rowId(id, effect));
  if (row?.doubt !== true) {
    const why =
      row === undefined ? 'it has its outcome, or there is no such effect' : 'it is still to be done';
    throw new MillraceError('conflict', `the effect ${effect} of ${id} is not in doubt: ${why}`, {
      execution: id,
    });
  }
  const outcome = outcomeOf(resolution);
  const command = { type: 'effect.resolve', effect, ...(outcome === undefined ? {} : { outcome }) } as const;
  return ask(parts, tenant, id, { ...command, ...reasonOf(reason) }, patience);
}

function outcomeOf(resolution: EffectResolution): EffectOutcome | undefined {
  switch (resolution.as) {
    case 'done':
      return { type: 'completed', output: resolution.output };
    case 'failed': {
      const error = standardError('communication', 'it was in doubt, and was resolved as failed');
      return { type: 'failed', error: { ...error, ...resolution.error } };
    }
    case 'again':
      return undefined;
    default:
      return unreachable(resolution);
  }
}

export function reasonOf(reason: string | undefined): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}
