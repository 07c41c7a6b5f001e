/** The command line: finds the command in a table, and turns errors into sentences and exit codes. */

import { version } from '@millrace/core';
import { ConfigError } from '../config/resolve.ts';
import { MillraceError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';
import { type Command, commands } from './commands.ts';
import { CliError, type ErrorPlace, exitCodeHelp, exitCodes } from './exit.ts';
import { type Io, messageOf } from './io.ts';

/** Runs a command and answers its exit code; never throws. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (error) {
    if (wantsJson(args)) io.out(`${JSON.stringify({ error: toErrorBody(error) })}\n`);
    return complain(error, io);
  }
}

async function dispatch([name, ...rest]: readonly string[], io: Io): Promise<number> {
  if (name === '--version' || name === '-v' || name === 'version') {
    io.out(`${version}\n`);
    return exitCodes.ok;
  }
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return help(rest[0], io);
  const command = find(name);
  if (rest.some((arg) => arg === '--help' || arg === '-h') && name !== 'jq') return help(name, io);
  if (command.withoutJson !== undefined && asksForJson(rest))
    throw new CliError(exitCodes.usage, `${name} has no --json: ${command.withoutJson}`);
  return command.run(rest, io);
}

/** `--json` as an option, not as what `--arg` of jq takes or what stands behind `--`. */
function asksForJson(args: readonly string[]): boolean {
  const at = args.indexOf('--json');
  const before = args.slice(0, Math.max(0, at));
  return at >= 0 && !before.includes('--') && !before.slice(-2).some((arg) => /^--arg(json)?$/.test(arg));
}

/** A command that does not exist may well have been one that prints JSON. */
function wantsJson([name = '', ...rest]: readonly string[]): boolean {
  if (!asksForJson(rest)) return false;
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return command?.withoutJson === undefined;
}

function find(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined) return command;
  throw new CliError(
    exitCodes.usage,
    `There is no command "${name}"${didYouMean(name, Object.keys(commands)) || '; try: millrace help'}`,
  );
}

async function help(name: string | undefined, io: Io): Promise<number> {
  if (name !== undefined) {
    const command = find(name);
    const more = command.more === undefined ? '' : `\n${await command.more()}\n`;
    io.out(`${command.usage}\n\n${command.summary}\n${more}\n${exitCodeHelp}\n`);
    return exitCodes.ok;
  }
  const lines = Object.entries(commands).map(([command, { summary }]) => `  ${command.padEnd(12)}${summary}`);
  io.out(
    `Millrace ${version}: durable workflows in the Open Workflow DSL.\n\n${lines.join('\n')}\n  help        Say more about a command: millrace help start\n\n${exitCodeHelp}\n`,
  );
  return exitCodes.ok;
}

interface ErrorBody {
  readonly code: string;
  readonly message: string;
  /** what is wrong with what was given, each with its place when it has one */
  readonly errors?: readonly ErrorPlace[];
}

function toErrorBody(error: unknown): ErrorBody {
  if (error instanceof CliError) return withErrors(error.code, error.message, error.places);
  if (error instanceof ConfigError)
    return withErrors(
      'usage',
      error.message,
      error.issues.map((message) => ({ message })),
    );
  return { code: error instanceof MillraceError ? error.code : 'internal', message: messageOf(error) };
}

function withErrors(code: string, message: string, errors: readonly ErrorPlace[]): ErrorBody {
  return errors.length === 0 ? { code, message } : { code, message, errors };
}

function complain(error: unknown, io: Io): number {
  if (error instanceof CliError) {
    io.error(`millrace: ${error.message}\n`);
    return error.exitCode;
  }
  if (error instanceof ConfigError) {
    for (const issue of error.issues) io.error(`millrace: ${issue}\n`);
    return exitCodes.usage;
  }
  if (error instanceof MillraceError) {
    io.error(`millrace: ${error.message}\n`);
    return exitCodes.failed;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  io.error(`millrace: this should not have happened; please report it.\n${text}\n`);
  return exitCodes.failed;
}
