import type { Json } from '@millrace/core';
import { MillraceError } from '../../errors.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { openSecretsFile } from './secrets-file.ts';

const prefix = 'MILLRACE_SECRET_';

export interface SecretsOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** a YAML or JSON file; see `openSecretsFile` */
  readonly file?: string;
}

/**
 * Secrets of the environment and of a file, which wins.
 *
 * `MILLRACE_SECRET_PETSTORE_LOGIN` is the secret `petstore.login`, `petstore-login` or `petstore_login` of the tenant
 * `default`. A value that begins with `{`, `[` or `"` is JSON, any other a string. The file is read again when it has
 * changed; a changed file that is not well formed makes `get` throw `unavailable`, and no older value is answered.
 *
 * Throws `bad-request` when a variable or the file is not well formed. No message shows a value.
 */
export function openSecrets(options: SecretsOptions): Secrets {
  const fromEnvironment = readEnvironment(options.environment);
  const file = options.file === undefined ? undefined : openSecretsFile(options.file);
  return {
    description: describe(fromEnvironment.size, options.file),
    async get(tenant, name) {
      const ofTenant = file?.current().get(tenant);
      return (
        ofTenant?.get(name) ?? (tenant === 'default' ? fromEnvironment.get(variableOf(name)) : undefined)
      );
    },
    async close() {},
  };
}

function readEnvironment(environment: SecretsOptions['environment']): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>();
  for (const [variable, value] of Object.entries(environment)) {
    if (variable.startsWith(prefix) && value !== undefined) found.set(variable, parse(variable, value));
  }
  return found;
}

function parse(variable: string, value: string): Json {
  if (!/^\s*[{["]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    // The parser's own message quotes the text, which is a secret.
    throw new MillraceError('bad-request', `${variable} begins like JSON and is not well-formed JSON`);
  }
}

/** A name with other characters than these cannot stand in the environment. */
function variableOf(name: string): string {
  return /^[A-Za-z0-9_.-]+$/.test(name) ? prefix + name.toUpperCase().replaceAll(/[.-]/g, '_') : '';
}

function describe(variables: number, file: string | undefined): string {
  const environment = `${variables} of the environment (${prefix}*)`;
  return file === undefined ? environment : `${environment} and the file ${file}`;
}
