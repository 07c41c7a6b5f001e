import type { Problem } from '@millrace/sdk';

/** What the server refused, or `unreachable` when it did not answer at all. */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.detail ?? problem.title, options);
    this.name = 'ApiError';
    this.problem = problem;
  }

  get status(): number {
    return this.problem.status;
  }
}

/** @param cause why the network gave no answer */
export function unreachable(cause: unknown): ApiError {
  const problem = {
    type: 'urn:millrace:problem:unreachable',
    title: 'The server does not answer',
    status: 0,
  };
  return new ApiError(problem, { cause });
}
