/** Checks an input against the workflow's schema before it is sent, with the validator that the server uses. */
import { compileSchema, type Json, pointerTo, type SchemaError, valueAt } from '@millrace/core';

export interface InputError {
  /** JSON pointer into the input; of what is missing, where it would stand */
  readonly pointer: string;
  /** of the schema */
  readonly keyword: string;
  /** what the keyword demands; undefined when it stands in another document */
  readonly limit: Json | undefined;
  /** the validator's own words */
  readonly message: string;
}

/** What is wrong with the input; a schema that cannot be compiled here is left to the server. */
export function checkInput(schema: Json | undefined, input: Json): readonly InputError[] {
  if (schema === undefined) return [];
  try {
    const errors = compileSchema(schema).validate(input);
    const missing = new Map<string, string[]>();
    return errors.map((error) => toInputError(error, schema, input, missing));
  } catch {
    return [];
  }
}

function toInputError(
  { pointer, keyword, schemaPointer, message }: SchemaError,
  schema: Json,
  input: Json,
  missing: Map<string, string[]>,
): InputError {
  const limit = valueAt(schema, schemaPointer) as Json | undefined;
  const error = { pointer, keyword, limit, message };
  if (keyword !== 'required') return error;
  // One error for each name that is missing, in the order of the names.
  const names = missing.get(pointer) ?? missingNames(limit, valueAt(input, pointer));
  missing.set(pointer, names);
  const name = names.shift();
  return name === undefined ? error : { ...error, pointer: pointerTo(pointer, name) };
}

function missingNames(required: Json | undefined, object: unknown): string[] {
  if (!Array.isArray(required) || typeof object !== 'object' || object === null) return [];
  return required.filter((name) => typeof name === 'string' && !Object.hasOwn(object, name));
}
