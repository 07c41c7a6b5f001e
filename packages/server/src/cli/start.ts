/** `millrace start`: the server, until it is told to stop. */

import { version } from '@millrace/core';
import { refusalToServe } from '../api/access.ts';
import type { HttpServer } from '../api/serve.ts';
import { loadConfig } from '../config/load.ts';
import { formatDuration } from '../config/quantity.ts';
import { isLoopback } from '../config/resolve.ts';
import type { Settings } from '../config/settings.ts';
import { createLogger, type Logger } from '../log/logger.ts';
import { createServerMetrics, type ServerMetrics } from '../metrics/server-metrics.ts';
import { withoutPassword } from '../without-password.ts';
import { readArguments, settingOptions } from './arguments.ts';
import { type Composition, compose } from './composition.ts';
import { CliError, exitCodes } from './exit.ts';
import { type Io, messageOf } from './io.ts';

export async function start(args: readonly string[], io: Io): Promise<number> {
  const { flags, positionals } = readArguments(args, settingOptions());
  if (positionals.length > 0)
    throw new CliError(exitCodes.usage, `start takes no argument, but was given "${positionals[0]}".`);
  const { settings } = await loadConfig({ flags, environment: io.environment, terminal: io.terminal });
  return serve(settings, io);
}

export interface ServeOptions {
  /** the clock leaps to the next wake-up when nothing else is to do */
  readonly virtualTime?: boolean;
  /** called when it serves; the answer is called when it is told to stop */
  readonly started?: (composition: Composition) => Promise<() => void>;
}

export async function serve(settings: Settings, io: Io, options: ServeOptions = {}): Promise<number> {
  const virtualTime = options.virtualTime === true;
  const serves = settings.roles.includes('api');
  const refusal = serves ? refusalToServe(settings) : undefined;
  if (refusal !== undefined) throw new CliError(exitCodes.cannotStart, refusal);
  const log = createLogger({
    level: settings.logLevel,
    format: settings.logFormat,
    write: (line) => io.error(line),
  });
  const stop = nextInterrupt(io);
  // Threads open the store; what serves the API, a third of all that a start reads and runs, is made meanwhile.
  const [composition, server] = await Promise.all([
    compose(settings, log, io.environment, virtualTime),
    serves ? prepareServer(settings, log) : undefined,
  ]);
  const metrics = createServerMetrics({
    figures: () => composition.figures(),
    version,
    store: composition.store.features,
  });
  const url = await listen(server, { composition, metrics }, settings);
  let end: (() => void) | undefined;
  try {
    io.out(banner(settings, composition, url, virtualTime));
    log.info('started', { version, url, store: withoutPassword(settings.store), roles: settings.roles });
    end = await options.started?.(composition);
    await stop.then((signal) => log.info('stopping', { signal, graceMs: settings.shutdownGraceMs }));
  } finally {
    end?.();
    await close(server, metrics, composition, settings, log);
  }
  return exitCodes.ok;
}

/** Resolves at the first signal; the second ends the process at once, since somebody has lost patience. */
function nextInterrupt(io: Io): Promise<string> {
  let first = true;
  return new Promise((resolve) => {
    io.onInterrupt((signal) => {
      if (!first) process.exit(130);
      first = false;
      resolve(signal);
    });
  });
}

async function prepareServer(config: Settings, log: Logger): Promise<HttpServer> {
  const { createHttpServer } = await import('../api/serve.ts');
  return createHttpServer({ config, log, version });
}

async function listen(
  server: HttpServer | undefined,
  { composition, metrics }: { readonly composition: Composition; readonly metrics: ServerMetrics },
  settings: Settings,
): Promise<string | undefined> {
  if (server === undefined) return undefined;
  const { engine } = composition;
  try {
    const { now, readiness } = composition;
    return (await server.listen({ engine, metrics, now, readiness })).url;
  } catch (error) {
    metrics.close();
    await composition.close(0);
    throw new CliError(exitCodes.cannotStart, listenProblem(error, settings), { cause: error });
  }
}

function listenProblem(error: unknown, { host, port }: Settings): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE')
    return `Port ${port} of ${host} is taken by another program. Stop it, or choose another port: --port 0 takes a free one.`;
  if (code === 'EACCES')
    return `Port ${port} needs rights that this user does not have. Choose one from 1024 on: --port 8080.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${host} is not an address of this machine. Choose another: --host 127.0.0.1.`;
  return `Cannot listen on ${host}:${port}: ${messageOf(error)}`;
}

async function close(
  server: HttpServer | undefined,
  metrics: ServerMetrics,
  composition: Composition,
  settings: Settings,
  log: Logger,
): Promise<void> {
  const begun = performance.now();
  await composition.drain();
  await server?.close();
  const spent = performance.now() - begun;
  await composition.close(Math.max(0, settings.shutdownGraceMs - spent));
  metrics.close();
  log.info('stopped', { ms: Math.round(performance.now() - begun) });
}

/** What an operator should know at start, a line each. */
export function banner(
  settings: Settings,
  { store }: Pick<Composition, 'store'>,
  url: string | undefined,
  virtualTime = false,
): string {
  const lines = [
    ...addresses(url),
    ['store', store.features.description],
    ['roles', settings.roles.join(', ')],
    ['network', networkRule(settings)],
    ...Object.entries(settings.originMap).map(([from, to]) => ['mapped', `calls to ${from} go to ${to}`]),
    ...warnings(settings).map((text) => ['warning', text]),
    ...(virtualTime ? [['time', 'is virtual: it leaps to the next wake-up when nothing else is to do']] : []),
  ];
  return `Millrace ${version}\n${lines.map(([name = '', text]) => `  ${name.padEnd(9)}${text}\n`).join('')}`;
}

/** The address stands first: it is what people look for, and programs read it from there. */
function addresses(url: string | undefined): string[][] {
  if (url === undefined) return [['address', 'none: this process does not serve the API']];
  return [
    ['address', `${url}  (open it in a browser)`],
    ['api', `${url}/docs  (to try it; described at ${url}/openapi.json)`],
  ];
}

function networkRule({ allow }: Settings): string {
  const more = allow.length === 0 ? '' : `, and ${allow.join(', ')}`;
  return `workflows may call public addresses${more}`;
}

function warnings(settings: Settings): string[] {
  const found: string[] = [];
  if (!isLoopback(settings.host) && settings.apiKeys.length === 0)
    found.push('everyone who reaches this address is let in (--insecure)');
  if (settings.apiKeys.some((key) => key.replace(/^[^:]*:/, '').length < 16))
    found.push('an API key is shorter than 16 characters');
  if (settings.cors.includes('*') && settings.apiKeys.length === 0)
    found.push('every web page may use this server (cors is *, and there are no API keys)');
  if (settings.store === 'memory:')
    found.push('executions are lost when this process ends (store is memory:)');
  if (settings.shutdownGraceMs > 60_000)
    found.push(`stopping may take ${formatDuration(settings.shutdownGraceMs)}`);
  return found;
}
