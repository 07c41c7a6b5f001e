/** `millrace schedule`: when a workflow starts by itself, held and let go on. */
import { formatDuration } from '../config/quantity.ts';
import type { ScheduleView } from '../engine/interface.ts';
import { readArguments } from './arguments.ts';
import { connect, connectionHelp, connectionOptions } from './connection.ts';
import { CliError, exitCodes } from './exit.ts';
import type { Io } from './io.ts';
import { visible } from './terminal-text.ts';

export const options = {
  pause: { type: 'boolean' },
  resume: { type: 'boolean' },
  reason: { type: 'string' },
  count: { type: 'string' },
  ...connectionOptions,
} as const;

export const help = `WORKFLOW is namespace/name: a schedule belongs to a workflow, and its latest version runs.

Options:
  --pause             Start nothing until it is resumed.
  --resume            Go on. What would have been due meanwhile is not made up for.
  --reason TEXT       With --pause: is shown to whoever asks.
  --count NUMBER      Of the instants to come (default 5, at most 100).
${connectionHelp}`;

export async function schedule(args: readonly string[], io: Io): Promise<number> {
  const { flags, positionals } = readArguments(args, options);
  const id = readWorkflow(positionals);
  if (flags.pause === true && flags.resume === true)
    throw new CliError(exitCodes.usage, 'schedule takes --pause or --resume, not both.');
  const api = connect(flags, io);
  const reason = flags.reason === undefined ? undefined : String(flags.reason);
  const change = flags.pause === true ? 'pause' : flags.resume === true ? 'resume' : undefined;
  if (reason !== undefined && change !== 'pause')
    throw new CliError(exitCodes.usage, '--reason goes with --pause.');
  const view =
    change === undefined
      ? await api.schedule(id, readCount(flags.count))
      : await api.changeSchedule(id, change, reason);
  io.out(flags.json ? `${JSON.stringify(view, null, 2)}\n` : draw(view, api.now()));
  return exitCodes.ok;
}

function readWorkflow(positionals: readonly string[]): string {
  const [id = '', ...more] = positionals;
  if (more.length === 0 && /^[^/]+\/[^/]+$/.test(id)) return id;
  throw new CliError(exitCodes.usage, 'schedule takes one workflow, as namespace/name.');
}

function readCount(text: unknown): number {
  if (text === undefined) return 5;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 100) return count;
  throw new CliError(exitCodes.usage, '--count takes a number from 1 to 100.');
}

function draw(view: ScheduleView, now: number): string {
  const { workflow, status, paused, idle, next, last, running } = view;
  const why = idle ?? paused?.reason;
  return [
    `${visible(workflow)}  ${status}${why === undefined ? '' : `: ${visible(why)}`}`,
    `starts    ${kindsOf(view)}`,
    ...next.map(
      ({ due }, index) => `${index === 0 ? 'next      ' : '          '}${due} ${distance(due, now)}`,
    ),
    ...running.map((id) => `running   ${visible(id)}`),
    ...(last === undefined ? [] : [`last      ${visible(last.execution)}`]),
    '',
  ].join('\n');
}

function kindsOf({ cron, everyMs, afterMs, on, timeZone, misfire }: ScheduleView): string {
  const kinds = [
    ...(cron === undefined ? [] : [`at ${cron} (${timeZone})`]),
    ...(everyMs === undefined ? [] : [`every ${formatDuration(everyMs)}`]),
    ...(afterMs === undefined ? [] : [`${formatDuration(afterMs)} after each end`]),
    ...(on === undefined ? [] : [`on events ${JSON.stringify(on)}`]),
  ];
  // Events miss no instant.
  const isTimed = cron !== undefined || everyMs !== undefined || afterMs !== undefined;
  return visible(`${kinds.join(', ')}${isTimed ? `; missed: ${misfire}` : ''}`);
}

function distance(due: string, now: number): string {
  const left = Date.parse(due) - now;
  return left > 0 ? `(in ${formatDuration(left)})` : '(now)';
}
