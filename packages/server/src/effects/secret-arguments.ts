import { type EffectRequest, type Json, type SecretArgument, secretNames } from '@millrace/core';
import { compile, type Filter, type Host, stringify } from '@millrace/jq';
import { Lru } from '../lru.ts';
import type { Authentication, Authorizer } from './authentication/authorizer.ts';
import { fault } from './fault.ts';
import { parsePointer, withValueAt } from './json-pointer.ts';
import { leavesOf, type SecretReader } from './secret-reader.ts';

/**
 * The request with the arguments that its expressions compute from secrets. An expression reads `$secrets` by
 * name (`$secrets.key`, `$secrets["my-key"]`), so that no more secrets are fetched than it uses. `$authorization` is
 * `{scheme, parameter}` of the credentials, which the list fills in first. `now` (epoch ms) is the moment of the deed.
 */
export async function withSecretArguments(
  request: EffectRequest,
  list: readonly SecretArgument[],
  secrets: SecretReader,
  now: () => number,
  authorize: (authentication: Authentication) => Promise<Authorizer>,
): Promise<EffectRequest> {
  let filled: Json = jsonOf(request);
  const grants: Grants = {
    secrets,
    host: { now: () => now() / 1000 },
    authorization: () => authorizationOf(requestOf(filled), authorize),
  };
  for (const argument of list) {
    filled = withValueAt(filled, parsePointer(argument.at), await evaluateParts(argument, grants));
  }
  return requestOf(filled);
}

/** What an expression gets that no record holds. */
interface Grants {
  readonly secrets: SecretReader;
  readonly host: Host;
  readonly authorization: () => Promise<Json>;
}

async function authorizationOf(
  request: EffectRequest,
  authorize: (authentication: Authentication) => Promise<Authorizer>,
): Promise<Json> {
  if (request.type === 'function' || request.authentication === undefined) return null;
  const authorizer = await authorize(request.authentication);
  const target = URL.parse(request.type === 'http' ? request.uri : request.document.uri);
  const method = request.type === 'http' ? request.method : 'GET';
  const header = target === null ? undefined : await authorizer.header({ method, url: target });
  // A digest is made for one request, after the server has asked for it.
  if (header === undefined || header.startsWith('Digest ')) return { scheme: 'Digest', parameter: null };
  const space = header.indexOf(' ');
  return { scheme: header.slice(0, space), parameter: header.slice(space + 1) };
}

function jsonOf(request: EffectRequest): Json {
  return request as unknown as Json;
}

/** The same request: values were put into places that its shape has. */
function requestOf(filled: Json): EffectRequest {
  return filled as unknown as EffectRequest;
}

async function evaluateParts(argument: SecretArgument, grants: Grants): Promise<Json> {
  const [first, ...others] = argument.parts;
  if (first !== undefined && typeof first !== 'string' && others.length === 0)
    return evaluate(first.jq, argument, grants);
  let text = '';
  for (const part of argument.parts) {
    const value = typeof part === 'string' ? part : await evaluate(part.jq, argument, grants);
    text += typeof value === 'string' ? value : stringify(value);
  }
  return text;
}

async function evaluate(
  source: string,
  argument: SecretArgument,
  { secrets, host, authorization }: Grants,
): Promise<Json> {
  const names = Object.keys(argument.variables);
  const filter = compiled(source, names);
  const values: Json[] = names.map((name) => argument.variables[name] ?? null);
  values.push(filter.uses.has('secrets') ? await readSecrets(source, secrets) : {});
  values.push(filter.uses.has('authorization') ? await authorization() : null);
  let result: Json;
  try {
    result = filter.first(argument.input, values, host) ?? null;
  } catch {
    // jq's messages quote the beginning of a value, which no redaction finds again.
    throw fault(
      'expression',
      `The expression ${source} failed. Its message is withheld, since it may quote a secret.`,
    );
  }
  concealDerived(result, source, argument, secrets);
  return result;
}

const filters = new Lru<Filter>({ entriesMax: 256 });

function compiled(source: string, names: readonly string[]): Filter {
  const key = `${names.join(',')}\n${source}`;
  const known = filters.get(key);
  if (known) return known;
  try {
    const filter = compile(source, { variables: [...names, 'secrets', 'authorization'] });
    filters.set(key, filter);
    return filter;
  } catch (error) {
    throw fault('expression', `The expression ${source} is not valid: ${(error as Error).message}`);
  }
}

async function readSecrets(source: string, secrets: SecretReader): Promise<Json> {
  const names = secretNames(source);
  if (names === undefined) {
    throw fault(
      'expression',
      `The expression ${source} must name each secret that it reads, such as $secrets.key or $secrets["my-key"].`,
    );
  }
  const entries: [string, Json][] = [];
  for (const name of names) entries.push([name, await secrets.read(name)]);
  return Object.fromEntries(entries);
}

/**
 * What an expression makes of a secret (a signature, an encoding) is as secret. A text that the input or the
 * expression itself holds is not: it was there before the secret.
 */
function concealDerived(result: Json, source: string, argument: SecretArgument, secrets: SecretReader): void {
  const before = new Set([
    ...leavesOf(argument.input),
    ...Object.values(argument.variables).flatMap(leavesOf),
  ]);
  for (const text of leavesOf(result)) {
    if (text.length >= derivedLengthMin && !before.has(text) && !source.includes(text)) secrets.conceal(text);
  }
}

/** A shorter text says little about a secret, and hiding it would hide common words of a response. */
const derivedLengthMin = 8;
