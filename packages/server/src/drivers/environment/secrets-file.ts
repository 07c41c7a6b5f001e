import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Json } from '@millrace/core';
import { parseDocument } from 'yaml';
import { type ErrorCode, MillraceError } from '../../errors.ts';

const fileBytesMax = 1024 * 1024;

export type SecretsByTenant = ReadonlyMap<string, ReadonlyMap<string, Json>>;

export interface SecretsFile {
  /** What the file says now; it is read again when its times, size or inode have changed. */
  current(): SecretsByTenant;
}

/**
 * A YAML or JSON file of secrets: `{name: value}` for the tenant `default`, or `{tenants: {tenant: {name: value}}}`.
 * A value is any JSON value but null. Others than its owner, and its group for reading, must have no access to it.
 * Throws `bad-request` when it cannot be taken; `current` throws `unavailable` when that is so later.
 */
export function openSecretsFile(given: string): SecretsFile {
  const path = resolve(given);
  let known = readGiven(path);
  return {
    current() {
      known = readSecrets(path, 'unavailable', known);
      return known.secrets;
    },
  };
}

interface Known {
  readonly mark: string;
  readonly secrets: SecretsByTenant;
}

/** What the message says is all that can be done about it: the `reason` tells that it is not about the store. */
function readGiven(path: string): Known {
  try {
    return readSecrets(path, 'bad-request', undefined);
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    const details = { ...error.details, reason: 'secrets' };
    throw new MillraceError(error.code, error.message, details, { cause: error });
  }
}

/** The rights that are checked are those of the very file that is read: both through one descriptor. */
function readSecrets(path: string, code: ErrorCode, known: Known | undefined): Known {
  const file = openFile(path, code);
  try {
    const { mode, size, mtimeNs, ctimeNs, ino } = fstatSync(file, { bigint: true });
    const mark = `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    if (known?.mark === mark) return known;
    checkMode(path, Number(mode), code);
    if (size > fileBytesMax) {
      throw new MillraceError(code, `the secrets file ${path} is larger than ${fileBytesMax} bytes`);
    }
    return { mark, secrets: toSecrets(path, readFileSync(file, 'utf8'), code) };
  } finally {
    closeSync(file);
  }
}

function openFile(path: string, code: ErrorCode): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    const message = `the secrets file ${path} cannot be read: ${(cause as Error).message}`;
    throw new MillraceError(code, message, {}, { cause });
  }
}

function checkMode(path: string, mode: number, code: ErrorCode): void {
  if (process.platform === 'win32' || (mode & 0o037) === 0) return;
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  throw new MillraceError(
    code,
    `the secrets file ${path} has mode ${octal}: others could read or change it. Set 0600 or 0640`,
  );
}

function toSecrets(path: string, text: string, code: ErrorCode): SecretsByTenant {
  const content = parseText(path, text, code);
  if (content === null) return new Map();
  const object = toObject(content, `the secrets file ${path}`, code);
  if (object.tenants === undefined)
    return new Map([['default', toNames(object, `the secrets file ${path}`, code)]]);
  if (Object.keys(object).length > 1) {
    throw new MillraceError(
      code,
      `the secrets file ${path} has names beside 'tenants': put them under a tenant`,
    );
  }
  const tenants = Object.entries(toObject(object.tenants, `'tenants' in the secrets file ${path}`, code));
  return new Map(
    tenants.map(([tenant, names]) => {
      const place = `tenant '${tenant}' in the secrets file ${path}`;
      return [tenant, toNames(toObject(names, place, code), place, code)];
    }),
  );
}

/** The parser's messages quote the text, which is secret: only its place is told. */
function parseText(path: string, text: string, code: ErrorCode): unknown {
  const document = parseDocument(text, { prettyErrors: true, uniqueKeys: true });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = error.linePos?.[0] ?? { line: 1, col: 1 };
    throw new MillraceError(code, `the secrets file ${path} is not well-formed YAML at ${line}:${col}`);
  }
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch {
    throw new MillraceError(code, `the secrets file ${path} has an alias to nothing, or too many`);
  }
}

function toNames(
  object: Readonly<Record<string, unknown>>,
  place: string,
  code: ErrorCode,
): ReadonlyMap<string, Json> {
  return new Map(
    Object.entries(object).map(([name, value]) => {
      if (value === null || !isJson(value))
        throw new MillraceError(code, `secret '${name}' of ${place} is no JSON value, or null`);
      return [name, value];
    }),
  );
}

function toObject(value: unknown, place: string, code: ErrorCode): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new MillraceError(code, `${place} is not an object of names and values`);
}

function isJson(value: unknown): value is Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return false;
  return Object.values(value).every(isJson);
}
