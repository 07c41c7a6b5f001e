import type { EffectRequest, Json, SecretArgument } from '@millrace/core';
import { compile, type Filter, type Host, stringify } from '@millrace/jq';
import { fault } from './fault.ts';
import { parsePointer, withValueAt } from './json-pointer.ts';
import { createLru } from './lru.ts';
import { leavesOf, type SecretReader } from './secret-reader.ts';

/**
 * The request with the arguments that its expressions compute from secrets. An expression reads `$secrets` by
 * name (`$secrets.key`, `$secrets["my-key"]`), so that no more secrets are fetched than it uses. `now` (epoch ms)
 * is the moment of the deed.
 */
export async function withSecretArguments(
  request: EffectRequest,
  list: readonly SecretArgument[],
  secrets: SecretReader,
  now: () => number,
): Promise<EffectRequest> {
  const host: Host = { now: () => now() / 1000 };
  let filled: Json = jsonOf(request);
  for (const argument of list) {
    filled = withValueAt(filled, parsePointer(argument.at), await evaluateParts(argument, secrets, host));
  }
  return requestOf(filled);
}

function jsonOf(request: EffectRequest): Json {
  return request as unknown as Json;
}

/** The same request: values were put into places that its shape has. */
function requestOf(filled: Json): EffectRequest {
  return filled as unknown as EffectRequest;
}

async function evaluateParts(argument: SecretArgument, secrets: SecretReader, host: Host): Promise<Json> {
  const [first, ...others] = argument.parts;
  if (first !== undefined && typeof first !== 'string' && others.length === 0)
    return evaluate(first.jq, argument, secrets, host);
  let text = '';
  for (const part of argument.parts) {
    const value = typeof part === 'string' ? part : await evaluate(part.jq, argument, secrets, host);
    text += typeof value === 'string' ? value : stringify(value);
  }
  return text;
}

async function evaluate(
  source: string,
  argument: SecretArgument,
  secrets: SecretReader,
  host: Host,
): Promise<Json> {
  const names = Object.keys(argument.variables);
  const filter = compiled(source, names);
  const values: Json[] = names.map((name) => argument.variables[name] ?? null);
  values.push(filter.uses.has('secrets') ? await readSecrets(source, secrets) : {});
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

const filters = createLru<Filter>(256);

function compiled(source: string, names: readonly string[]): Filter {
  const key = `${names.join(',')}\n${source}`;
  const known = filters.get(key);
  if (known) return known;
  try {
    const filter = compile(source, { variables: [...names, 'secrets'] });
    filters.set(key, filter);
    return filter;
  } catch (error) {
    throw fault('expression', `The expression ${source} is not valid: ${(error as Error).message}`);
  }
}

const named = /\$secrets\s*(?:\.\s*([A-Za-z_]\w*)|\.?\s*\[\s*"([^"\\]*)"\s*\]|\.\s*"([^"\\]*)")/g;

async function readSecrets(source: string, secrets: SecretReader): Promise<Json> {
  const names = [...source.matchAll(named)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
  if (names.length < source.split(/\$secrets\b/).length - 1) {
    throw fault(
      'expression',
      `The expression ${source} must name each secret that it reads, such as $secrets.key or $secrets["my-key"].`,
    );
  }
  const entries: [string, Json][] = [];
  for (const name of new Set(names)) entries.push([name, await secrets.read(name)]);
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
