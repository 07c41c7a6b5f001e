/** An execution in this process: the same engine as the server's. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultTenant } from '../api/access.ts';
import { loadConfig } from '../config/load.ts';
import { createLogger } from '../log/logger.ts';
import { compose } from './composition.ts';
import type { Io } from './io.ts';
import type { RunTarget } from './run-target.ts';

const closeMsMax = 2_000;

/** `store`: as the setting; memory unless it is given. */
export async function embeddedTarget(store: string | boolean | undefined, io: Io): Promise<RunTarget> {
  const inMemory = store === undefined || store === 'memory:';
  // What this process keeps beside a memory store (large values) must not end up among the server's.
  const data = inMemory ? { data: join(tmpdir(), `millrace-run-${process.pid}`) } : {};
  const flags = { store: store ?? 'memory:', roles: 'worker,executor,timer,events', ...data };
  const { settings } = await loadConfig({ flags, environment: io.environment, terminal: io.terminal });
  const level = settings.logLevel === 'info' ? 'warn' : settings.logLevel;
  const log = createLogger({ level, format: settings.logFormat, write: (line) => io.error(line) });
  const { engine, close } = await compose(settings, log, io.environment);
  return {
    start: async (subject, input) => {
      const request = input === undefined ? subject : { ...subject, input };
      return (await engine.start(defaultTenant, request)).execution;
    },
    follow: (id, signal) => engine.follow(defaultTenant, id, 0, signal),
    execution: (id) => engine.execution(defaultTenant, id, { whole: true }),
    text: async ({ definition }) => (await engine.definition(defaultTenant, definition)).source,
    cancel: (id, reason) => engine.cancel(defaultTenant, id, reason),
    close: () => close(closeMsMax),
  };
}
