/** Exit codes, and the errors that lead to them. */

export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  invalid: 3,
  cannotStart: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each code means: the help prints it, and the table of `docs/cli.md` is held against it. */
export const exitMeanings: Readonly<Record<ExitCode, string>> = {
  0: 'Done.',
  1: 'An execution faulted or was cancelled, or the server refused what was asked.',
  2: 'The command line, the input or the configuration is wrong.',
  3: 'A workflow definition has errors.',
  4: 'The server cannot start, or cannot be reached.',
  130: 'It was interrupted.',
};

export const exitCodeHelp = `Exit codes:\n${Object.entries(exitMeanings)
  .map(([code, meaning]) => `  ${code.padEnd(5)}${meaning}`)
  .join('\n')}`;

/** What stands in `code` of an error under `--json` when the server gave none. */
const errorCodes: Readonly<Record<ExitCode, string>> = {
  0: 'ok',
  1: 'failed',
  2: 'usage',
  3: 'invalid-definition',
  4: 'cannot-start',
  130: 'interrupted',
};

/** A place at fault in what was given. */
export interface ErrorPlace {
  readonly line?: number;
  readonly column?: number;
  readonly pointer?: string;
  readonly message: string;
}

/** Ends a command with a sentence on standard error that says what to do. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** for programs: that of `docs/errors.md` when the server refused */
  readonly code: string;
  readonly places: readonly ErrorPlace[];

  constructor(
    exitCode: ExitCode,
    message: string,
    options: ErrorOptions & { readonly code?: string; readonly places?: readonly ErrorPlace[] } = {},
  ) {
    super(message, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.code = options.code ?? errorCodes[exitCode];
    this.places = options.places ?? [];
  }
}
