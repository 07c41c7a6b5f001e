import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorTable } from '../errors.ts';
import { toOpenApi } from './openapi.ts';
import { operations } from './operations.ts';
import { openTestServer, type TestServer } from './test-support/test-server.ts';

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required: boolean;
  readonly schema: object;
}

interface Described {
  readonly operationId: string;
  readonly summary: string;
  readonly security: readonly object[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: object; readonly example: unknown }>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly $ref?: string; readonly description?: string; readonly content?: object }>
  >;
}

// biome-ignore lint/suspicious/noExplicitAny: a document of another standard, read as it is
const document = JSON.parse(JSON.stringify(toOpenApi(operations, { version: '1.2.3' }))) as any;
const described = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item as Record<string, Described>).map(([method, operation]) => ({
    path,
    method,
    operation,
  })),
);

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === '$ref' ? [String(item)] : references(item)));
}

function at(pointer: string): unknown {
  return pointer
    .slice(2)
    .split('/')
    .reduce((value, part) => (value as Record<string, unknown> | undefined)?.[part], document);
}

describe('the OpenAPI document', () => {
  it('is of version 3.1 and describes every operation of the table', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Millrace', version: '1.2.3' } });
    for (const { path, method, name } of operations) {
      expect(document.paths[path][method.toLowerCase()].operationId).toBe(name);
    }
  });

  it('has a unique id, a summary and answers for every operation', () => {
    const ids = described.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of described) {
      expect(operation.summary).not.toBe('');
      expect(Object.keys(operation.responses).some((status) => status.startsWith('2'))).toBe(true);
      for (const response of Object.values(operation.responses))
        expect(response.$ref ?? response.description).toBeTruthy();
    }
  });

  it('declares every parameter of a path, as required', () => {
    for (const { path, operation } of described) {
      const inPath = (operation.parameters ?? []).filter((parameter) => parameter.in === 'path');
      expect(inPath.map((parameter) => parameter.name)).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]),
      );
      for (const parameter of inPath)
        expect(parameter).toMatchObject({ required: true, schema: expect.anything() });
    }
  });

  it('refers only to what it has', () => {
    const found = references(document);
    expect(found.length).toBeGreaterThan(20);
    for (const reference of found) expect(at(reference), reference).toBeDefined();
  });

  it('gives an example of every body that it asks for, and of every answer', () => {
    for (const { operation } of described) {
      for (const media of Object.values(operation.requestBody?.content ?? {}))
        expect(media.example).toBeDefined();
      for (const [status, { content }] of Object.entries(operation.responses)) {
        const json = (content as Record<string, { example?: unknown }> | undefined)?.['application/json'];
        if (json !== undefined) expect(json.example, `${operation.operationId} ${status}`).toBeDefined();
      }
    }
  });

  it('says which operations need a key, and what their refusals look like', () => {
    for (const { operation } of described) {
      const open = ['getHealth', 'getReadiness', 'getOpenApi'].includes(operation.operationId);
      expect(operation.security.length === 0).toBe(open);
      expect('401' in operation.responses).toBe(!open);
      expect(operation.responses['400']?.$ref).toBe('#/components/responses/bad-request');
    }
    expect(Object.keys(document.components.responses)).toEqual(Object.keys(errorTable));
  });
});

describe('over HTTP', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await openTestServer({ apiKeys: ['k'] });
  });
  afterAll(() => server.close());

  it('is served without a key', async () => {
    const { status, body } = await server.send('GET', '/openapi.json');
    expect(status).toBe(200);
    expect(body.paths).toEqual(document.paths);
  });

  it.each(
    described
      .filter(({ operation }) => operation.security.length > 0)
      .map(({ method, path }) => [method.toUpperCase(), path]),
  )('%s %s is refused without a key', async (method, path) => {
    const answer = await server.send(method, path.replaceAll(/\{\w+\}/g, 'x'));
    expect(answer).toMatchObject({ status: 401, body: { type: 'urn:millrace:problem:unauthorized' } });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="millrace"');
  });
});
