/**
 * Decisions that another process makes: where no worker runs, a command is durable when it is submitted, and somebody
 * may want to know what became of it. Every wait for that has an end, since there may be no worker at all.
 */
import type { Command, ExecutionState, ExecutionView } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { WakeUp } from '../ports/store.ts';
import type { Submitted } from '../roles/worker-options.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Patience } from './interface.ts';
import { pendingView } from './views.ts';

/** `elsewhere`: another process has decided; `pending`: nobody has yet. */
export type Asked = Submitted | { readonly type: 'elsewhere' } | { readonly type: 'pending' };

/** How long a decision of another process is waited for when the caller does not say. */
const decisionMsMax = 20_000;
/**
 * Between two looks where the tail reader has told of nothing: a hint may be lost. Where the store gives none the reader
 * itself comes by that often.
 */
const lookMs = { hinted: 2_000, unhinted: 100 };

/** Submits, and where another process decides, waits until it has, or as long as the caller does. */
export function submit(
  parts: EngineParts,
  tenant: string,
  id: string,
  command: Command,
  patience: Patience = {},
): Promise<Asked> {
  if (parts.door.isRemote) return submitElsewhere(parts, tenant, id, command, patience);
  return parts.door
    .submit(tenant, id, command)
    .then((submitted) => submitted ?? untilDecided(parts, tenant, id, patience).then(asked));
}

async function submitElsewhere(
  parts: EngineParts,
  tenant: string,
  id: string,
  command: Command,
  patience: Patience,
): Promise<Asked> {
  // From before it is submitted on: who begins to listen behind it has to look first.
  const news = listen(parts, tenant, id);
  try {
    await parts.door.submit(tenant, id, command);
    return asked(await decided(parts, tenant, id, patience, news));
  } finally {
    news.end();
  }
}

function asked(isDecided: boolean): Asked {
  return { type: isDecided ? 'elsewhere' : 'pending' };
}

/** Whether no command of the execution is left to be decided, before the patience ended. */
export async function untilDecided(
  parts: EngineParts,
  tenant: string,
  id: string,
  patience: Patience,
): Promise<boolean> {
  const news = listen(parts, tenant, id);
  news.tell();
  try {
    return await decided(parts, tenant, id, patience, news);
  } finally {
    news.end();
  }
}

/** What the tail reader tells of an execution: that it has moved, or that a command was decided without facts. */
interface News {
  tell(): void;
  /** Answers when there is some that was not taken yet, or the time is over. */
  take(ms: number, gone: AbortSignal | undefined): Promise<void>;
  end(): void;
}

function listen({ feed, world }: EngineParts, tenant: string, id: string): News {
  let isNew = false;
  let wake = () => {};
  const tell = () => {
    isNew = true;
    wake();
  };
  const waiter = { tenant, id, hearsLog: true, ended: tell, moved: tell };
  feed.awaitEnd(waiter);
  const ends = [feed.follow(tenant, id, tell), () => feed.leave(waiter), feed.followAnswers(tell)];
  // What came before the feed was open came unheard.
  if (!feed.isOpen) void feed.opened.then(tell);
  return {
    tell,
    async take(ms, gone) {
      if (!isNew && ms > 0 && gone?.aborted !== true)
        await new Promise<void>((resolve) => {
          const end = () => {
            cancel();
            gone?.removeEventListener('abort', end);
            resolve();
          };
          const cancel = world.after(ms, end);
          gone?.addEventListener('abort', end);
          wake = end;
        });
      isNew = false;
    },
    end() {
      for (const end of ends) end();
    },
  };
}

async function decided(
  { store, world }: EngineParts,
  tenant: string,
  id: string,
  { ms = decisionMsMax, signal }: Patience,
  news: News,
): Promise<boolean> {
  const end = world.elapsed() + ms;
  const gone = signal?.();
  const pause = store.hints === undefined ? lookMs.unhinted : lookMs.hinted;
  for (;;) {
    const left = end - world.elapsed();
    await news.take(Math.min(pause, left), gone);
    if (!(await store.wakeUps(tenant, id)).some(isCommand)) return true;
    if (end - world.elapsed() <= 0 || gone?.aborted === true) return false;
  }
}

/**
 * Waits as `Reader.untilEnded` does, for an execution whose start is pending.
 * @param end instant of `world.elapsed`
 */
export async function untilStartedAndEnded(
  parts: EngineParts,
  tenant: string,
  id: string,
  end: number,
  signal: AbortSignal | undefined,
): Promise<ExecutionState | undefined> {
  const { reader, world } = parts;
  const left = () => Math.max(0, end - world.elapsed());
  const patience = signal === undefined ? { ms: left() } : { ms: left(), signal: () => signal };
  if (!(await untilDecided(parts, tenant, id, patience))) return undefined;
  return reader.untilEnded(tenant, id, left(), signal);
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
