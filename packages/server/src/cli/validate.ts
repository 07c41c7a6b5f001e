/** `millrace validate`: every error of every file, with its place. */
import { parse, type SourceError } from '@millrace/core';
import { readArguments } from './arguments.ts';
import { CliError, exitCodes } from './exit.ts';
import { type Io, readTextFile } from './io.ts';

/** Exits 3 when a file has errors, 2 when one cannot be read; the others are checked all the same. */
export async function validate(args: readonly string[], io: Io): Promise<number> {
  const { positionals } = readArguments(args, {});
  if (positionals.length === 0) throw new CliError(exitCodes.usage, 'validate takes at least one FILE.');
  let exitCode: number = exitCodes.ok;
  for (const file of positionals) exitCode = Math.max(exitCode, await validateFile(file, io));
  return exitCode;
}

async function validateFile(file: string, io: Io): Promise<number> {
  let text: string;
  try {
    text = await readTextFile(file);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    io.error(`${error.message}\n`);
    return error.exitCode;
  }
  const parsed = parse(text, { file });
  if (!parsed.ok) {
    for (const error of parsed.errors) io.error(`${formatSourceError(file, error)}\n`);
    return exitCodes.invalid;
  }
  const { namespace, name, version } = parsed.workflow.document;
  io.out(`${file}: valid: ${namespace}/${name}/${version}\n`);
  return exitCodes.ok;
}

/** `order.yaml:12:9: expected … (at /do/0/pay)`: editors jump to it. */
export function formatSourceError(file: string, { line, column, message, pointer }: SourceError): string {
  return `${file}:${line}:${column}: ${message}${pointer === '' ? '' : ` (at ${pointer})`}`;
}
