/** `millrace dev`: a server to write workflows with. It keeps nothing, and publishes files as they are saved. */
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../config/load.ts';
import type { Settings } from '../config/settings.ts';
import { type Arguments, type Options, readArguments, settingOptions } from './arguments.ts';
import { type DevFiles, openDevFiles } from './dev-files.ts';
import { openDevPublisher } from './dev-publisher.ts';
import { CliError, exitCodes } from './exit.ts';
import { type Io, messageOf } from './io.ts';
import { serve } from './start.ts';

const devOptions: Options = { 'virtual-time': { type: 'boolean' }, watch: { type: 'boolean' } };

export function options(): Options {
  return { ...devOptions, ...settingOptions() };
}

export const help = `FILE is a workflow in YAML or JSON, or a folder: every workflow in it is published, and published anew whenever its file
changes, under the same version too. What still runs of the old text is cancelled; with a file goes its workflow.
Errors are printed with their place, and the server goes on with what it had. The store is memory:, so nothing is kept.
A store that is kept (--store) is treated as by a server: a version keeps its text, and nothing is removed or cancelled.

Options, beside those of start:
  --virtual-time      The clock leaps to the next wake-up whenever nothing else is to do: waits, retries and
                      schedules pass in no time. Only with the store memory:.
  --no-watch          Publish once, and do not look at the files again.`;

export async function dev(args: readonly string[], io: Io): Promise<number> {
  const { flags, positionals } = readArguments(args, options());
  const { 'virtual-time': virtualTime, watch = true, ...rest } = flags;
  const own = join(tmpdir(), `millrace-dev-${process.pid}`);
  const { settings } = await loadConfig({
    flags: { ...defaults, data: own, ...rest },
    environment: io.environment,
    terminal: io.terminal,
  });
  const isMemory = settings.store === 'memory:';
  if (virtualTime === true && !isMemory)
    throw new CliError(
      exitCodes.usage,
      `--virtual-time is for the store memory: only. What it writes lies ahead of everybody else's time, and would stay in ${settings.store}.`,
    );
  const files = await openDevFiles(positionals);
  try {
    return await serveFiles(settings, io, {
      files,
      isMemory,
      virtualTime: virtualTime === true,
      watches: watch === true,
    });
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

interface Served {
  readonly files: DevFiles;
  readonly isMemory: boolean;
  readonly virtualTime: boolean;
  readonly watches: boolean;
}

function serveFiles(
  settings: Settings,
  io: Io,
  { files, isMemory, virtualTime, watches }: Served,
): Promise<number> {
  return serve(settings, io, {
    virtualTime,
    started: async ({ engine }) => {
      const publisher = openDevPublisher(engine, { replaces: isMemory, out: io.out, error: io.error });
      await publisher.publish(await files.read());
      if (!watches) return () => {};
      return files.watch(
        (changed) => publisher.publish(changed),
        (error) => io.error(`${messageOf(error)}\n`),
      );
    },
  });
}

/** A store that a variable of the environment names is not meant for trying things. */
const defaults: Arguments['flags'] = { store: 'memory:', 'log-level': 'warn' };
