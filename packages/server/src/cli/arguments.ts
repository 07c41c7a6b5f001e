/** Reads a command line by `node:util`'s rules, with errors that help. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { flagOf, type SettingName, settingNames, settingTable } from '../config/settings.ts';
import { didYouMean } from '../suggest.ts';
import { CliError, exitCodes } from './exit.ts';
import { messageOf } from './io.ts';

export type Options = NonNullable<ParseArgsConfig['options']>;

export interface Arguments {
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
}

/** Throws a `CliError` of usage. */
export function readArguments(args: readonly string[], options: Options): Arguments {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options,
      allowPositionals: true,
      allowNegative: true,
      strict: true,
    });
    return { flags: values as Arguments['flags'], positionals };
  } catch (error) {
    const unknown = /Unknown option '-{1,2}([^'\s]+)'/.exec(messageOf(error))?.[1];
    if (unknown === undefined) throw new CliError(exitCodes.usage, messageOf(error), { cause: error });
    const near = didYouMean(unknown, Object.keys(options)).replace('"', '"--');
    throw new CliError(exitCodes.usage, `There is no option --${unknown}${near || '.'}`);
  }
}

/** One option for each setting of the server, or for those that are named, and `--config`. */
export function settingOptions(names: readonly SettingName[] = settingNames): Options {
  const options: Options = { config: { type: 'string' } };
  for (const name of names)
    options[flagOf(name)] = { type: settingTable[name].form === 'boolean' ? 'boolean' : 'string' };
  return options;
}
