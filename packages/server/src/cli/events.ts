/** `millrace events`: what happened in an execution, and what happens. */
import type { ExecutionEvent } from '../engine/interface.ts';
import type { ApiClient } from './api-client.ts';
import { readArguments } from './arguments.ts';
import { connect, connectionHelp, connectionOptions } from './connection.ts';
import { createEventTasks } from './event-tasks.ts';
import { readExecutionId } from './execution-id.ts';
import { CliError, exitCodes } from './exit.ts';
import type { Io } from './io.ts';
import { nameOf, painter, type TaskFact } from './run-progress.ts';
import { cut, visible } from './terminal-text.ts';

export const options = {
  follow: { type: 'boolean', short: 'f' },
  after: { type: 'string' },
  ...connectionOptions,
} as const;

export const help = `Options:
  --follow            Go on with what comes, until the execution has ended; a lost connection is taken up again.
  --after VERSION     Only events after this version. [0]
${connectionHelp.replace('Print JSON.', 'Print one JSON object a line.')}`;

export async function events(args: readonly string[], io: Io): Promise<number> {
  const read = readArguments(args, options);
  const id = readExecutionId('events', read);
  const after = readVersion(read.flags.after);
  const api = connect(read.flags, io);
  const interrupted = new AbortController();
  const stopListening = io.onInterrupt(() => interrupted.abort());
  const source = read.flags.follow ? api.follow(id, after, interrupted.signal) : pages(api, id, after);
  const tasks = createEventTasks(api, id);
  try {
    for await (const event of source) {
      if (interrupted.signal.aborted) break;
      io.out(read.flags.json ? `${JSON.stringify(event)}\n` : eventLine(event, await tasks.of(event), io));
    }
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
  } finally {
    stopListening();
  }
  return interrupted.signal.aborted ? exitCodes.interrupted : exitCodes.ok;
}

function readVersion(text: string | boolean | undefined): number {
  if (text === undefined) return 0;
  if (/^\d{1,15}$/.test(String(text))) return Number(text);
  throw new CliError(exitCodes.usage, `--after: expected the version of an event but found "${text}".`);
}

async function* pages(api: ApiClient, id: string, first: number): AsyncGenerator<ExecutionEvent> {
  let after: number | undefined = first;
  while (after !== undefined) {
    const page: { items: readonly ExecutionEvent[]; after?: number } = await api.events(id, after);
    yield* page.items;
    after = page.after;
  }
}

const gap = 2;

/** `12  2026-11-21T10:00:00.123Z  task.completed  order › pay  {"output":…}`, cut to the width of a terminal, whole elsewhere. */
function eventLine({ version, time, fact }: ExecutionEvent, about: TaskFact | undefined, io: Io): string {
  const paint = painter(io.outColours);
  const { type, task: _task, visit: _visit, ...members } = fact as ExecutionEvent['fact'] & Partial<TaskFact>;
  const name = about === undefined ? '' : `  ${nameOf(about)}`;
  const head = `${String(version).padStart(5)}  ${time}  `;
  const more = Object.keys(members).length === 0 ? '' : visible(JSON.stringify(members));
  const left = Math.max(20, io.columns - head.length - type.length - [...name].length - gap);
  const colour = type.endsWith('.faulted') || type.endsWith('.failed') ? paint.red : (text: string) => text;
  return `${`${paint.dim(head)}${colour(type)}${name}  ${paint.dim(io.outTerminal ? cut(more, left) : more)}`.trimEnd()}\n`;
}
