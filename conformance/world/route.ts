/** A path that a stand-in answers at. */
import type { LoggedRequest } from './request-log.ts';

export interface Answer {
  readonly status: number;
  /** sent as JSON */
  readonly body?: unknown;
  /** sent as it is, instead of `body` */
  readonly raw?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** waits before it answers */
  readonly delayMs?: number;
}

export interface Route {
  readonly method?: string;
  readonly pattern: RegExp;
  answer(parts: readonly string[], request: LoggedRequest): Answer;
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function basicOf(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
