/** Holds what a request brings against an operation's schemas. */
import type { TObject, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/schema';
import { MillraceError } from '../errors.ts';
import { didYouMean } from '../suggest.ts';

/** Compiled at the first request that needs it: a start compiles nothing. */
const validators = new WeakMap<TSchema, Validator>();

/** Throws `bad-request` with one entry in `errors` for each problem; `subject` begins each sentence. */
export function checkValue(schema: TSchema, value: unknown, subject: string): void {
  const validator = validators.get(schema) ?? Compile(schema);
  validators.set(schema, validator);
  if (validator.Check(value)) return;
  const errors = issuesOf(schema, validator.Errors(value)[1]);
  const detail = errors
    .map((error) => `${subject}${error.pointer === '' ? '' : ` ${error.pointer}`} ${error.message}`)
    .join('; ');
  throw new MillraceError('bad-request', `${detail}.`, { errors });
}

/**
 * The query as its schema has it: numbers, booleans and comma separated lists are read from their text. A
 * parameter that the operation does not have is an error, since it would silently not do what was meant.
 */
export function readQuery(
  schema: TObject | undefined,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const properties: Readonly<Record<string, TSchema>> = schema?.properties ?? {};
  const query: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(given)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property === undefined) throw unknownParameter(name, Object.keys(properties));
    query[name] = readParameter(name, property, value);
  }
  if (schema !== undefined) checkValue(schema, query, 'query');
  return query;
}

/** The header fields that the operation reads, checked. */
export function readHeaders(
  schema: TObject | undefined,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  if (schema === undefined) return {};
  const names = Object.keys(schema.properties).filter((name) => given[name] !== undefined);
  const headers = Object.fromEntries(names.map((name) => [name, given[name]]));
  checkValue(schema, headers, 'header');
  return headers;
}

function readParameter(name: string, schema: TSchema, value: unknown): unknown {
  const { type } = schema as { readonly type?: string };
  const texts = (Array.isArray(value) ? value : [value]).map(String);
  if (type === 'array') return texts.flatMap((text) => text.split(',')).filter((text) => text !== '');
  const [text = '', ...more] = texts;
  if (more.length > 0)
    throw new MillraceError(
      'bad-request',
      `The parameter "${name}" was given ${texts.length} times; once is enough.`,
    );
  if (type === 'integer' && /^-?\d{1,15}$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function unknownParameter(name: string, known: readonly string[]): MillraceError {
  const list =
    known.length === 0 ? 'This operation has no query parameters.' : `Known here: ${known.join(', ')}.`;
  return new MillraceError(
    'bad-request',
    `There is no query parameter "${name}"${didYouMean(name, known)} ${list}`.replace('" ', '". '),
  );
}

interface Issue {
  readonly pointer: string;
  readonly message: string;
}

type Errors = ReturnType<Validator['Errors']>[1];

/** One plain sentence each; the validator's second entry for an unknown member (`schema is false`) says nothing. */
function issuesOf(schema: TSchema, errors: Errors): Issue[] {
  return errors
    .filter((error) => error.keyword !== 'boolean')
    .slice(0, 20)
    .flatMap((error): Issue[] => {
      const pointer = error.instancePath;
      switch (error.keyword) {
        case 'additionalProperties':
          return error.params.additionalProperties.map((name) => ({
            pointer: `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`,
            message: `is not a member that is known here${didYouMean(name, membersAt(schema, error.schemaPath))}`,
          }));
        case 'enum':
          return [
            { pointer, message: `must be one of ${error.params.allowedValues.map(String).join(', ')}` },
          ];
        case 'required':
          return [
            {
              pointer,
              message: `must have ${error.params.requiredProperties.map((name) => `"${name}"`).join(', ')}`,
            },
          ];
        default:
          return [{ pointer, message: error.message }];
      }
    });
}

/** The members that the object schema at `#/properties/…` names. */
function membersAt(schema: TSchema, schemaPath: string): string[] {
  let at: unknown = schema;
  for (const part of schemaPath.split('/').slice(1)) {
    if (typeof at !== 'object' || at === null || part === 'additionalProperties') break;
    at = (at as Record<string, unknown>)[part];
  }
  const { properties } = (at ?? {}) as { readonly properties?: object };
  return Object.keys(properties ?? {});
}
