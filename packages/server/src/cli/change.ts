/** `millrace cancel`, `suspend`, `resume` and `retry`: change the course of an execution. */
import type { ExecutionView } from '../engine/interface.ts';
import type { ApiClient, ChangeVerb } from './api-client.ts';
import { ApiError } from './api-error.ts';
import { readArguments } from './arguments.ts';
import { connect, connectionHelp, connectionOptions } from './connection.ts';
import { readExecutionId } from './execution-id.ts';
import { exitCodes } from './exit.ts';
import type { Io } from './io.ts';
import { phaseText } from './show.ts';

export const options = { reason: { type: 'string' }, ...connectionOptions } as const;

export const help = `Options:
  --reason TEXT       Is kept with the execution.
${connectionHelp}`;

/** Prints the id, of the new execution for `retry`, and its phase. */
export async function change(verb: ChangeVerb, args: readonly string[], io: Io): Promise<number> {
  const read = readArguments(args, options);
  const id = readExecutionId(verb, read);
  const { reason } = read.flags;
  const api = connect(read.flags, io);
  const execution = await api
    .change(id, verb, reason === undefined ? undefined : String(reason))
    .catch(async (error: unknown) => {
      throw verb === 'retry' ? error : await withRetry(error, api, id);
    });
  io.out(read.flags.json ? `${JSON.stringify(execution, null, 2)}\n` : line(execution, io));
  if (verb === 'retry' && !read.flags.json)
    io.error(`It goes on from ${id}. Follow it: millrace events ${execution.id} --follow\n`);
  return exitCodes.ok;
}

/** What has faulted takes no change; what its user may want is another attempt. */
async function withRetry(error: unknown, api: ApiClient, id: string): Promise<unknown> {
  if (!(error instanceof ApiError) || error.code !== 'conflict') return error;
  const status = await api.execution(id).then(
    (execution) => execution.status,
    () => undefined,
  );
  if (status !== 'faulted') return error;
  const message = `${error.message} millrace retry ${id} starts a new one from before the fault.`;
  return new ApiError(error.exitCode, message, error);
}

function line(execution: ExecutionView, io: Io): string {
  return `${execution.id}  ${phaseText(execution.status, io)}\n`;
}
