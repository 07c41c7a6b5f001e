/** Exit codes, and the errors that lead to them. */

export const exitCodes = {
  ok: 0,
  /** an execution faulted or was cancelled, or something failed while running */
  failed: 1,
  /** the command line, the input or the configuration is wrong */
  usage: 2,
  /** a workflow definition has errors */
  invalid: 3,
  /** the server cannot start or cannot be reached */
  cannotStart: 4,
} as const;

export const exitCodeHelp = `Exit codes: 0 ok; 1 faulted, cancelled or failed; 2 wrong usage, input or configuration;
3 invalid definition; 4 cannot start, or the server cannot be reached; 130 interrupted.`;

/** Ends a command with a sentence on standard error that says what to do. */
export class CliError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.exitCode = exitCode;
  }
}
