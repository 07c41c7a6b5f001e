/** `millrace deploy`: publishes definitions on a server. */
import type { WorkflowSource } from '../engine/interface.ts';
import type { ApiClient } from './api-client.ts';
import { ApiError } from './api-error.ts';
import { readArguments } from './arguments.ts';
import { connect, connectionHelp, connectionOptions } from './connection.ts';
import { CliError, type ExitCode, exitCodes } from './exit.ts';
import { type Io, readTextFile } from './io.ts';
import { formatSourceError } from './validate.ts';

export const options = connectionOptions;

export const help = `FILE is a workflow in YAML or JSON; - reads standard input. What was published in this version with the same content
stays as it is; other content needs a new version.

Options:
${connectionHelp}`;

type Deployed =
  | {
      readonly file: string;
      readonly ok: true;
      readonly workflow: string;
      readonly created: boolean;
      readonly warnings?: WorkflowSource['warnings'];
    }
  | {
      readonly file: string;
      readonly ok: false;
      readonly exitCode: ExitCode;
      readonly message: string;
      readonly errors: ApiError['places'];
    };

/** A file that cannot be published does not stop the others; exits with the highest code of all files. */
export async function deploy(args: readonly string[], io: Io): Promise<number> {
  const { flags, positionals } = readArguments(args, options);
  if (positionals.length === 0) throw new CliError(exitCodes.usage, 'deploy takes at least one FILE.');
  const api = connect(flags, io);
  const deployed: Deployed[] = [];
  for (const file of positionals) {
    const one = await deployFile(api, file);
    deployed.push(one);
    if (!flags.json) report(one, io);
  }
  if (flags.json) io.out(`${JSON.stringify(deployed, null, 2)}\n`);
  return Math.max(...deployed.map((one) => (one.ok ? exitCodes.ok : one.exitCode)));
}

/** A server that cannot be reached is thrown: it would not be there for the next file either. */
async function deployFile(api: ApiClient, file: string): Promise<Deployed> {
  try {
    const text = await readTextFile(file);
    const format = /^\s*\{/.test(text) && /\.json$/.test(file) ? 'json' : 'yaml';
    const { workflow, created } = await api.publish(text, format);
    const { id, warnings } = workflow;
    return { file, ok: true, workflow: id, created, ...(warnings === undefined ? {} : { warnings }) };
  } catch (error) {
    if (!(error instanceof CliError) || error.exitCode === exitCodes.cannotStart) throw error;
    if (error instanceof ApiError && error.status === 401) throw error;
    const errors = error instanceof ApiError ? error.places : [];
    return { file, ok: false, exitCode: error.exitCode, message: error.message, errors };
  }
}

function report(one: Deployed, io: Io): void {
  if (one.ok) {
    io.out(`${one.file}: ${one.created ? 'published' : 'unchanged'}: ${one.workflow}\n`);
    for (const { line, message } of one.warnings ?? [])
      io.error(`${one.file}:${line}: warning: ${message}\n`);
    return;
  }
  const placed = one.errors.filter(({ line }) => line !== undefined);
  if (placed.length === 0)
    return io.error(`${one.message.startsWith(one.file) ? '' : `${one.file}: `}${one.message}\n`);
  for (const { line = 1, column = 1, pointer = '', message } of placed)
    io.error(`${formatSourceError(one.file, { line, column, pointer, message })}\n`);
}
