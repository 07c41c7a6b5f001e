import { charge, chargeSize } from '../meter.ts';
import {
  decodeBase32,
  decodeBase64,
  decodeUtf8,
  encodeBase32,
  encodeBase64,
  encodeUtf8,
} from '../values/bytes.ts';
import { isArray, type Json } from '../values/json.ts';
import { describe, fail, stringify } from '../values/print.ts';

const HTML: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&apos;',
  '"': '&quot;',
};
const TSV: Readonly<Record<string, string>> = { '\t': '\\t', '\r': '\\r', '\n': '\\n', '\\': '\\\\' };

const FORMATS: Readonly<Record<string, (input: Json) => string>> = {
  text,
  json: stringify,
  csv: (input) => row(input, ',', 'csv', (cell) => `"${cell.replaceAll('"', '""')}"`),
  tsv: (input) => row(input, '\t', 'tsv', (cell) => cell.replace(/[\t\r\n\\]/g, (unit) => TSV[unit] ?? unit)),
  html: (input) => text(input).replace(/[<>&'"]/g, (unit) => HTML[unit] ?? unit),
  uri: (input) => escapeUri(text(input)),
  urid: (input) => unescapeUri(text(input)),
  sh: quoteForShell,
  base64: (input) => encodeBase64(encodeUtf8(text(input))),
  base64d: (input) => decode(text(input), decodeBase64, 'base64'),
  base32: (input) => encodeBase32(encodeUtf8(text(input))),
  base32d: (input) => decode(text(input), decodeBase32, 'base32'),
};

export function isFormat(name: string): boolean {
  return Object.hasOwn(FORMATS, name);
}

/** What `@name` makes of a value. */
export function format(name: string, input: Json): string {
  const apply = isFormat(name) ? FORMATS[name] : undefined;
  if (apply === undefined) return fail(`${name} is not a valid format`);
  if (typeof input === 'string') chargeSize(input.length);
  const output = apply(input);
  if (name !== 'text') chargeSize(output.length);
  return output;
}

function text(input: Json): string {
  return typeof input === 'string' ? input : stringify(input);
}

function row(input: Json, separator: string, name: string, quote: (cell: string) => string): string {
  if (!isArray(input)) return fail(`${describe(input)} cannot be ${name}-formatted, only array`);
  charge(input.length);
  return input
    .map((cell) => {
      if (typeof cell === 'string') return quote(cell);
      if (cell === null || (typeof cell === 'number' && Number.isNaN(cell))) return '';
      return typeof cell === 'object' ? fail(`${describe(cell)} is not valid in a csv row`) : stringify(cell);
    })
    .join(separator);
}

function quoteForShell(input: Json): string {
  const words = isArray(input) ? input : [input];
  charge(words.length);
  return words
    .map((word) => {
      if (typeof word === 'string') return `'${word.replaceAll("'", "'\\''")}'`;
      return typeof word === 'object' && word !== null
        ? fail(`${describe(word)} can not be escaped for shell`)
        : stringify(word);
    })
    .join(' ');
}

function escapeUri(input: string): string {
  return encodeURIComponent(input.toWellFormed()).replace(
    /[!'()*]/g,
    (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function unescapeUri(input: string): string {
  if (/%(?![0-9a-fA-F]{2})/.test(input)) return fail(`${describe(input)} is not a valid uri encoding`);
  try {
    return decodeURIComponent(input);
  } catch {
    return fail(`${describe(input)} is not a valid uri encoding`);
  }
}

function decode(input: string, decodeBytes: (input: string) => number[] | string, name: string): string {
  const bytes = decodeBytes(input);
  if (typeof bytes !== 'string') return decodeUtf8(bytes);
  return bytes === 'trailing'
    ? fail(`${describe(input)} trailing ${name} byte found`)
    : fail(`${describe(input)} is not valid ${name} data`);
}
