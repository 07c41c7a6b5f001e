import { type StandardErrorName, standardErrors, standardType } from '../language/errors.ts';
import type { WorkflowError } from '../model/errors.ts';

/**
 * A fault on its way from where it arises to the rule that records it. It never leaves a decision: what is stored
 * is its `error`.
 */
export class Fault extends Error {
  readonly error: WorkflowError;

  constructor(error: WorkflowError) {
    super(error.detail ?? error.title ?? error.type);
    this.error = error;
  }
}

/** One of the specification's standard errors. `instance` is set by the rule that records it. */
export function standardFault(name: StandardErrorName, detail: string, instance?: string): Fault {
  return new Fault(standardError(name, detail, instance));
}

export function standardError(name: StandardErrorName, detail: string, instance?: string): WorkflowError {
  const { status, title } = standardErrors[name];
  return { type: standardType(name), status, title, detail, ...(instance === undefined ? {} : { instance }) };
}
