/**
 * The standard errors of the DSL: one table. Their type is a URI, and the specification's own material has
 * spelled its prefix in several ways, so types are compared by meaning and not by text.
 */

export interface StandardError {
  readonly name: StandardErrorName;
  /** HTTP status code; a communication error carries the status of the answer instead, when there is one */
  readonly status: number;
  readonly title: string;
}

export type StandardErrorName =
  | 'configuration'
  | 'validation'
  | 'expression'
  | 'authentication'
  | 'authorization'
  | 'timeout'
  | 'communication'
  | 'runtime';

export const standardErrors: Readonly<Record<StandardErrorName, StandardError>> = {
  configuration: { name: 'configuration', status: 400, title: 'Configuration error' },
  validation: { name: 'validation', status: 400, title: 'Validation error' },
  expression: { name: 'expression', status: 400, title: 'Expression error' },
  authentication: { name: 'authentication', status: 401, title: 'Authentication error' },
  authorization: { name: 'authorization', status: 403, title: 'Authorization error' },
  timeout: { name: 'timeout', status: 408, title: 'Timeout' },
  communication: { name: 'communication', status: 500, title: 'Communication error' },
  runtime: { name: 'runtime', status: 500, title: 'Runtime error' },
};

/** The URI that Millrace gives to errors of its own: the released 1.0.0 to 1.0.3 use this host. */
export function standardType(name: StandardErrorName): string {
  return `https://serverlessworkflow.io/spec/1.0.0/errors/${name}`;
}

/**
 * Whether two error types mean the same error. Standard types are equal under every known prefix, over http or
 * https, with or without a trailing slash; all others are equal when their text is.
 *
 * @example sameErrorType('https://serverlessworkflow.io/dsl/errors/types/timeout', standardType('timeout')) // true
 */
export function sameErrorType(a: string, b: string): boolean {
  if (a === b) return true;
  const standard = standardErrorOf(a);
  return standard !== undefined && standard === standardErrorOf(b);
}

/** The standard error that a type means, or undefined when it is the author's own. */
export function standardErrorOf(type: string): StandardErrorName | undefined {
  const name = knownPrefix.exec(type)?.[1];
  return name !== undefined && Object.hasOwn(standardErrors, name) ? (name as StandardErrorName) : undefined;
}

const knownPrefix =
  /^https?:\/\/(?:www\.)?(?:serverlessworkflow\.io(?:\.io)?|open-workflow-specification\.org)\/(?:spec\/\d+\.\d+\.\d+\/errors|dsl\/errors\/types)\/([a-z]+)\/?$/;
