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

/** Ends a command with a sentence on standard error that says what to do. */
export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}
