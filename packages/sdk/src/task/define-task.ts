import { compileSchema, standardErrors, standardType, type Validator } from '@millrace/core';
import type { FunctionContext, HostFunction } from './host-function.ts';
import type { SchemaType } from './schema-type.ts';

/** A function that workflows call, with schemas at both ends. It can be registered with `createEngine`. */
export interface TaskDefinition<Input = unknown, Output = unknown> extends HostFunction {
  /** what `call` names; absent: it is registered under the name that it is given there */
  readonly name?: string;
  /** the schemas it was defined with */
  readonly input?: object | boolean;
  readonly output?: object | boolean;
  /** types only, never there: what a call takes and gives */
  readonly '~types'?: { readonly input: Input; readonly output: Output };
}

export interface TaskOptions<Input extends object | boolean, Output extends object | boolean> {
  readonly name?: string;
  /** JSON Schema (2020-12 unless `$schema` says otherwise) of what `with` holds; default: anything */
  readonly input?: Input;
  /** JSON Schema of the result; default: anything */
  readonly output?: Output;
  /**
   * Does the work. An error that is thrown faults the task with its message; one with the members `type` and `status`
   * of a problem faults it with these. It may run again when nobody knows whether it was done: hand
   * `context.idempotencyKey` on to whatever it changes.
   */
  run(input: SchemaType<Input>, context: FunctionContext): SchemaType<Output> | Promise<SchemaType<Output>>;
}

/**
 * Defines a function whose input and output are validated: what does not fit is a `validation` error of the task,
 * which its workflow can catch. Types are those of the schemas, written in place or made by typebox.
 * Throws `SchemaCompileError` for an ill-formed schema.
 *
 * @example
 * const double = defineTask({
 *   name: 'double',
 *   input: { type: 'object', properties: { n: { type: 'number' } }, required: ['n'] },
 *   run: ({ n }) => ({ n: n * 2 }),
 * });
 * const millrace = await createEngine({ functions: [double] });
 */
export function defineTask<
  const Input extends object | boolean = true,
  const Output extends object | boolean = true,
>(options: TaskOptions<Input, Output>): TaskDefinition<SchemaType<Input>, SchemaType<Output>> {
  const { name, input = true, output = true } = options;
  const inputValidator = compile(input);
  const outputValidator = compile(output);
  const label = name === undefined ? 'the task' : `the task ${name}`;
  return {
    ...(name === undefined ? {} : { name }),
    input,
    output,
    async run(given, context) {
      check(inputValidator, given, `the input of ${label}`);
      // Validated just above: it has the type that its schema says.
      const result = await options.run(given as SchemaType<Input>, context);
      check(outputValidator, result === undefined ? null : result, `the output of ${label}`);
      return result;
    },
  };
}

/** Typebox writes tuples as the editions before 2020-12 have them, and marks its schemas with `~kind`. */
function compile(schema: object | boolean): Validator {
  const isTypebox = typeof schema === 'object' && '~kind' in schema;
  return compileSchema(schema, isTypebox ? { dialect: '2019-09' } : {});
}

/** Faults the task that called, as the specification names that fault. */
class ValidationError extends Error {
  readonly type = standardType('validation');
  readonly status = standardErrors.validation.status;
  readonly title = standardErrors.validation.title;

  constructor(message: string) {
    super(message);
    this.name = 'ValidationError';
  }
}

const errorsShown = 3;

function check(validator: Validator, value: unknown, what: string): void {
  const errors = validator.validate(value);
  if (errors.length === 0) return;
  const shown = errors
    .slice(0, errorsShown)
    .map(({ pointer, message }) => `${pointer === '' ? '' : `${pointer}: `}${message}`);
  const more = errors.length > errorsShown ? [`and ${errors.length - errorsShown} more`] : [];
  throw new ValidationError(`${what} does not fit its schema: ${[...shown, ...more].join('; ')}`);
}
