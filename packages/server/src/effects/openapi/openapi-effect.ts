import { type EffectRequest, isJsonObject, type Json } from '@millrace/core';
import { withoutHeaders } from '../../http-client/request-headers.ts';
import { fault } from '../fault.ts';
import { callHttp, type Scope } from '../http-call.ts';
import type { DocumentSource } from './document-source.ts';
import { findOperation } from './operation.ts';
import { toOperationRequest } from './operation-request.ts';

type OpenApiEffect = Extract<EffectRequest, { type: 'openapi' }>;

/** Does a `call: openapi`. A document that was fetched for it is put in `pins`, whatever comes of the call. */
export async function performOpenApi(
  request: OpenApiEffect,
  scope: Scope,
  documents: DocumentSource,
  pins: Record<string, string>,
): Promise<Json> {
  const { document, url, pin } = await documents.load(request.document, scope);
  if (pin !== undefined) pins[request.document.uri] = pin;
  const parameters: unknown = request.parameters ?? {};
  if (!isJsonObject(parameters))
    throw fault('configuration', 'The parameters of an operation must be an object.');
  const operation = findOperation(document, url, request.operationId);
  const { headers, body, url: target } = toOperationRequest(operation, parameters);
  return callHttp(
    {
      method: operation.method,
      url: target,
      headers: request.authentication ? withoutHeaders(headers, new Set(['authorization'])) : headers,
      authentication: request.authentication,
      ...(body && { body: body.content }),
      output: request.output,
      redirect: request.redirect,
    },
    scope,
  );
}
