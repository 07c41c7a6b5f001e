/** `millrace functions`: the server's own catalog. */
import type { FunctionView } from '@millrace/core';
import type { ApiClient } from './api-client.ts';
import { ApiError } from './api-error.ts';
import { readArguments } from './arguments.ts';
import { connect, connectionHelp, connectionOptions } from './connection.ts';
import { CliError, exitCodes } from './exit.ts';
import { type Io, readTextFile } from './io.ts';
import { formatColumns } from './terminal-text.ts';
import { formatSourceError } from './validate.ts';

export const options = connectionOptions;

export const help = `Without a verb: the functions that workflows call as NAME:VERSION@default.
  publish NAME:VERSION FILE   Publish a task, in YAML or JSON; - reads standard input.
  show NAME:VERSION           Print one.
  remove NAME:VERSION         Remove one. Workflows that were published before keep it.

Options:
${connectionHelp}`;

export async function functions(args: readonly string[], io: Io): Promise<number> {
  const { flags, positionals } = readArguments(args, options);
  const [verb, id, file, ...rest] = positionals;
  const wanted = verb === undefined ? 0 : verb === 'publish' ? 3 : 2;
  if (!(verb === undefined || ['publish', 'show', 'remove'].includes(verb)))
    throw new CliError(exitCodes.usage, `functions takes publish, show or remove, but was given "${verb}".`);
  if (positionals.length !== wanted || rest.length > 0)
    throw new CliError(exitCodes.usage, `functions ${verb ?? ''} takes ${wordsOf(verb)}.`);
  const api = connect(flags, io);
  if (verb === undefined) return list(api, io, flags.json === true);
  const path = pathOf(id as string);
  if (verb === 'remove') {
    await api.call(path, { method: 'DELETE' });
    io.out(flags.json ? `${JSON.stringify({ removed: id })}\n` : `removed: ${id}\n`);
    return exitCodes.ok;
  }
  const found = verb === 'show' ? await read(api, path) : await publish(api, path, file as string, io);
  if (found === undefined) return exitCodes.failed;
  if (flags.json) io.out(`${JSON.stringify(found, null, 2)}\n`);
  else io.out(verb === 'show' ? found.source : `published: ${found.name}:${found.version}\n`);
  return exitCodes.ok;
}

function wordsOf(verb: string | undefined): string {
  if (verb === undefined) return 'no argument';
  return verb === 'publish' ? 'NAME:VERSION and FILE' : 'NAME:VERSION';
}

function pathOf(id: string): string {
  const [, name, version] = /^([^:@/\s]+):([^:@/\s]+)$/.exec(id) ?? [];
  if (name === undefined || version === undefined)
    throw new CliError(exitCodes.usage, `expected NAME:VERSION, such as log:1.0.0, but found "${id}".`);
  return `/api/v1/functions/${encodeURIComponent(name)}/${encodeURIComponent(version)}`;
}

async function read(api: ApiClient, path: string): Promise<FunctionView> {
  return (await (await api.call(path)).json()) as FunctionView;
}

/** Undefined: it was refused, and the errors are printed with their lines. */
async function publish(
  api: ApiClient,
  path: string,
  file: string,
  io: Io,
): Promise<FunctionView | undefined> {
  const body = await readTextFile(file);
  const type = /^\s*\{/.test(body) && /\.json$/.test(file) ? 'json' : 'yaml';
  try {
    const headers = { 'content-type': `application/${type}` };
    return (await (await api.call(path, { method: 'PUT', headers, body })).json()) as FunctionView;
  } catch (error) {
    const places = error instanceof ApiError ? error.places.filter(({ line }) => line !== undefined) : [];
    if (places.length === 0) throw error;
    for (const { line = 1, column = 1, pointer = '', message } of places)
      io.error(`${formatSourceError(file, { line, column, pointer, message })}\n`);
    return undefined;
  }
}

async function list(api: ApiClient, io: Io, json: boolean): Promise<number> {
  const items: FunctionView[] = [];
  for (let cursor: string | undefined; ; ) {
    const query = cursor === undefined ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page = (await (await api.call(`/api/v1/functions?limit=1000${query}`)).json()) as {
      items: FunctionView[];
      cursor?: string;
    };
    items.push(...page.items);
    if (page.cursor === undefined) break;
    cursor = page.cursor;
  }
  if (json) io.out(`${JSON.stringify(items, null, 2)}\n`);
  else if (items.length > 0)
    io.out(
      `${formatColumns(items.map(({ name, version, createdAt }) => [`${name}:${version}`, createdAt]))}\n`,
    );
  return exitCodes.ok;
}
