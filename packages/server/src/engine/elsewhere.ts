/**
 * Decisions that another process makes: where no worker runs, a command is durable when it is submitted, and somebody
 * may want to know what became of it. Every wait for that has an end, since there may be no worker at all.
 */
import type { Command, ExecutionState, ExecutionView } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { WakeUp } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { Submitted } from '../roles/worker-options.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Patience } from './interface.ts';
import { pendingView } from './views.ts';

/** `elsewhere`: another process has decided; `pending`: nobody has yet. */
export type Asked = Submitted | { readonly type: 'elsewhere' } | { readonly type: 'pending' };

/** How long a decision of another process is waited for when the caller does not say. */
const decisionMsMax = 20_000;
/** Between two looks: at first, and at most. */
const lookMsMin = 2;
const lookMsMax = 100;

/** Submits, and where another process decides, waits until it has, or as long as the caller does. */
export async function submit(
  parts: EngineParts,
  tenant: string,
  id: string,
  command: Command,
  patience: Patience = {},
): Promise<Asked> {
  const submitted = await parts.door.submit(tenant, id, command);
  if (submitted !== undefined) return submitted;
  return { type: (await untilDecided(parts, tenant, id, patience)) ? 'elsewhere' : 'pending' };
}

/** Whether no command of the execution is left to be decided, before the patience ended. */
export async function untilDecided(
  { store, world }: EngineParts,
  tenant: string,
  id: string,
  { ms = decisionMsMax, signal }: Patience,
): Promise<boolean> {
  const end = world.elapsed() + ms;
  const gone = signal?.();
  for (let pause = lookMsMin; ; pause = Math.min(lookMsMax, pause * 2)) {
    if (!(await store.wakeUps(tenant, id)).some(isCommand)) return true;
    const left = end - world.elapsed();
    if (left <= 0 || gone?.aborted === true) return false;
    await rest(world, Math.min(pause, left), gone);
  }
}

function rest(world: World, ms: number, gone: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      gone?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = world.after(ms, end);
    gone?.addEventListener('abort', end);
  });
}

/** Waits as `Reader.untilEnded` does, for an execution that may not have been started yet. Throws `not-found`. */
export async function untilEnded(
  parts: EngineParts,
  tenant: string,
  id: string,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<ExecutionState | undefined> {
  const { reader, world } = parts;
  const end = world.elapsed() + ms;
  try {
    return await reader.untilEnded(tenant, id, ms, signal);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const patience = signal === undefined ? { ms } : { ms, signal: () => signal };
  if (!(await untilDecided(parts, tenant, id, patience))) return undefined;
  return reader.untilEnded(tenant, id, Math.max(0, end - world.elapsed()), signal);
}

/** Waits for an execution whose start is pending, until `signal` aborts; one that is not there is not waited for. */
export async function untilStarted(
  parts: EngineParts,
  tenant: string,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  if ((await parts.store.execution(tenant, id)) !== undefined) return;
  await untilDecided(parts, tenant, id, { ms: Number.POSITIVE_INFINITY, signal: () => signal });
}

/** An execution whose start is durable, and was not decided yet. */
export async function pendingStart(
  { store }: EngineParts,
  tenant: string,
  id: string,
): Promise<ExecutionView | undefined> {
  for (const row of await store.wakeUps(tenant, id)) {
    const command = isCommand(row) ? (JSON.parse(row.body) as Command) : undefined;
    if (command?.type === 'execution.start') return pendingView(id, command, row.due);
  }
  return undefined;
}

function isCommand(row: WakeUp): row is WakeUp & { readonly body: string } {
  return row.kind === 'command' && row.body !== null;
}

export function isNotFound(error: unknown): boolean {
  return error instanceof MillraceError && error.code === 'not-found';
}

export function undecided(id: string): MillraceError {
  return new MillraceError(
    'unavailable',
    'no worker has taken the command yet; it is durable and will be done',
    { execution: id },
  );
}
