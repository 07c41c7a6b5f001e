/** The one ID that a command about an execution takes. */
import type { Arguments } from './arguments.ts';
import { CliError, exitCodes } from './exit.ts';

export function readExecutionId(command: string, { positionals }: Arguments): string {
  const [id, ...more] = positionals;
  if (id !== undefined && id !== '' && more.length === 0) return id;
  throw new CliError(exitCodes.usage, `${command} takes one ID. millrace ls lists the executions.`);
}
