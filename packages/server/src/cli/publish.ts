/** `millrace publish`: events, from a file or put together from options. */
import { randomUUID } from 'node:crypto';
import { isJsonObject, type Json, type JsonObject } from '@millrace/core';
import type { PublishedEvent } from '../engine/interface.ts';
import { type Arguments, readArguments } from './arguments.ts';
import { connect, connectionHelp, connectionOptions } from './connection.ts';
import { CliError, exitCodes } from './exit.ts';
import { type Io, messageOf, readTextFile } from './io.ts';

export const options = {
  type: { type: 'string' },
  source: { type: 'string' },
  id: { type: 'string' },
  subject: { type: 'string' },
  data: { type: 'string' },
  ...connectionOptions,
} as const;

export const help = `FILE holds a CloudEvent, or a list of up to 1,000, in JSON or YAML; - reads standard input. Options fill in what its
events leave out. Without a FILE they make the event, and --type is needed.

Options:
  --type TYPE         Type of the event.
  --source URI        Its source. [urn:millrace:cli]
  --id ID             Its id; an event of the same source and id is published once. [a UUID]
  --subject TEXT      Its subject.
  --data JSON|@file   Its data: JSON, or a file of JSON or YAML.
${connectionHelp}`;

const example = `millrace publish --type com.example.paid --data '{"order": "o-17"}'`;

/** Prints a line for each event: its key, and whether it was there before. */
export async function publish(args: readonly string[], io: Io): Promise<number> {
  const read = readArguments(args, options);
  const given = await givenEvents(read);
  const filled = await attributesOf(read.flags);
  const events = given.map((event) => ({
    specversion: '1.0',
    id: randomUUID(),
    source: 'urn:millrace:cli',
    ...filled,
    ...event,
  }));
  const published = await connect(read.flags, io).publishEvents(events);
  io.out(read.flags.json ? `${JSON.stringify(published, null, 2)}\n` : published.map(line).join(''));
  return exitCodes.ok;
}

async function givenEvents({ flags, positionals }: Arguments): Promise<readonly JsonObject[]> {
  const [file, ...more] = positionals;
  if (more.length > 0 || (file === undefined && flags.type === undefined))
    throw new CliError(exitCodes.usage, `publish takes a FILE or --type. For example: ${example}`);
  if (file === undefined) return [{}];
  const value = await readValue(file);
  const events = Array.isArray(value) ? value : [value];
  if (events.every(isJsonObject)) return events;
  throw new CliError(
    exitCodes.usage,
    `${named(file)}: expected a CloudEvent (an object), or a list of them.`,
  );
}

async function attributesOf(flags: Arguments['flags']): Promise<JsonObject> {
  const { data } = flags;
  const texts = (['type', 'source', 'id', 'subject'] as const).flatMap((name) =>
    flags[name] === undefined ? [] : [[name, String(flags[name])]],
  );
  const attributes = Object.fromEntries(texts) as JsonObject;
  if (data === undefined) return attributes;
  const text = String(data);
  return {
    ...attributes,
    data: text.startsWith('@') ? await readValue(text.slice(1)) : readJson(text),
  };
}

function readJson(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new CliError(exitCodes.usage, `--data is no JSON: ${messageOf(error)}.`);
  }
}

async function readValue(file: string): Promise<Json> {
  const text = await readTextFile(file);
  const parsed = (await import('../config/yaml-text.ts')).parseYamlText(text);
  if (parsed.ok) return parsed.value as Json;
  throw new CliError(exitCodes.usage, `${named(file)} is neither JSON nor YAML: ${parsed.error}.`);
}

function named(file: string): string {
  return file === '-' ? 'standard input' : file;
}

function line({ key, id, duplicate }: PublishedEvent): string {
  return `${key}  ${duplicate ? 'was there before' : 'published'}: ${id}\n`;
}
