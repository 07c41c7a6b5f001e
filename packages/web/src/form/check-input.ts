/** Checks an input against the workflow's schema before it is sent, with the validator that the server uses. */
import { compileSchema, type Json } from '@millrace/core';

export interface InputError {
  /** JSON pointer into the input */
  readonly pointer: string;
  readonly message: string;
}

/** What is wrong with the input; a schema that cannot be compiled here is left to the server. */
export function checkInput(schema: Json | undefined, input: Json): readonly InputError[] {
  if (schema === undefined) return [];
  try {
    return compileSchema(schema)
      .validate(input)
      .map(({ pointer, message }) => ({ pointer, message }));
  } catch {
    return [];
  }
}
