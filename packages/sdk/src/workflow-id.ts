import { badRequest } from './errors.ts';

export interface WorkflowId {
  readonly namespace: string;
  readonly name: string;
  /** absent: the latest by semantic version */
  readonly version?: string;
}

/** `namespace/name`, `namespace/name/version`, or their parts: a view of a workflow is one. */
export type WorkflowReference = string | WorkflowId;

/** Throws `bad-request` for a text that is neither form. */
export function toWorkflowId(reference: WorkflowReference): WorkflowId {
  if (typeof reference !== 'string') {
    const { namespace, name, version } = reference;
    return version === undefined ? { namespace, name } : { namespace, name, version };
  }
  const [namespace, name, version, ...rest] = reference.split('/');
  if (!namespace || !name || version === '' || rest.length > 0) {
    throw badRequest(`Expected namespace/name or namespace/name/version but found "${reference}".`);
  }
  return version === undefined ? { namespace, name } : { namespace, name, version };
}

export function printWorkflowId({ namespace, name, version }: WorkflowId): string {
  return version === undefined ? `${namespace}/${name}` : `${namespace}/${name}/${version}`;
}
