/** `millrace run`: one workflow, from its file to its output. */
import type { Json } from '@millrace/core';
import { durationForms, parseDurationText } from '../config/quantity.ts';
import type { ExecutionView } from '../engine/interface.ts';
import { readArguments } from './arguments.ts';
import { connect } from './connection.ts';
import { CliError, exitCodes } from './exit.ts';
import { type Io, messageOf, readTextFile } from './io.ts';
import { describeFault } from './run-fault.ts';
import { createProgress, painter } from './run-progress.ts';
import { remoteTarget } from './run-remote.ts';
import { type RunSubject, readSubject } from './run-subject.ts';
import type { RunTarget } from './run-target.ts';

export const help = `FILE is a workflow in YAML or JSON; - reads standard input. Instead of a file, namespace/name or
namespace/name/version is a workflow that is published on the server or in the store.

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
    throw new CliError(
      exitCodes.usage,
      `run takes one FILE, or one namespace/name that is published. For example: ${example}`,
    );
  const waitMs = readWait(flags.wait);
  const input = await readInput(flags.input);
  const server = serverOf(flags, io);
  const subject = await readSubject(file, server !== undefined || flags.store !== undefined, io);
  const target = await openTarget(flags, server, io);
  try {
    return await runTo(target, { file, subject, input, waitMs, flags, io });
  } finally {
    await target.close();
  }
}

interface Run {
  readonly file: string;
  readonly subject: RunSubject;
  readonly input: Json | undefined;
  readonly waitMs: number | undefined;
  readonly flags: Flags;
  readonly io: Io;
}

async function runTo(target: RunTarget, { file, subject, input, waitMs, flags, io }: Run): Promise<number> {
  const { id } = await target.start(subject, input);
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
  const execution = await target.execution(id);
  // What is published under a name may be newer by now than what ran.
  const text = execution.error === undefined ? undefined : await target.text(execution);
  return report(execution, file, text, flags, io);
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

function report(
  execution: ExecutionView,
  file: string,
  text: string | undefined,
  flags: Flags,
  io: Io,
): number {
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
    throw new Error(parsed.error);
  } catch (error) {
    const forms = path === undefined ? 'JSON, or @file' : `JSON in ${path}`;
    throw new CliError(exitCodes.usage, `--input: expected ${forms}: ${messageOf(error)}`, { cause: error });
  }
}

function serverOf(flags: Flags, io: Io): string | undefined {
  if (flags.server !== undefined && flags.store !== undefined)
    throw new CliError(exitCodes.usage, '--server and --store exclude each other.');
  if (flags.server !== undefined) return String(flags.server);
  return flags.store === undefined ? io.environment.MILLRACE_SERVER || undefined : undefined;
}

async function openTarget(flags: Flags, server: string | undefined, io: Io): Promise<RunTarget> {
  if (server === undefined) return (await import('./run-embedded.ts')).embeddedTarget(flags.store, io);
  return remoteTarget(connect({ ...flags, server }, io));
}
