import type { Json } from '@millrace/core';

/** The secrets port. A secret is a JSON value: a string, or an object such as `{username, password}`. */
export interface Secrets {
  readonly description: string;
  /** `undefined`: there is no such secret for this tenant. */
  get(tenant: string, name: string): Promise<Json | undefined>;
  close(): Promise<void>;
}
