/** The command line: finds the command in a table, and turns errors into sentences and exit codes. */

import { version } from '@millrace/core';
import { ConfigError } from '../config/resolve.ts';
import { didYouMean } from '../config/suggest.ts';
import { MillraceError } from '../errors.ts';
import { type Command, commands } from './commands.ts';
import { CliError, exitCodeHelp, exitCodes } from './exit.ts';
import { type Io, messageOf } from './io.ts';

/** Runs a command and answers its exit code; never throws. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    return await dispatch(args, io);
  } catch (error) {
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
  return command.run(rest, io);
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
