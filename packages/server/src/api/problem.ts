/** Errors as RFC 9457 problem documents. */
import { type ErrorCode, errorTable, MillraceError } from '../errors.ts';

export const problemContentType = 'application/problem+json';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly instance?: string;
  readonly [member: string]: unknown;
}

/** `instance` is the path of the request. */
export function toProblem(error: MillraceError, instance?: string): Problem {
  return {
    ...error.details,
    type: problemType(error.code),
    title: errorTable[error.code].title,
    status: error.status,
    detail: error.message,
    ...(instance === undefined ? {} : { instance }),
  };
}

/** A name, not an address: nothing is to be fetched from it. */
export function problemType(code: ErrorCode): string {
  return `urn:millrace:problem:${code}`;
}

const codesByStatus: Readonly<Record<number, ErrorCode>> = {
  400: 'bad-request',
  401: 'unauthorized',
  404: 'not-found',
  405: 'method-not-allowed',
  408: 'request-timeout',
  413: 'body-too-large',
  414: 'uri-too-long',
  415: 'unsupported-media-type',
  431: 'headers-too-large',
  503: 'unavailable',
};

/**
 * An error that was thrown while answering. What is not a coded error of ours or a refusal of the HTTP layer is a
 * bug: the caller learns its `reference` for the log, not its text.
 */
export function toMillraceError(error: unknown, reference: string): MillraceError {
  if (error instanceof MillraceError) return error;
  const status = isRefusal(error) ? error.statusCode : 500;
  const code = codesByStatus[status] ?? (status >= 400 && status < 500 ? 'bad-request' : 'internal');
  if (code !== 'internal' && error instanceof Error)
    return new MillraceError(code, error.message, {}, { cause: error });
  return new MillraceError(
    'internal',
    `The server's log has more under request ${reference}.`,
    { request: reference },
    { cause: error },
  );
}

/** Errors of the HTTP layer carry a status and a code that begins with `FST_`. */
function isRefusal(error: unknown): error is Error & { readonly statusCode: number } {
  if (!(error instanceof Error) || !('statusCode' in error) || typeof error.statusCode !== 'number')
    return false;
  return 'code' in error && String(error.code).startsWith('FST_');
}
