/** `millrace open`: the page of a server, or of one execution, in the browser. */
import { spawn } from 'node:child_process';
import { readArguments } from './arguments.ts';
import { connect, connectionHelp, connectionOptions } from './connection.ts';
import { CliError, exitCodes } from './exit.ts';
import type { Io } from './io.ts';

export const options = { ...connectionOptions, print: { type: 'boolean' } } as const;

export const help = `Without an ID: the list of executions. The program that opens it is that of BROWSER, or the system's.

Options:
  --print             Only print the address.
${connectionHelp}`;

/** The address is printed in any case: where no browser can be started, it can be copied. */
export async function open(args: readonly string[], io: Io): Promise<number> {
  const { flags, positionals } = readArguments(args, options);
  const [id, ...more] = positionals;
  if (more.length > 0) throw new CliError(exitCodes.usage, 'open takes at most one ID.');
  const api = connect(flags, io);
  if (id === undefined) await api.health();
  else await api.execution(id);
  const url = id === undefined ? `${api.server}/` : `${api.server}/executions/${encodeURIComponent(id)}`;
  io.out(flags.json ? `${JSON.stringify({ url })}\n` : `${url}\n`);
  if (!flags.print && !flags.json && !(await startBrowser(url, io.environment)))
    io.error('No browser could be started here; open the address yourself.\n');
  return exitCodes.ok;
}

const startMsMax = 3_000;

/** Answers whether a program took the address: it still runs after a moment, or has ended without an error. */
function startBrowser(url: string, environment: Io['environment']): Promise<boolean> {
  const [program = '', ...args] = openerFor(environment);
  return new Promise((resolve) => {
    // Never through a shell: the address holds what the server's user typed.
    const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
    const timer = setTimeout(() => resolve(true), startMsMax);
    const end = (opened: boolean) => {
      clearTimeout(timer);
      resolve(opened);
    };
    child.once('error', () => end(false));
    child.once('exit', (code) => end(code === 0));
    child.unref();
  });
}

function openerFor({ BROWSER: browser }: Io['environment']): readonly string[] {
  if (browser) return [browser];
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return ['xdg-open'];
}
