/** `millrace config`: what holds, and where it came from. */
import { loadConfig } from '../config/load.ts';
import { configToJson, printConfig, printEnvironmentExample } from '../config/print.ts';
import { readArguments, settingOptions } from './arguments.ts';
import { CliError, exitCodes } from './exit.ts';
import type { Io } from './io.ts';

export async function config(args: readonly string[], io: Io): Promise<number> {
  const own = { json: { type: 'boolean' }, 'env-example': { type: 'boolean' } } as const;
  const { flags, positionals } = readArguments(args, { ...settingOptions(), ...own });
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
