/** Errors that a program sees: what Millrace refused, and what kept it from being asked. */

/** A problem as RFC 9457 shapes it. */
export interface Problem {
  /** `urn:millrace:problem:CODE`, or `about:blank` when something else answered, such as a proxy */
  readonly type: string;
  readonly title: string;
  /** HTTP status code */
  readonly status: number;
  readonly detail?: string;
  /** path of the request */
  readonly instance?: string;
  /** what is wrong with what was sent, each with its place */
  readonly errors?: readonly ProblemPlace[];
  readonly [member: string]: unknown;
}

export interface ProblemPlace {
  /** from 1 */
  readonly line?: number;
  readonly column?: number;
  /** JSON pointer into what was sent */
  readonly pointer?: string;
  readonly message: string;
}

/** A refusal. Its message names every place at fault; `problem` has all members. */
export class MillraceApiError extends Error {
  readonly problem: Problem;
  /** the last part of the problem's type, such as `not-found`; empty when something else answered */
  readonly code: string;
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string | undefined;
  readonly instance: string | undefined;
  readonly errors: readonly ProblemPlace[];

  constructor(problem: Problem, options?: ErrorOptions) {
    super(messageOf(problem), options);
    this.name = 'MillraceApiError';
    this.problem = problem;
    this.code = problem.type.startsWith(problemPrefix) ? problem.type.slice(problemPrefix.length) : '';
    this.type = problem.type;
    this.title = problem.title;
    this.status = problem.status;
    this.detail = problem.detail;
    this.instance = problem.instance;
    this.errors = problem.errors ?? [];
  }
}

/** Why no answer came: the connection, the time, `close()`, or an answer that is none of Millrace's. */
export type ConnectionFault = 'network' | 'timeout' | 'closed' | 'protocol';

export class MillraceConnectionError extends Error {
  readonly fault: ConnectionFault;

  constructor(fault: ConnectionFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MillraceConnectionError';
    this.fault = fault;
  }
}

export const problemPrefix = 'urn:millrace:problem:';

/** What the server would answer to a request that is not well formed; said before anything is sent. */
export function badRequest(detail: string, options?: ErrorOptions): MillraceApiError {
  const title = 'The request is not well formed';
  return new MillraceApiError({ type: `${problemPrefix}bad-request`, title, status: 400, detail }, options);
}

const placesMax = 5;

function messageOf({ title, detail, errors = [] }: Problem): string {
  const places = errors
    .slice(0, placesMax)
    .map(({ line, column, pointer, message }) =>
      [line === undefined ? pointer : `${line}:${column ?? 1}`, message].filter(Boolean).join(' '),
    )
    .filter((place) => !detail?.includes(place));
  const more = errors.length > placesMax ? [`and ${errors.length - placesMax} more`] : [];
  return [`${title}${detail === undefined ? '' : `: ${detail}`}`, ...places, ...more].join('\n  ');
}
