/** `millrace cancel`, `suspend`, `resume` and `retry`: change the course of an execution. */
import type { ExecutionView } from '../engine/interface.ts';
import type { ChangeVerb } from './api-client.ts';
import { readArguments } from './arguments.ts';
import { connect, connectionHelp, connectionOptions } from './connection.ts';
import { readExecutionId } from './execution-id.ts';
import { exitCodes } from './exit.ts';
import type { Io } from './io.ts';
import { phaseText } from './show.ts';

/** Why an execution goes on is not recorded, so only what stops it takes a reason. */
export const optionsOf = {
  cancel: { reason: { type: 'string' }, ...connectionOptions },
  suspend: { reason: { type: 'string' }, ...connectionOptions },
  resume: connectionOptions,
  retry: connectionOptions,
} as const;

export function helpOf(verb: ChangeVerb): string {
  const reason = '  --reason TEXT       Is kept with the execution.\n';
  return `Options:\n${'reason' in optionsOf[verb] ? reason : ''}${connectionHelp}`;
}

/** Prints the id, of the new execution for `retry`, and its phase. */
export async function change(verb: ChangeVerb, args: readonly string[], io: Io): Promise<number> {
  const read = readArguments(args, optionsOf[verb]);
  const id = readExecutionId(verb, read);
  const { reason } = read.flags;
  const api = connect(read.flags, io);
  const execution = await api.change(id, verb, reason === undefined ? undefined : String(reason));
  io.out(read.flags.json ? `${JSON.stringify(execution, null, 2)}\n` : line(execution, io));
  if (verb === 'retry' && !read.flags.json)
    io.error(`It goes on from ${id}. Follow it: millrace events ${execution.id} --follow\n`);
  return exitCodes.ok;
}

function line(execution: ExecutionView, io: Io): string {
  return `${execution.id}  ${phaseText(execution.status, io)}\n`;
}
