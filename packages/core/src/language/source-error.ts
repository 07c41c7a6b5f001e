/** One thing wrong with a definition, at the place where the author wrote it. */
export interface SourceError {
  readonly file?: string;
  /** 1-based */
  readonly line: number;
  /** 1-based, in UTF-16 units */
  readonly column: number;
  /** JSON pointer into the definition; empty for the whole and for errors of syntax */
  readonly pointer: string;
  /** one sentence that says what was expected */
  readonly message: string;
}
