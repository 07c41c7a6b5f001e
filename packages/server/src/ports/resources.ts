import type { ResourceRequest } from '@millrace/core';

/** The resources port: reads what definitions name and do not hold. */
export interface ResourceReader {
  /** The text of a resource. Rejects with a sentence that says why there is none; no secret is in it. */
  read(tenant: string, request: Extract<ResourceRequest, { type: 'uri' }>): Promise<string>;
}
