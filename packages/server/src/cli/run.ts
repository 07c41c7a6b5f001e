/** `millrace run`: one workflow, from its file to its output. */
import { type Json, parse } from '@millrace/core';
import { durationForms, parseDurationText } from '../config/quantity.ts';
import type { ExecutionView } from '../engine/interface.ts';
import { readArguments } from './arguments.ts';
import { connect } from './connection.ts';
import { CliError, exitCodes } from './exit.ts';
import { type Io, messageOf, readTextFile } from './io.ts';
import { describeFault } from './run-fault.ts';
import { createProgress, painter } from './run-progress.ts';
import { remoteTarget } from './run-remote.ts';
import type { RunTarget } from './run-target.ts';
import { formatSourceError } from './validate.ts';

export const help = `FILE is a workflow in YAML or JSON; - reads standard input.

Options:
  --input JSON|@file  Input of the workflow: JSON, or a file of JSON or YAML.
  --wait DURATION     Cancel the execution when it has not ended by then.
  --store STORE       Keep the execution: sqlite:PATH. [memory:]
  --server URL        Run on a server instead. [MILLRACE_SERVER]
  --api-key KEY       The server's API key. [MILLRACE_API_KEY]
  --json              Print the whole execution, not just its output.
  --quiet             No progress.

The output is printed as JSON on standard output, progress on standard error.`;

export const options = {
  input: { type: 'string', short: 'i' },
  wait: { type: 'string' },
  store: { type: 'string' },
  server: { type: 'string' },
  'api-key': { type: 'string' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
} as const;

const example = `millrace run greet.yaml --input '{"name": "Ada"}'`;

type Flags = Readonly<Record<string, string | boolean | undefined>>;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { flags, positionals } = readArguments(args, options);
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0)
    throw new CliError(exitCodes.usage, `run takes one FILE. For example: ${example}`);
  const waitMs = readWait(flags.wait);
  const input = await readInput(flags.input);
  const text = await readTextFile(file);
  const parsed = parse(text, { file });
  if (!parsed.ok) {
    const { errors } = parsed;
    for (const error of errors) io.error(`${formatSourceError(file, error)}\n`);
    const count = errors.length === 1 ? 'an error' : `${errors.length} errors`;
    throw new CliError(exitCodes.invalid, `${file} has ${count}.`, { places: errors });
  }
  const target = await openTarget(flags, io);
  try {
    return await runTo(target, { file, text, input, waitMs, flags, io });
  } finally {
    await target.close();
  }
}

interface Run {
  readonly file: string;
  readonly text: string;
  readonly input: Json | undefined;
  readonly waitMs: number | undefined;
  readonly flags: Flags;
  readonly io: Io;
}

async function runTo(target: RunTarget, { file, text, input, waitMs, flags, io }: Run): Promise<number> {
  const { id } = await target.start(text, input);
  const interrupted = new AbortController();
  const stopListening = io.onInterrupt(() => interrupted.abort());
  const overdue = waitMs === undefined ? new AbortController().signal : AbortSignal.timeout(waitMs);
  const progress = createProgress((line) => (flags.quiet ? undefined : io.error(line)), io.colours);
  const signal = AbortSignal.any([interrupted.signal, overdue]);
  try {
    for await (const event of target.follow(id, signal)) progress.show(event);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    stopListening();
  }
  if (signal.aborted) return abandon(target, id, interrupted.signal.aborted, waitMs, flags, io);
  return report(await target.execution(id), file, text, flags, io);
}

async function abandon(
  target: RunTarget,
  id: string,
  interrupted: boolean,
  waitMs: number | undefined,
  flags: Flags,
  io: Io,
): Promise<number> {
  const reason = interrupted ? 'interrupted' : `not ended within ${waitMs} ms`;
  await target.cancel(id, reason);
  if (flags.json) io.out(`${JSON.stringify(await target.execution(id), null, 2)}\n`);
  io.error(`millrace: ${reason}; the execution ${id} was cancelled.\n`);
  return interrupted ? exitCodes.interrupted : exitCodes.failed;
}

function report(execution: ExecutionView, file: string, text: string, flags: Flags, io: Io): number {
  const paint = painter(io.colours);
  if (flags.json) io.out(`${JSON.stringify(execution, null, 2)}\n`);
  else if (execution.status === 'completed') io.out(`${JSON.stringify(execution.output ?? null, null, 2)}\n`);
  if (execution.status === 'completed') return exitCodes.ok;
  if (execution.error !== undefined) io.error(`${describeFault(execution.error, file, text, paint)}\n`);
  else io.error(`${paint.yellow(execution.status)}\n`);
  return exitCodes.failed;
}

function readWait(text: string | boolean | undefined): number | undefined {
  if (text === undefined) return undefined;
  const ms = parseDurationText(String(text));
  if (ms === undefined || ms === 0)
    throw new CliError(exitCodes.usage, `--wait: expected ${durationForms} but found "${text}".`);
  return ms;
}

async function readInput(given: string | boolean | undefined): Promise<Json | undefined> {
  if (given === undefined) return undefined;
  const text = String(given);
  const path = text.startsWith('@') ? text.slice(1) : undefined;
  const content = path === undefined ? text : await readTextFile(path);
  try {
    if (path === undefined || !/\.ya?ml$/.test(path)) return JSON.parse(content) as Json;
    const parsed = (await import('../config/yaml-text.ts')).parseYamlText(content);
    if (parsed.ok) return parsed.value as Json;
    throw new Error(parsed.errors.join('; '));
  } catch (error) {
    const forms = path === undefined ? 'JSON, or @file' : `JSON in ${path}`;
    throw new CliError(exitCodes.usage, `--input: expected ${forms}: ${messageOf(error)}`, { cause: error });
  }
}

async function openTarget(flags: Flags, io: Io): Promise<RunTarget> {
  const server =
    flags.server ?? (flags.store === undefined ? io.environment.MILLRACE_SERVER || undefined : undefined);
  if (server === undefined) return (await import('./run-embedded.ts')).embeddedTarget(flags.store, io);
  if (flags.store !== undefined)
    throw new CliError(exitCodes.usage, '--server and --store exclude each other.');
  return remoteTarget(connect({ ...flags, server }, io));
}
