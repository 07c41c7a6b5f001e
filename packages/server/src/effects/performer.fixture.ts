import { createHash } from 'node:crypto';
import type { EffectOutcome, EffectRequest, Json } from '@millrace/core';
import { createHttpClient, type HttpClientOptions } from '../http-client/http-client.ts';
import type { EffectContext } from '../ports/performer.ts';
import type { HostFunction } from './function-effect.ts';
import { createPerformer } from './performer.ts';

export interface Bench {
  perform(request: EffectRequest, context?: Partial<EffectContext>): Promise<EffectOutcome>;
  /** contents of the blob store, `tenant digest` */
  readonly blobs: Map<string, Uint8Array>;
  close(): Promise<void>;
}

/** A performer on a real client that may call loopback, with secrets and functions as given. */
export function openBench(
  options: {
    readonly secrets?: Readonly<Record<string, Json>>;
    readonly functions?: Readonly<Record<string, HostFunction['run']>>;
    readonly http?: HttpClientOptions;
  } = {},
): Bench {
  const http = createHttpClient(options.http ?? { allow: ['loopback'] });
  const blobs = new Map<string, Uint8Array>();
  const secrets = new Map(Object.entries(options.secrets ?? {}));
  const performer = createPerformer({
    http,
    secrets: { get: async (tenant, name) => (tenant === 'acme' ? secrets.get(name) : undefined) },
    functions: new Map(Object.entries(options.functions ?? {}).map(([name, run]) => [name, { run }])),
    now: () => Date.now(),
    documents: {
      get: async (tenant, digest) => blobs.get(`${tenant} ${digest}`),
      async put(tenant, content) {
        const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
        blobs.set(`${tenant} ${digest}`, content);
        return { digest, bytes: content.length };
      },
    },
    userAgent: 'millrace/test',
  });
  return {
    perform: async (request, context = {}) =>
      performer.perform(request, { ...usual, aborted: context.signal?.aborted === true, ...context }),
    blobs,
    close: () => http.close(),
  };
}

const usual: Omit<EffectContext, 'aborted'> = {
  tenant: 'acme',
  execution: 'e1',
  effect: 'e1/4',
  idempotencyKey: 'e1/4',
  signal: new AbortController().signal,
  taskPointer: '/do/0/call',
};

/** A GET as the core records it, with what the test is about. */
export function httpRequest(
  uri: string,
  own: Partial<Extract<EffectRequest, { type: 'http' }>> = {},
): EffectRequest {
  return { type: 'http', method: 'get', uri, output: 'content', redirect: false, ...own };
}
