/** Answers of a server that are no success, as errors that say what to do next. */
import { CliError, type ErrorPlace, type ExitCode, exitCodes } from './exit.ts';
import { messageOf } from './io.ts';
import { visible } from './terminal-text.ts';

interface Problem {
  readonly type?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly errors?: readonly ErrorPlace[];
}

/** A refusal of the server. `message` has its sentence, what to do, and the places with a line. */
export class ApiError extends CliError {
  readonly status: number;

  constructor(
    exitCode: ExitCode,
    message: string,
    refusal: { readonly status: number; readonly code: string; readonly places: readonly ErrorPlace[] },
  ) {
    super(exitCode, message, refusal);
    this.name = 'ApiError';
    this.status = refusal.status;
  }
}

/** No answer came: the server is not there, or it does not answer in time. */
export function unreachable(url: string, error: unknown): CliError {
  const { origin } = new URL(url);
  return new CliError(
    exitCodes.cannotStart,
    `${origin} cannot be reached (${reasonOf(error)}). Start a server there with: millrace start; or name another with --server URL or MILLRACE_SERVER.`,
    { cause: error, code: 'unreachable' },
  );
}

/** `fetch` says only that it failed; why stands in the cause, which may have a code and no message. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return messageOf(cause);
}

/** Reads the problem document of a refusal. */
export async function readRefusal(response: Response): Promise<ApiError> {
  const problem = toProblem(await response.text());
  const code = problem.type?.replace('urn:millrace:problem:', '');
  const places = problem.errors ?? [];
  const sentence = toSentence(problem.detail ?? problem.title ?? `The server answered ${response.status}`);
  const lines = places.flatMap(({ line, column, message }) =>
    line === undefined ? [] : [`\n  ${line}:${column ?? 1}: ${visible(message)}`],
  );
  const message = `${sentence}${adviceFor(code, response)}${lines.join('')}`;
  const { status } = response;
  return new ApiError(exitCodeFor(code), message, { status, code: code ?? 'protocol', places });
}

function toSentence(text: string): string {
  const shown = visible(text).trim();
  return `${shown.charAt(0).toUpperCase()}${shown.slice(1)}${/[.!?\u2026]$/.test(shown) ? '' : '.'}`;
}

function toProblem(text: string): Problem {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // Not a problem document: something else answers at this address, and its status says more than its text.
    return {};
  }
}

function exitCodeFor(code: string | undefined): ExitCode {
  if (code === 'invalid-definition') return exitCodes.invalid;
  return code === 'bad-request' || code === 'unauthorized' ? exitCodes.usage : exitCodes.failed;
}

function adviceFor(code: string | undefined, { url }: Response): string {
  switch (code) {
    case undefined:
      return ` Is ${new URL(url).origin} a Millrace server?`;
    case 'unauthorized':
      return ' Give the key in MILLRACE_API_KEY, or with --api-key.';
    case 'not-found':
      return adviceForExecution(new URL(url).pathname);
    case 'unavailable':
      return ' Try again in a moment.';
    default:
      return '';
  }
}

/** An id that is cut short is found by how it begins. */
function adviceForExecution(path: string): string {
  const id = /\/executions\/([^/]+)/.exec(path)?.[1];
  if (id === undefined) return '';
  const isBeginning = /^[A-Za-z0-9][A-Za-z0-9._~-]{3,34}$/.test(id);
  return isBeginning
    ? ` If its id only begins so: millrace ls --id ${id}; millrace ls lists the executions.`
    : ' millrace ls lists the executions.';
}
