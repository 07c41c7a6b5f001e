import type { BlobReference } from '@millrace/core';

/** The blob port: content under its digest. What is put is durable when `put` answers, and never changes. */
export interface BlobStore {
  readonly description: string;
  put(tenant: string, content: Uint8Array): Promise<BlobReference>;
  /** `undefined`: there is no such content in this tenant. A content that does not match its digest is an error. */
  get(tenant: string, digest: string): Promise<Uint8Array | undefined>;
  delete(tenant: string, digest: string): Promise<void>;
  close(): Promise<void>;
}
