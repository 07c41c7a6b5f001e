/** The pattern cannot be compiled. `offset` counts UTF-16 units from the pattern's start. */
export class RegexSyntaxError extends Error {
  override readonly name = 'RegexSyntaxError';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A match needed more memory for its pending alternatives than one match may use. */
export class RegexLimitError extends Error {
  override readonly name = 'RegexLimitError';
}
