/** The error of a workflow, as the specification shapes it (RFC 7807): data in facts, never an exception. */
export type WorkflowError = {
  /** URI of the kind of error */
  readonly type: string;
  /** HTTP status code that describes it best */
  readonly status: number;
  readonly title?: string;
  readonly detail?: string;
  /** JSON pointer to the task that raised it */
  readonly instance?: string;
};
