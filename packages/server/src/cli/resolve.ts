/** `millrace resolve`: say what became of a deed that is in doubt. */
import { type EffectResolution, isJsonObject, type Json, type WakeUpView } from '@millrace/core';
import type { ApiClient } from './api-client.ts';
import { type Arguments, readArguments } from './arguments.ts';
import { connect, connectionHelp, connectionOptions } from './connection.ts';
import { readExecutionId } from './execution-id.ts';
import { CliError, exitCodes } from './exit.ts';
import { type Io, messageOf } from './io.ts';
import { phaseText } from './show.ts';

export const options = {
  done: { type: 'string' },
  failed: { type: 'string' },
  again: { type: 'boolean' },
  effect: { type: 'string' },
  reason: { type: 'string' },
  ...connectionOptions,
} as const;

export const help = `A task that is marked unsafe is done at most once. When its process dies meanwhile, nobody knows whether it was done.

Options, one of the first three:
  --done JSON         It was done, and this is what it yielded.
  --failed JSON       It was not done: {"status": 402, "title": "No money", "detail": …, "type": …}, each may be absent.
  --again             Do it again, with the same idempotency key.
  --effect VERSION    Which one, when several are in doubt: millrace show ID lists them.
  --reason TEXT       Is kept with the execution.
${connectionHelp}`;

export async function resolve(args: readonly string[], io: Io): Promise<number> {
  const read = readArguments(args, options);
  const id = readExecutionId('resolve', read);
  const resolution = readResolution(read.flags);
  const api = connect(read.flags, io);
  const effect = readEffect(read.flags.effect) ?? (await onlyDoubt(api, id));
  const { reason } = read.flags;
  const execution = await api.resolve(id, effect, {
    ...resolution,
    ...(reason === undefined ? {} : { reason: String(reason) }),
  });
  io.out(
    read.flags.json
      ? `${JSON.stringify(execution, null, 2)}\n`
      : `${execution.id}  ${phaseText(execution.status, io)}\n`,
  );
  return exitCodes.ok;
}

function readResolution(flags: Arguments['flags']): EffectResolution {
  const { done, failed, again } = flags;
  const given = [done, failed, again === true ? again : undefined].filter((flag) => flag !== undefined);
  if (given.length !== 1)
    throw new CliError(exitCodes.usage, 'resolve takes one of --done JSON, --failed JSON and --again.');
  if (done !== undefined) return { as: 'done', output: readJson('--done', String(done)) };
  if (failed === undefined) return { as: 'again' };
  const error = readJson('--failed', String(failed));
  if (isJsonObject(error)) return { as: 'failed', error };
  throw new CliError(
    exitCodes.usage,
    '--failed: expected an object such as {"status": 402, "title": "No money"}.',
  );
}

function readJson(flag: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new CliError(exitCodes.usage, `${flag}: expected JSON: ${messageOf(error)}`, { cause: error });
  }
}

function readEffect(text: string | boolean | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,14}$/.test(String(text))) return Number(text);
  throw new CliError(exitCodes.usage, `--effect: expected the version of an event but found "${text}".`);
}

async function onlyDoubt(api: ApiClient, id: string): Promise<number> {
  const doubts = (await api.wakeUps(id)).filter(({ doubt }) => doubt).map(effectOf);
  const [effect, ...others] = doubts;
  if (effect === undefined)
    throw new CliError(
      exitCodes.failed,
      `Nothing of ${id} is in doubt. millrace show ${id} says what it waits for.`,
    );
  if (others.length === 0) return effect;
  const choices = doubts.map((each) => `--effect ${each}`).join(', ');
  throw new CliError(exitCodes.usage, `Several deeds of ${id} are in doubt; say which: ${choices}.`);
}

export function effectOf({ id }: WakeUpView): number {
  return Number(id.slice(id.lastIndexOf('/') + 1));
}
