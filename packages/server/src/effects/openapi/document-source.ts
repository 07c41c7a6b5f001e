import type { EffectRequest } from '@millrace/core';
import { Lru } from '../../lru.ts';
import type { BlobStore } from '../../ports/blob.ts';
import { requestAuthorized } from '../authorized-request.ts';
import { fault, faultOfHttp } from '../fault.ts';
import type { Scope } from '../http-call.ts';
import { parseUrl } from '../http-effect.ts';
import { type OpenApiDocument, parseDocument } from './document.ts';

export type DocumentRequest = Extract<EffectRequest, { type: 'openapi' }>['document'];

export interface LoadedDocument {
  readonly document: OpenApiDocument;
  readonly url: URL;
  /** digest of a document that was fetched now: what the execution reads from now on */
  readonly pin?: string;
}

export interface DocumentSource {
  /** A pinned document from the blob store, or the document as it is now, which is put there. */
  load(request: DocumentRequest, scope: Scope): Promise<LoadedDocument>;
}

const documentsMax = 64;
const redirectsMax = 5;

/** Keeps the documents used last in parsed form; the tenant is part of the key, as everywhere. */
export function createDocumentSource(blobs: Pick<BlobStore, 'get' | 'put'>): DocumentSource {
  const parsed = new Lru<OpenApiDocument>({ entriesMax: documentsMax });
  return {
    async load(request, scope) {
      const url = parseUrl(request.uri);
      if (request.digest !== undefined)
        return { url, document: await readPinned(request.digest, scope, url) };
      const bytes = await fetchDocument(url, request, scope);
      const document = parseDocument(shown(url, scope), bytes);
      const { digest } = await blobs.put(scope.tenant, bytes);
      parsed.set(`${scope.tenant}\n${digest}`, document);
      return { url, document, pin: digest };
    },
  };

  async function readPinned(digest: string, scope: Scope, url: URL): Promise<OpenApiDocument> {
    const key = `${scope.tenant}\n${digest}`;
    const known = parsed.get(key);
    if (known) return known;
    const bytes = await blobs.get(scope.tenant, digest);
    if (bytes === undefined)
      throw fault(
        'runtime',
        `The document ${shown(url, scope)}, pinned as ${digest}, is not in the blob store.`,
      );
    const document = parseDocument(shown(url, scope), bytes);
    parsed.set(key, document);
    return document;
  }
}

async function fetchDocument(url: URL, request: DocumentRequest, scope: Scope): Promise<Uint8Array> {
  const { outcome } = await requestAuthorized(
    {
      method: 'GET',
      url,
      headers: {
        'user-agent': scope.userAgent,
        accept: 'application/json, application/yaml, */*;q=0.8',
      },
      redirectsMax,
      signal: scope.signal,
      authentication: request.authentication,
    },
    scope,
  );
  if (outcome.type === 'failed') throw faultOfHttp(outcome, false);
  if (outcome.status === 200) return outcome.body;
  throw fault(
    'communication',
    `The document ${shown(url, scope)} was answered with ${outcome.status} ${outcome.statusText}.`,
    { status: outcome.status },
  );
}

function shown(url: URL, scope: Scope): string {
  return scope.secrets.redactor().text(url.href);
}
