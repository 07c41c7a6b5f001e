/** What an operation is: one entry of the table from which REST, OpenAPI, the SDK and the CLI are derived. */
import type { JsonObject, Readiness } from '@millrace/core';
import type { Static, TObject, TSchema } from 'typebox';
import type { Engine } from '../engine/interface.ts';
import type { ErrorCode } from '../errors.ts';
import type { EventFrame } from './event-stream.ts';

/** What a caller must be let do. `public` needs no key. */
export type Permission =
  | 'public'
  | 'workflows:read'
  | 'workflows:write'
  | 'executions:read'
  | 'executions:write'
  | 'events:read'
  | 'events:write'
  | 'metrics:read';

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** How the body of a request is read. */
export type OperationBody<S extends TSchema = TSchema> =
  | { readonly type: 'json'; readonly schema: S; readonly required: boolean; readonly example?: unknown }
  /** a workflow's text, YAML or JSON, handed on as it came */
  | { readonly type: 'definition' }
  /** CloudEvents in one of the modes of their HTTP binding, as a list of those in the JSON format */
  | { readonly type: 'events' };

export type OperationReply =
  | {
      readonly type: 'json';
      readonly status: number;
      readonly body: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly type: 'text'; readonly status: number; readonly contentType: string; readonly body: string }
  | { readonly type: 'empty'; readonly status: number }
  /** sent as it is read, under a name for a file */
  | {
      readonly type: 'download';
      readonly contentType: string;
      readonly fileName: string;
      readonly bytes: number;
      readonly chunks: AsyncIterable<Uint8Array>;
    }
  /** sent as server-sent events until it ends; `frames` is called when there is somebody to read them */
  | { readonly type: 'events'; readonly frames: () => AsyncIterable<EventFrame> };

/** A request that has passed its schemas. */
export interface OperationRequest<P = unknown, Q = unknown, H = unknown, B = unknown> {
  readonly tenant: string;
  readonly params: P;
  readonly query: Q;
  readonly headers: H;
  readonly body: B;
  /** The media type among `offers` that the caller likes best; undefined: none. */
  prefers(offers: readonly string[]): string | undefined;
  /** Aborts when the caller has gone or the server stops. */
  signal(): AbortSignal;
}

/** What handlers work with. */
export interface OperationContext {
  readonly engine: Engine;
  readonly readiness: () => Promise<Readiness>;
  readonly printMetrics: () => Promise<string>;
  readonly openApi: () => unknown;
  /** bounds of this surface, by the name of the setting */
  readonly limits: Readonly<Record<string, number>>;
}

export interface OperationResponse {
  readonly status: number;
  readonly description: string;
  /** by media type */
  readonly content?: Readonly<Record<string, TSchema>>;
  readonly example?: unknown;
  /** header fields and what they say */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Operation {
  /** lowerCamelCase, unique: the SDK's method, OpenAPI's operationId */
  readonly name: string;
  readonly summary: string;
  readonly description?: string;
  readonly tag: 'workflows' | 'executions' | 'events' | 'server';
  readonly permission: Permission;
  readonly method: Method;
  /** with `{name}` for parameters */
  readonly path: string;
  /** other paths to the same operation, whose parameters, joined by `/`, make its only parameter */
  readonly aliases?: readonly string[];
  readonly params?: TObject;
  readonly query?: TObject;
  /** the header fields that it reads, in lower case */
  readonly headers?: TObject;
  readonly body?: OperationBody;
  readonly responses: readonly OperationResponse[];
  /** errors of its own, beside those that every operation can answer with */
  readonly problems: readonly ErrorCode[];
  readonly handler: (context: OperationContext, request: OperationRequest) => Promise<OperationReply>;
}

type Parsed<T> = T extends TSchema ? Static<T> : Record<never, never>;
type BodyOf<B> = B extends { type: 'json'; schema: infer S extends TSchema }
  ? Static<S>
  : B extends { type: 'definition' }
    ? string
    : B extends { type: 'events' }
      ? readonly JsonObject[]
      : undefined;

type TypedOperation<P, Q, H, B> = Omit<Operation, 'handler' | 'params' | 'query' | 'headers' | 'body'> & {
  readonly params?: P;
  readonly query?: Q;
  readonly headers?: H;
  readonly body?: B;
  readonly handler: (
    context: OperationContext,
    request: OperationRequest<Parsed<P>, Parsed<Q>, Parsed<H>, BodyOf<B>>,
  ) => Promise<OperationReply>;
};

/**
 * Types a handler by its operation's schemas. The one place that forgets those types again: every request is
 * checked against the same schemas before the handler sees it.
 */
export function defineOperation<
  P extends TObject | undefined = undefined,
  Q extends TObject | undefined = undefined,
  H extends TObject | undefined = undefined,
  B extends OperationBody | undefined = undefined,
>(operation: TypedOperation<P, Q, H, B>): Operation {
  return operation as unknown as Operation;
}
