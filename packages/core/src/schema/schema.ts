import { Compiler } from './compiler.ts';
import type { DialectName } from './dialect.ts';
import { SchemaCompileError, SchemaLimitError } from './errors.ts';
import { Registry } from './registry.ts';
import { Run, type SchemaError } from './run.ts';

export type { DialectName, SchemaError };
export { SchemaCompileError, SchemaLimitError };

/** A compiled schema. */
export interface Validator {
  /**
   * All errors of a value up to `errorsMax`, [] if it is valid. Values are taken as JSON: only own properties count.
   * @throws SchemaLimitError when the steps or the depth allowed do not suffice
   */
  validate(value: unknown): readonly SchemaError[];
}

export interface SchemaOptions {
  /** Steps of one validation, about one per keyword checked or character matched; 1,000,000 if not given. */
  readonly stepsMax?: number | undefined;
  /** Other schemas by absolute URI, for `$ref`. Nothing is ever fetched. */
  readonly documents?: Readonly<Record<string, unknown>> | undefined;
  /** Errors reported at most; 20 if not given. */
  readonly errorsMax?: number | undefined;
  /** Whether `format` is checked (the default) or only a remark. */
  readonly formats?: 'assert' | 'annotate' | undefined;
  /** The edition for a schema without `$schema`; 2020-12 if not given. */
  readonly dialect?: DialectName | undefined;
  /** Takes `nullable: true` and boolean `exclusiveMinimum` and `exclusiveMaximum`, as in OpenAPI 3.0. */
  readonly nullable?: boolean | undefined;
}

const STEPS_MAX = 1_000_000;
const ERRORS_MAX = 20;

/**
 * Compiles a JSON Schema to closures. All that is wrong with a schema is found here, nothing during validation.
 * @throws SchemaCompileError for an ill-formed schema or a reference that leads nowhere
 */
export function compileSchema(schema: unknown, options: SchemaOptions = {}): Validator {
  const registry = new Registry(options.documents ?? {}, options.dialect ?? '2020-12');
  const compiler = new Compiler(registry, options.formats !== 'annotate', options.nullable === true);
  const root = registry.open(schema, '', '');
  const { check } = compiler.compile(root);
  const stepsMax = options.stepsMax ?? STEPS_MAX;
  const errorsMax = options.errorsMax ?? ERRORS_MAX;
  return {
    validate(value) {
      const run = new Run(root.resource, stepsMax, errorsMax);
      try {
        check(value, run, null);
      } catch (error) {
        // The caller may have used most of the native stack before.
        if (error instanceof RangeError)
          throw new SchemaLimitError('depth', 'the validation ran out of native stack');
        throw error;
      }
      return run.errors;
    },
  };
}
