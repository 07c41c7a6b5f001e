/** Which server a command speaks to, and with which key. */
import { type ApiClient, createApiClient } from './api-client.ts';
import type { Arguments } from './arguments.ts';
import { CliError, exitCodes } from './exit.ts';
import type { Io } from './io.ts';

/** Options of every command that speaks to a server. */
export const connectionOptions = {
  server: { type: 'string' },
  'api-key': { type: 'string' },
  json: { type: 'boolean' },
} as const;

export const defaultServer = 'http://127.0.0.1:8080';

export const connectionHelp = `  --server URL        The server. [MILLRACE_SERVER, or ${defaultServer}]
  --api-key KEY       Its API key. Others may see it in the list of processes: MILLRACE_API_KEY is safer.
  --json              Print JSON.`;

/** Throws a `CliError` of usage when the address is none. */
export function connect(flags: Arguments['flags'], io: Io): ApiClient {
  const server = String(flags.server ?? (io.environment.MILLRACE_SERVER || defaultServer));
  if (!URL.canParse(server) || !/^https?:/.test(server)) {
    const from = flags.server === undefined ? 'MILLRACE_SERVER' : '--server';
    throw new CliError(
      exitCodes.usage,
      `${from}: expected an address such as ${defaultServer} but found "${server}".`,
    );
  }
  const apiKey = flags['api-key'] ?? (io.environment.MILLRACE_API_KEY || undefined);
  return createApiClient(apiKey === undefined ? { server } : { server, apiKey: String(apiKey) });
}
