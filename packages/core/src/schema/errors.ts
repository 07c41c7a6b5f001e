/** A schema is ill-formed, or refers to one that is not there. `pointer` is a JSON pointer into the schema. */
export class SchemaCompileError extends Error {
  override readonly name = 'SchemaCompileError';
  readonly pointer: string;

  constructor(pointer: string, message: string) {
    super(message);
    this.pointer = pointer;
  }
}

/** A validation was given up: it took more steps than allowed, or went deeper than it may. */
export class SchemaLimitError extends Error {
  override readonly name = 'SchemaLimitError';
  readonly limit: 'steps' | 'depth';

  constructor(limit: 'steps' | 'depth', message: string) {
    super(message);
    this.limit = limit;
  }
}
