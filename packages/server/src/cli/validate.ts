/** `millrace validate`: every error of every file, with its place. */
import { lower, misplacedSecrets, parse, type SourceError, unsupportedPlaces } from '@millrace/core';
import { readArguments } from './arguments.ts';
import { CliError, type ExitCode, exitCodes } from './exit.ts';
import { type Io, readTextFile } from './io.ts';

export const options = { json: { type: 'boolean' } } as const;

type Place = Pick<SourceError, 'line' | 'column' | 'message' | 'pointer'>;

/** What was found in one file; `unsupported` is valid, and refused at a start by this version; `exitCode` tells a file that cannot be read from one with errors. */
type Validated =
  | {
      readonly file: string;
      readonly ok: true;
      readonly workflow: string;
      readonly unsupported: readonly Place[];
      /** what will be an error when it is run */
      readonly warnings: readonly Place[];
    }
  | {
      readonly file: string;
      readonly ok: false;
      readonly exitCode: ExitCode;
      readonly message?: string;
      readonly errors: readonly SourceError[];
    };

/** Exits 3 when a file has errors, 2 when one cannot be read; the others are checked all the same. */
export async function validate(args: readonly string[], io: Io): Promise<number> {
  const { flags, positionals } = readArguments(args, options);
  if (positionals.length === 0) throw new CliError(exitCodes.usage, 'validate takes at least one FILE.');
  const validated: Validated[] = [];
  for (const file of positionals) {
    const one = await validateFile(file);
    validated.push(one);
    if (!flags.json) report(one, io);
  }
  if (flags.json) io.out(`${JSON.stringify(validated, null, 2)}\n`);
  return Math.max(...validated.map((one) => (one.ok ? exitCodes.ok : one.exitCode)));
}

async function validateFile(file: string): Promise<Validated> {
  let text: string;
  try {
    text = await readTextFile(file);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { file, ok: false, exitCode: error.exitCode, message: error.message, errors: [] };
  }
  const parsed = parse(text, { file });
  if (!parsed.ok) return { file, ok: false, exitCode: exitCodes.invalid, errors: parsed.errors };
  const { namespace, name, version } = parsed.workflow.document;
  const workflow = `${namespace}/${name}/${version}`;
  const program = lower(parsed.workflow);
  const unsupported = unsupportedPlaces(program, parsed.source);
  return { file, ok: true, workflow, unsupported, warnings: misplacedSecrets(program, parsed.source) };
}

function report(one: Validated, io: Io): void {
  if (one.ok) {
    io.out(`${one.file}: valid: ${one.workflow}\n`);
    for (const place of [...one.unsupported, ...one.warnings])
      io.error(`${formatSourceError(one.file, { ...place, message: `warning: ${place.message}` })}\n`);
    return;
  }
  if (one.message !== undefined) io.error(`${one.message}\n`);
  for (const error of one.errors) io.error(`${formatSourceError(one.file, error)}\n`);
}

/** `order.yaml:12:9: expected … (at /do/0/pay)`: editors jump to it. */
export function formatSourceError(file: string, { line, column, message, pointer }: Place): string {
  return `${file}:${line}:${column}: ${message}${pointer === '' ? '' : ` (at ${pointer})`}`;
}
