/**
 * The one table of coded errors of the world: what a surface answers when it cannot do what was asked. A fault of
 * a workflow is data in its log, and our own bugs are asserts; neither stands here.
 */
const table = {
  'bad-request': { status: 400, title: 'The request is not well formed' },
  unauthorized: { status: 401, title: 'A valid API key is required' },
  'forbidden-origin': { status: 403, title: 'Requests from this origin are not taken' },
  'not-found': { status: 404, title: 'There is no such thing' },
  'method-not-allowed': { status: 405, title: 'This path does not take that method' },
  'not-acceptable': { status: 406, title: 'None of the accepted media types can be given' },
  'request-timeout': { status: 408, title: 'The request took too long to arrive' },
  conflict: { status: 409, title: 'This conflicts with what is there' },
  'body-too-large': { status: 413, title: 'The request is too large' },
  'uri-too-long': { status: 414, title: 'The address is too long' },
  'unsupported-media-type': { status: 415, title: 'This media type is not understood here' },
  'invalid-definition': { status: 422, title: 'The workflow definition has errors' },
  'invalid-input': { status: 422, title: 'The input cannot be taken' },
  'idempotency-mismatch': { status: 422, title: 'This idempotency key was used with other content' },
  'not-runnable': { status: 422, title: 'The workflow uses what this server cannot run yet' },
  'headers-too-large': { status: 431, title: 'The header fields are too large' },
  internal: { status: 500, title: 'An unexpected error happened in the server' },
  unavailable: { status: 503, title: 'The server cannot take this now' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof table;

export const errorTable: Readonly<Record<ErrorCode, { readonly status: number; readonly title: string }>> =
  table;

/** An error with a code of the table; `details` become members of the problem document. */
export class MillraceError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: ErrorCode,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'MillraceError';
    this.code = code;
    this.details = details;
  }

  get status(): number {
    return errorTable[this.code].status;
  }
}
