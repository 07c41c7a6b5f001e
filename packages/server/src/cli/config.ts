/** `millrace config`: what holds, and where it came from. */
import { loadConfig } from '../config/load.ts';
import { configToJson, printConfig, printEnvironmentExample } from '../config/print.ts';
import { type Options, readArguments, settingOptions } from './arguments.ts';
import { CliError, exitCodes } from './exit.ts';
import type { Io } from './io.ts';

export function options(): Options {
  return { ...settingOptions(), json: { type: 'boolean' }, 'env-example': { type: 'boolean' } };
}

export async function config(args: readonly string[], io: Io): Promise<number> {
  const { flags, positionals } = readArguments(args, options());
  if (positionals.length > 0)
    throw new CliError(exitCodes.usage, `config takes no argument, but was given "${positionals[0]}".`);
  const { json, 'env-example': example, ...rest } = flags;
  if (example) {
    io.out(printEnvironmentExample());
    return exitCodes.ok;
  }
  const resolved = await loadConfig({ flags: rest, environment: io.environment, terminal: io.terminal });
  io.out(json ? `${JSON.stringify(configToJson(resolved), null, 2)}\n` : printConfig(resolved));
  return exitCodes.ok;
}
