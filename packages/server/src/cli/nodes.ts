/** `millrace nodes`: the processes on the store of a server. */
import { type DifferingLimit, differingLimits, missingRoles } from '@millrace/core';
import { formatDuration } from '../config/quantity.ts';
import type { NodeView } from '../engine/interface.ts';
import { readArguments } from './arguments.ts';
import { connect, connectionHelp, connectionOptions } from './connection.ts';
import { CliError, exitCodes } from './exit.ts';
import type { Io } from './io.ts';
import { formatColumns, visible } from './terminal-text.ts';

export const options = connectionOptions;

export const help = `STATE is running, draining (it takes nothing new, and ends) or silent (it should have been heard of).
LAG is for how long the oldest work that a process may take had been due when it looked last.
Lines on standard error warn of roles that no running process has, and of limits that processes were told differently.

Options:
${connectionHelp}`;

export async function nodes(args: readonly string[], io: Io): Promise<number> {
  const { flags, positionals } = readArguments(args, options);
  if (positionals.length > 0)
    throw new CliError(exitCodes.usage, `nodes takes no argument, but was given "${positionals[0]}".`);
  const found = await connect(flags, io).nodes();
  io.out(flags.json ? `${JSON.stringify(found, null, 2)}\n` : format(found));
  for (const role of missingRoles(found))
    io.error(
      `No running process has the role ${role}: what is its to do waits. Start one: millrace start --roles ${role}\n`,
    );
  for (const limit of differingLimits(found)) io.error(`${warningOf(limit)}\n`);
  return exitCodes.ok;
}

function warningOf({ limit, told }: DifferingLimit): string {
  const each = told.map(({ node: { host, pid }, places = 'none' }) => `${places} (${host}/${pid})`);
  return visible(
    `Processes were told different limits of ${limit}: ${each.join(', ')}. Say the same to all.`,
  );
}

function format(found: readonly NodeView[]): string {
  const rows = found.map(({ id, state, roles, version, host, pid, startedAt, lastSeen, load }) => [
    visible(id),
    state,
    visible(roles.join(',')),
    visible(version),
    visible(`${host}/${pid}`),
    startedAt,
    lastSeen,
    String(load.executionsInMemory),
    `${load.effectsRunning}/${load.effectsMax}`,
    formatDuration(load.lagMs),
  ]);
  const head = [
    'ID',
    'STATE',
    'ROLES',
    'VERSION',
    'PROCESS',
    'STARTED',
    'SEEN',
    'EXECUTIONS',
    'EFFECTS',
    'LAG',
  ];
  return formatColumns([head, ...rows]);
}
