/** `millrace ls`: executions, newest first. */
import { phases } from '@millrace/core';
import { formatDuration } from '../config/quantity.ts';
import type { ExecutionSummary } from '../engine/interface.ts';
import { didYouMean } from '../suggest.ts';
import type { ApiClient, ListRequest } from './api-client.ts';
import { readArguments } from './arguments.ts';
import { connect, connectionHelp, connectionOptions } from './connection.ts';
import { CliError, exitCodes } from './exit.ts';
import type { Io } from './io.ts';
import { phaseText } from './show.ts';
import { formatColumns, visible } from './terminal-text.ts';

export const options = {
  status: { type: 'string', short: 's' },
  workflow: { type: 'string', short: 'w' },
  id: { type: 'string' },
  limit: { type: 'string', short: 'n' },
  ...connectionOptions,
} as const;

export const help = `Options:
  --status PHASES     Only these phases, comma separated: running,waiting,faulted.
  --workflow NAME     Only this workflow: name, namespace/name or namespace/name/version.
  --id PREFIX         Only those whose id begins so, 4 characters or more.
  --limit NUMBER      How many at most. [20]
${connectionHelp}`;

const limitMax = 100_000;
const pageMax = 1_000;

export async function ls(args: readonly string[], io: Io): Promise<number> {
  const { flags, positionals } = readArguments(args, options);
  if (positionals.length > 0)
    throw new CliError(
      exitCodes.usage,
      `ls takes no argument, but was given "${positionals[0]}". One execution: millrace show ID`,
    );
  const limit = readLimit(flags.limit);
  const wanted = {
    limit,
    ...(flags.status === undefined ? {} : { status: readPhases(String(flags.status)) }),
    ...(flags.workflow === undefined ? {} : { workflow: String(flags.workflow) }),
    ...(flags.id === undefined ? {} : { id: readPrefix(String(flags.id)) }),
  };
  const { items, more } = await list(connect(flags, io), wanted);
  if (flags.json) {
    io.out(`${JSON.stringify(items, null, 2)}\n`);
    return exitCodes.ok;
  }
  if (items.length === 0) io.error('There is no such execution.\n');
  else io.out(format(items, io));
  if (more) io.error(`There are more than ${limit}: --limit ${Math.min(limitMax, limit * 10)}\n`);
  return exitCodes.ok;
}

function readPhases(text: string): string {
  const given = text.split(',').map((phase) => phase.trim());
  const unknown = given.find((phase) => !(phases as readonly string[]).includes(phase));
  if (unknown === undefined) return given.join(',');
  throw new CliError(
    exitCodes.usage,
    `--status: expected one or more of ${phases.join(', ')}, comma separated, but found "${unknown}"${didYouMean(unknown, phases) || '.'}`,
  );
}

function readPrefix(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._~-]{3,399}$/.test(text)) return text;
  throw new CliError(
    exitCodes.usage,
    `--id: expected the first 4 characters of an id or more but found "${text}".`,
  );
}

function readLimit(text: string | boolean | undefined): number {
  const limit = Number(text ?? 20);
  if (Number.isInteger(limit) && limit >= 1 && limit <= limitMax) return limit;
  throw new CliError(
    exitCodes.usage,
    `--limit: expected a whole number from 1 to ${limitMax} but found "${text}".`,
  );
}

async function list(
  api: ApiClient,
  wanted: ListRequest,
): Promise<{ items: readonly ExecutionSummary[]; more: boolean }> {
  const items: ExecutionSummary[] = [];
  let cursor: string | undefined;
  do {
    const limit = Math.min(pageMax, wanted.limit - items.length);
    const page = await api.executions({ ...wanted, limit, ...(cursor === undefined ? {} : { cursor }) });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined && items.length < wanted.limit);
  return { items, more: cursor !== undefined };
}

function format(items: readonly ExecutionSummary[], io: Io): string {
  const rows = items.map(({ id, status, workflow, startedAt, endedAt, error }) => [
    visible(id),
    status,
    visible(`${workflow.namespace}/${workflow.name}/${workflow.version}`),
    startedAt,
    endedAt === undefined ? '' : formatDuration(Date.parse(endedAt) - Date.parse(startedAt)),
    visible(error ?? ''),
  ]);
  const head = ['ID', 'STATUS', 'WORKFLOW', 'STARTED', 'TOOK', 'ERROR'];
  return formatColumns([head, ...rows], (cell, column, row) => {
    const status = column === 1 && row > 0 ? items[row - 1]?.status : undefined;
    return status === undefined ? cell : phaseText(status, io);
  });
}
