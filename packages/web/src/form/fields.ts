/**
 * A form made from a JSON Schema, as far as a form can say it. What it cannot say (a choice of shapes, a reference, an
 * object without names) is a field of JSON text: nothing of the schema is lost, it only looks plainer.
 */
import { isJsonObject, type Json, type JsonObject } from '@millrace/core';

interface FieldBase {
  /** member of the object it stands in; empty at the root and in lists */
  readonly name: string;
  readonly label: string;
  readonly help?: string;
  readonly required: boolean;
  readonly initial: Json | undefined;
}

export type Field =
  | (FieldBase & { readonly type: 'text'; readonly format?: string; readonly long: boolean })
  | (FieldBase & {
      readonly type: 'number';
      readonly integer: boolean;
      readonly minimum?: number;
      readonly maximum?: number;
    })
  | (FieldBase & { readonly type: 'boolean' })
  | (FieldBase & { readonly type: 'choice'; readonly choices: readonly Json[] })
  | (FieldBase & { readonly type: 'object'; readonly fields: readonly Field[] })
  | (FieldBase & { readonly type: 'list'; readonly item: Field; readonly itemsMin: number })
  | (FieldBase & { readonly type: 'json' });

const depthMax = 6;
const longTextChars = 200;

/** The field for a whole input. */
export function fieldOf(schema: Json | undefined): Field {
  return toField(schema ?? {}, '', true, 0);
}

function toField(schema: Json, name: string, required: boolean, depth: number): Field {
  const object = isJsonObject(schema) ? schema : {};
  const base = baseOf(object, name, required);
  if (depth > depthMax || !isPlain(object)) return { ...base, type: 'json' };
  if (Array.isArray(object.enum) && object.enum.length > 0)
    return { ...base, type: 'choice', choices: object.enum };
  switch (typeOf(object)) {
    case 'string':
      return { ...base, type: 'text', ...textOf(object) };
    case 'integer':
    case 'number':
      return { ...base, type: 'number', ...numberOf(object) };
    case 'boolean':
      return { ...base, type: 'boolean' };
    case 'object':
      return objectField(object, base, depth);
    case 'array': {
      const { items, minItems } = object;
      if (!isJsonObject(items)) return { ...base, type: 'json' };
      const itemsMin = typeof minItems === 'number' ? minItems : 0;
      return { ...base, type: 'list', item: toField(items, '', true, depth + 1), itemsMin };
    }
    default:
      return { ...base, type: 'json' };
  }
}

function baseOf(schema: JsonObject, name: string, required: boolean): FieldBase {
  const { title, description } = schema;
  const initial = schema.const ?? schema.default;
  return {
    name,
    label: typeof title === 'string' ? title : name,
    ...(typeof description === 'string' ? { help: description } : {}),
    required,
    initial,
  };
}

/** Keywords that a form does not show as such. */
const beyondForms = ['$ref', '$dynamicRef', 'oneOf', 'anyOf', 'allOf', 'not', 'if', 'const'];

function isPlain(schema: JsonObject): boolean {
  return !beyondForms.some((keyword) => Object.hasOwn(schema, keyword));
}

function typeOf({ type, properties }: JsonObject): string | undefined {
  if (typeof type === 'string') return type;
  return type === undefined && isJsonObject(properties) ? 'object' : undefined;
}

function textOf({ format, maxLength }: JsonObject): { readonly format?: string; readonly long: boolean } {
  const long = typeof maxLength === 'number' && maxLength > longTextChars;
  return typeof format === 'string' ? { format, long } : { long };
}

function numberOf({ type, minimum, maximum }: JsonObject) {
  return {
    integer: type === 'integer',
    ...(typeof minimum === 'number' ? { minimum } : {}),
    ...(typeof maximum === 'number' ? { maximum } : {}),
  };
}

function objectField(schema: JsonObject, base: FieldBase, depth: number): Field {
  const { properties } = schema;
  if (!isJsonObject(properties) || Object.keys(properties).length === 0) return { ...base, type: 'json' };
  const required = Array.isArray(schema.required) ? schema.required : [];
  // Members that are required but not described cannot have a field of their own.
  if (required.some((name) => typeof name === 'string' && !Object.hasOwn(properties, name)))
    return { ...base, type: 'json' };
  const fields = Object.entries(properties).map(([name, member]) =>
    toField(member, name, required.includes(name), depth + 1),
  );
  return { ...base, type: 'object', fields };
}

/** What a form shows at first. */
export function initialValue(field: Field): Json | undefined {
  if (field.initial !== undefined) return field.initial;
  switch (field.type) {
    case 'object': {
      const members = field.fields.flatMap((member) => {
        const value = initialValue(member);
        return value === undefined ? [] : [[member.name, value] as const];
      });
      return field.required || members.length > 0 ? Object.fromEntries(members) : undefined;
    }
    case 'list': {
      const item = initialValue(field.item) ?? null;
      return field.itemsMin > 0
        ? Array.from({ length: field.itemsMin }, () => item)
        : field.required
          ? []
          : undefined;
    }
    case 'boolean':
      return field.required ? false : undefined;
    case 'choice':
      return field.required ? field.choices[0] : undefined;
    case 'json':
      return field.required ? {} : undefined;
    case 'text':
    case 'number':
      return undefined;
  }
}

/** A copy with the member set; `undefined` takes it away. */
export function withMember(value: Json | undefined, name: string, member: Json | undefined): JsonObject {
  const object = isJsonObject(value) ? value : {};
  const { [name]: _, ...rest } = object;
  return member === undefined ? rest : { ...object, [name]: member };
}
