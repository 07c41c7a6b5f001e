import type { EffectRequest } from '@millrace/core';

/** A deed in one line, such as `POST https://api.example.com/orders`. */
export function requestLine(request: EffectRequest): string {
  switch (request.type) {
    case 'http':
      return `${request.method.toUpperCase()} ${request.uri}`;
    case 'openapi':
      return `${request.operationId} · ${request.document.uri}`;
    case 'function':
      return `${request.name}()`;
  }
}
