import type { Template, WorkflowReference, WorkflowSource } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { Definitions } from './definitions.ts';

/** workflows that one publication looks for */
const looksMax = 100;

/**
 * The workflows that `run` tasks name and that are not published, with their lines. A task whose names are computed is
 * not looked at: what it names is known when it runs.
 */
export async function missingChildren(
  definitions: Definitions,
  tenant: string,
  digest: string,
): Promise<NonNullable<WorkflowSource['warnings']>> {
  const { executable, source } = await definitions.byDigest(tenant, digest);
  const found: { pointer: string; line: number; message: string }[] = [];
  let looks = 0;
  for (const { node } of executable.nodes()) {
    if (node.kind !== 'run' || looks >= looksMax) continue;
    const named = namedIn(node.workflow);
    if (named === undefined) continue;
    looks += 1;
    const message = await problemOf(definitions, tenant, named);
    const pointer = `${node.pointer}/run/workflow`;
    if (message !== undefined) found.push({ pointer, line: source.locate(pointer).line, message });
  }
  return found.sort((a, b) => a.line - b.line);
}

function namedIn(workflow: {
  readonly namespace: Template;
  readonly name: Template;
  readonly version?: Template;
}): WorkflowReference | undefined {
  const text = (template: Template | undefined) =>
    template?.type === 'literal' && typeof template.value === 'string' ? template.value : undefined;
  const [namespace, name, version] = [text(workflow.namespace), text(workflow.name), text(workflow.version)];
  if (namespace === undefined || name === undefined) return undefined;
  if (workflow.version === undefined) return { namespace, name };
  return version === undefined ? undefined : { namespace, name, version };
}

async function problemOf(
  definitions: Definitions,
  tenant: string,
  workflow: WorkflowReference,
): Promise<string | undefined> {
  try {
    await definitions.resolve(tenant, workflow);
    return undefined;
  } catch (error) {
    if (error instanceof MillraceError && error.code === 'not-found')
      return `${error.message} yet: the task faults until it is published`;
    throw error;
  }
}
