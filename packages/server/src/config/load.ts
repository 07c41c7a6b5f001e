/** Reads the configuration as a process finds it: its file, its environment and its flags. */
import { readFile } from 'node:fs/promises';
import { ConfigError, type ResolvedConfig, resolveConfig } from './resolve.ts';

export interface LoadOptions {
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly terminal: boolean;
}

/**
 * The file is `--config`, else `MILLRACE_CONFIG`, else `millrace.yaml` in the working folder where there is one.
 * Throws a `ConfigError`.
 */
export async function loadConfig(options: LoadOptions): Promise<ResolvedConfig> {
  const named = options.flags.config ?? (options.environment.MILLRACE_CONFIG || undefined);
  const path = typeof named === 'string' ? named : './millrace.yaml';
  const text = await readText(path, named !== undefined);
  const { config: _, ...flags } = options.flags;
  const inputs = { flags, environment: options.environment, terminal: options.terminal };
  return resolveConfig(
    text === undefined ? inputs : { ...inputs, file: { path, content: await parse(path, text) } },
  );
}

async function readText(path: string, required: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!required && error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new ConfigError([
      `${path}: cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
}

/** The YAML reader is loaded only when there is a file: most starts have none, and it costs tens of milliseconds. */
async function parse(path: string, text: string): Promise<unknown> {
  const { parseYamlText } = await import('./yaml-text.ts');
  const parsed = parseYamlText(text);
  if (!parsed.ok) throw new ConfigError([`${path}: ${parsed.error}`]);
  return parsed.value;
}
