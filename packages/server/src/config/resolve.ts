/** Brings the settings together: flags > MILLRACE_* > aliases > file > defaults. */

import { Errors } from 'typebox/schema';
import { didYouMean } from '../suggest.ts';
import { withoutPassword } from '../without-password.ts';
import { durationForms, parseBytesText, parseDurationText } from './quantity.ts';
import {
  flagOf,
  type Setting,
  type SettingName,
  type Settings,
  settingNames,
  settingTable,
  variableOf,
} from './settings.ts';

/** Where a value came from. */
export type Source =
  | { readonly type: 'default' }
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'environment'; readonly variable: string }
  | { readonly type: 'flag'; readonly flag: string };

export interface ConfigInputs {
  /** by flag name without dashes; `true` for a flag without a value */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** the parsed content of the configuration file */
  readonly file?: { readonly path: string; readonly content: unknown };
  /** whether the log goes to a terminal: decides the default of `logFormat` */
  readonly terminal: boolean;
}

export interface ResolvedConfig {
  readonly settings: Settings;
  readonly sources: Readonly<Record<SettingName, Source>>;
}

/** All that is wrong with a configuration, one sentence each, naming source and key. */
export class ConfigError extends Error {
  readonly issues: readonly string[];

  constructor(issues: readonly string[]) {
    super(issues.join('\n'));
    this.name = 'ConfigError';
    this.issues = issues;
  }
}

/** Throws a `ConfigError` that lists every problem at once. */
export function resolveConfig(inputs: ConfigInputs): ResolvedConfig {
  const issues = [...unknownVariables(inputs.environment), ...unknownFileKeys(inputs)];
  const values: Record<string, unknown> = {};
  const sources: Record<string, Source> = {};
  for (const name of settingNames) {
    const given = find(name, inputs);
    const read = given === undefined ? undefined : readValue(settingTable[name], given.value);
    if (given !== undefined && read !== undefined) {
      const problem = read.ok ? mismatch(settingTable[name], read.value) : read.message;
      if (problem !== undefined) issues.push(`${describe(given.source, name)}: ${problem}`);
      else if (read.ok) values[name] = read.value;
      sources[name] = given.source;
    } else {
      values[name] = settingTable[name].default;
      sources[name] = { type: 'default' };
    }
  }
  if (issues.length > 0) throw new ConfigError(issues);
  derive(values, inputs);
  return { settings: values as Settings, sources: sources as Record<SettingName, Source> };
}

/** `MILLRACE_PORT`, `--port`, `port in ./millrace.yaml`. */
export function describe(source: Source, name: SettingName): string {
  switch (source.type) {
    case 'default':
      return `default of ${name}`;
    case 'file':
      return `${name} in ${source.path}`;
    case 'environment':
      return source.variable;
    case 'flag':
      return `--${source.flag}`;
  }
}

/** An address that only this machine can reach. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').toLowerCase();
  return (
    bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1' || /^127(\.\d{1,3}){3}$/.test(bare)
  );
}

const otherVariables = ['MILLRACE_CONFIG', 'MILLRACE_API_KEY', 'MILLRACE_SERVER'];

function unknownVariables(environment: ConfigInputs['environment']): string[] {
  const known = [...settingNames.map(variableOf), ...otherVariables];
  return Object.keys(environment)
    .filter(
      (name) => name.startsWith('MILLRACE_') && !name.startsWith('MILLRACE_SECRET_') && !known.includes(name),
    )
    .map((name) => `${name}: there is no such setting${didYouMean(name, known)}`);
}

function unknownFileKeys({ file }: ConfigInputs): string[] {
  if (file === undefined || file.content === null || file.content === undefined) return [];
  if (typeof file.content !== 'object' || Array.isArray(file.content)) {
    return [`${file.path}: expected a mapping of settings, such as "port: 8080"`];
  }
  return Object.keys(file.content)
    .filter((key) => !(settingNames as string[]).includes(key))
    .map((key) => `${key} in ${file.path}: there is no such setting${didYouMean(key, settingNames)}`);
}

function find(name: SettingName, inputs: ConfigInputs): { value: unknown; source: Source } | undefined {
  const flag = flagOf(name);
  const fromFlag = inputs.flags[flag];
  if (fromFlag !== undefined) return { value: fromFlag, source: { type: 'flag', flag } };
  for (const variable of [variableOf(name), ...(settingTable[name].aliases ?? [])]) {
    const text = inputs.environment[variable];
    if (text !== undefined && text !== '') return { value: text, source: { type: 'environment', variable } };
  }
  const { file } = inputs;
  const content = file?.content;
  if (file !== undefined && typeof content === 'object' && content !== null && Object.hasOwn(content, name)) {
    const value = (content as Record<string, unknown>)[name];
    if (value !== undefined && value !== null) return { value, source: { type: 'file', path: file.path } };
  }
  return undefined;
}

type ReadValue =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

function readValue(setting: Setting, value: unknown): ReadValue {
  if (typeof value !== 'string') return { ok: true, value };
  const text = value.trim();
  switch (setting.form) {
    case 'text':
      return { ok: true, value: choices(setting) === undefined ? text : text.toLowerCase() };
    case 'number':
      return /^-?\d+$/.test(text)
        ? { ok: true, value: Number(text) }
        : refuse(`expected a whole number but found ${quote(text)}`);
    case 'duration':
      return orRefuse(parseDurationText(text), durationForms, text);
    case 'bytes':
      return orRefuse(parseBytesText(text), 'a size such as 65536, 64KiB or 10MiB', text);
    case 'boolean':
      return orRefuse(booleans[text.toLowerCase()], 'true or false', text);
    case 'list':
      return {
        ok: true,
        value: text
          .split(',')
          .map((item) => item.trim())
          .filter((item) => item !== ''),
      };
    case 'json':
      return readJson(text);
  }
}

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  on: true,
  false: false,
  '0': false,
  no: false,
  off: false,
};

function readJson(text: string): ReadValue {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return refuse(`expected JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function orRefuse(value: unknown, expected: string, text: string): ReadValue {
  return value === undefined ? refuse(`expected ${expected} but found ${quote(text)}`) : { ok: true, value };
}

function refuse(message: string): ReadValue {
  return { ok: false, message };
}

function mismatch(setting: Setting, value: unknown): string | undefined {
  const [valid, errors] = Errors(setting.schema, value);
  if (valid) return setting.mistake?.(value);
  const found = setting.secret ? 'what was given' : quote(value);
  const allowed = choices(setting);
  if (allowed !== undefined)
    return `expected one of ${allowed.join(', ')} but found ${found}${didYouMean(String(value), allowed)}`;
  const unknown = unknownItem(setting, value);
  if (unknown !== undefined) return unknown;
  const first = errors.at(-1);
  if (first?.keyword === 'pattern' && first.instancePath === '')
    return `cannot be ${found}. ${setting.description}`;
  const { minimum, maximum } = setting.schema as { readonly minimum?: number; readonly maximum?: number };
  if ((first?.keyword === 'minimum' || first?.keyword === 'maximum') && maximum !== undefined)
    return `expected a number from ${minimum ?? 0} to ${maximum} but found ${found}. ${setting.description}`;
  const place = first?.instancePath ? ` at ${first.instancePath}` : '';
  return `${first?.message ?? 'is not valid'}${place}: ${found}. ${setting.description}`;
}

/** The first word of a list of words that is none of those that can be in it. */
function unknownItem(setting: Setting, value: unknown): string | undefined {
  const { items } = setting.schema as { readonly items?: { readonly enum?: readonly string[] } };
  if (items?.enum === undefined || !Array.isArray(value)) return undefined;
  const { enum: allowed } = items;
  const item: unknown = value.find((each) => !(allowed as readonly unknown[]).includes(each));
  if (item === undefined) return undefined;
  return `expected some of ${allowed.join(', ')} but found ${quote(item)}${didYouMean(String(item), allowed)}`;
}

/** The words that a setting can be; undefined: it is not a choice. */
function choices(setting: Setting): readonly string[] | undefined {
  return (setting.schema as { readonly enum?: readonly string[] }).enum;
}

function quote(value: unknown): string {
  const text = JSON.stringify(typeof value === 'string' ? withoutPassword(value) : value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function derive(values: Record<string, unknown>, inputs: ConfigInputs): void {
  values.store ??= `sqlite:${String(values.data)}/millrace.db`;
  values.logFormat ??= inputs.terminal ? 'text' : 'json';
  values.allow ??= isLoopback(String(values.host)) ? ['loopback'] : [];
}
