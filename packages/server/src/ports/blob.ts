import type { BlobReference } from '@millrace/core';

/** The blob port: content under its digest. What is put is durable when `put` answers, and never changes. */
export interface BlobStore {
  readonly description: string;
  put(tenant: string, content: Uint8Array): Promise<BlobReference>;
  /** `undefined`: there is no such content in this tenant. A content that does not match its digest is an error. */
  get(tenant: string, digest: string): Promise<Uint8Array | undefined>;
  /**
   * The content chunk by chunk, for what need not be in memory whole. Throws before its last chunk when it does not
   * match its digest; `undefined`: there is no such content in this tenant.
   */
  stream(tenant: string, digest: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** The first bytes, which are held against nothing: for a preview. */
  head(tenant: string, digest: string, bytesMax: number): Promise<Uint8Array | undefined>;
  /**
   * Says that a content, if it is there, is about to be named once more, as `put` says by itself. Absent: the driver never
   * drops what was not named for long.
   */
  keep?(tenant: string, digest: string): Promise<void>;
  delete(tenant: string, digest: string): Promise<void>;
  close(): Promise<void>;
}
