import { unsupportedMessage, type WorkflowReference } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { Resolution } from '../roles/courier.ts';
import type { Definitions } from './definitions.ts';

/** What a `run` task names, as it is published at this moment; a store that fails is thrown, and asked again later. */
export async function resolveChild(
  definitions: Definitions,
  tenant: string,
  workflow: WorkflowReference,
): Promise<Resolution> {
  try {
    const { program, digest } = await definitions.resolve(tenant, workflow);
    const { namespace, name, version, unsupported } = program;
    if (unsupported.length > 0)
      return {
        type: 'unknown',
        detail: `${namespace}/${name}/${version}: ${unsupportedMessage(unsupported)}`,
      };
    return { type: 'found', definition: { namespace, name, version, digest } };
  } catch (error) {
    if (!(error instanceof MillraceError) || error.code !== 'not-found') throw error;
    return { type: 'unknown', detail: error.message };
  }
}
