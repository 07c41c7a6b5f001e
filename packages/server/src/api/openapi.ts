/** The OpenAPI 3.1 document, derived from the operations table. */
import type { TObject, TSchema } from 'typebox';
import { type ErrorCode, errorTable } from '../errors.ts';
import type { Operation, OperationResponse } from './operation.ts';
import { problemContentType, problemType } from './problem.ts';
import { components } from './schemas.ts';

export interface OpenApiOptions {
  readonly version: string;
}

type JsonMembers = Readonly<Record<string, unknown>>;

export function toOpenApi(operations: readonly Operation[], { version }: OpenApiOptions): JsonMembers {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Millrace',
      version,
      license: { name: 'MIT', identifier: 'MIT' },
      description: 'Durable workflows in the Open Workflow DSL. Errors are problem details (RFC 9457).',
    },
    servers: [{ url: '/' }],
    tags: [
      { name: 'workflows', description: 'Definitions and their versions.' },
      { name: 'executions', description: 'Runs of workflows.' },
      { name: 'events', description: 'CloudEvents that executions wait for.' },
      { name: 'server', description: 'The server itself.' },
    ],
    paths: toPaths(operations),
    components: {
      schemas: Object.fromEntries(
        Object.entries(components).map(([name, schema]) => [name, printSchema(schema, name)]),
      ),
      responses: Object.fromEntries(
        Object.keys(errorTable).map((code) => [code, toProblemResponse(code as ErrorCode)]),
      ),
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          description: 'An API key. Not needed when the server has none.',
        },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      },
    },
  };
}

/** `{id}` of `/a/{id}` and the like. */
export function pathParameters(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
}

function toPaths(operations: readonly Operation[]): JsonMembers {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    for (const path of [operation.path, ...(operation.aliases ?? [])]) {
      paths[path] ??= {};
      paths[path][operation.method.toLowerCase()] = toOperation(operation, path);
    }
  }
  return paths;
}

function toOperation(operation: Operation, path: string): JsonMembers {
  const { name, summary, description, tag, permission, body } = operation;
  const parameters = [
    ...pathParametersOf(operation, path),
    ...toParameters(operation.query, 'query'),
    ...toParameters(operation.headers, 'header'),
  ];
  return {
    operationId: `${name}${suffixOf(operation, path)}`,
    summary,
    ...(description === undefined ? {} : { description }),
    tags: [tag],
    'x-permission': permission,
    security: permission === 'public' ? [] : [{ bearer: [] }, { apiKey: [] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: toRequestBody(body) }),
    responses: {
      ...Object.fromEntries(operation.responses.map((response) => [response.status, toResponse(response)])),
      ...toProblems(operation),
    },
  };
}

/** An operation's id is unique, so the other paths to it have their own: `getWorkflowByNamespaceName`. */
function suffixOf({ aliases = [] }: Operation, path: string): string {
  if (!aliases.includes(path)) return '';
  return `By${pathParameters(path)
    .map((name) => name[0]?.toUpperCase() + name.slice(1))
    .join('')}`;
}

function pathParametersOf(operation: Operation, path: string): JsonMembers[] {
  return pathParameters(path).map((name) => ({
    name,
    in: 'path',
    required: true,
    schema: printSchema(operation.params?.properties[name] ?? ({ type: 'string' } as TSchema)),
  }));
}

function toParameters(schema: TObject | undefined, place: 'query' | 'header'): JsonMembers[] {
  const required: readonly string[] = schema?.required ?? [];
  return Object.entries(schema?.properties ?? {}).map(([name, property]) => {
    const { description, ...rest } = printSchema(property);
    const list = rest.type === 'array' ? { style: 'form', explode: false } : {};
    return {
      name: place === 'header' ? headerName(name) : name,
      in: place,
      required: required.includes(name),
      description,
      ...list,
      schema: rest,
    };
  });
}

/** `last-event-id` → `Last-Event-ID`. */
function headerName(name: string): string {
  return name
    .replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => `${dash}${letter.toUpperCase()}`)
    .replace(/-Id$/, '-ID');
}

function toRequestBody(body: NonNullable<Operation['body']>): JsonMembers {
  if (body.type === 'json') {
    const example = body.example === undefined ? {} : { example: body.example };
    return {
      required: body.required,
      content: { 'application/json': { schema: printSchema(body.schema), ...example } },
    };
  }
  if (body.type === 'events') {
    const schema = { type: 'object', required: ['specversion', 'id', 'source', 'type'] };
    const batch = { type: 'array', items: schema, maxItems: 1_000 };
    return {
      required: true,
      content: {
        'application/cloudevents+json': { schema, example: publishedExample },
        'application/cloudevents-batch+json': { schema: batch, example: [publishedExample] },
        'application/json': { schema: { anyOf: [schema, batch] }, example: publishedExample },
      },
    };
  }
  const schema = { type: 'object', description: 'A workflow document.', required: ['document', 'do'] };
  return {
    required: true,
    content: {
      'application/yaml': { schema, example: definitionText },
      'application/json': { schema, example: definitionDocument },
    },
  };
}

const publishedExample = {
  specversion: '1.0',
  id: 'payment-17',
  source: 'https://shop.example.com/payments',
  type: 'com.example.shop.payment.received.v1',
  data: { order: 'o-17', amount: 42 },
};

const definitionDocument = {
  document: { dsl: '1.0.1', namespace: 'examples', name: 'greet', version: '1.0.0' },
  do: [{ greet: { set: { greeting: '${ "Hello, \\(.name)!" }' } } }],
};
const definitionText = `document:\n  dsl: '1.0.1'\n  namespace: examples\n  name: greet\n  version: '1.0.0'\ndo:\n  - greet:\n      set:\n        greeting: \${ "Hello, \\(.name)!" }\n`;

function toResponse({ description, content, example, headers }: OperationResponse): JsonMembers {
  const fields = Object.entries(headers ?? {}).map(([name, text]) => [
    name,
    { description: text, schema: { type: 'string' } },
  ]);
  const types = Object.entries(content ?? {}).map(([type, schema]) => {
    const shown =
      example !== undefined && (type === 'application/json' || typeof example === 'string')
        ? { example }
        : {};
    return [type, { schema: printSchema(schema), ...shown }];
  });
  return {
    description,
    ...(fields.length === 0 ? {} : { headers: Object.fromEntries(fields) }),
    ...(types.length === 0 ? {} : { content: Object.fromEntries(types) }),
  };
}

/** Problem responses by status; several codes of one status are listed in one. */
function toProblems(operation: Operation): JsonMembers {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of problemCodesOf(operation)) {
    const { status } = errorTable[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const taken = new Set(operation.responses.map((response) => response.status));
  return Object.fromEntries(
    [...byStatus]
      .filter(([status]) => !taken.has(status))
      .map(([status, codes]) => [
        status,
        codes.length === 1 ? { $ref: `#/components/responses/${codes[0]}` } : toProblemResponse(...codes),
      ]),
  );
}

/** Every code that an operation can answer with. */
export function problemCodesOf({ permission, body, problems }: Operation): ErrorCode[] {
  const keyed: ErrorCode[] = permission === 'public' ? [] : ['unauthorized'];
  const bodied: ErrorCode[] = body === undefined ? [] : ['body-too-large', 'unsupported-media-type'];
  return [
    ...new Set<ErrorCode>([
      'bad-request',
      ...keyed,
      'forbidden-origin',
      ...bodied,
      ...problems,
      'internal',
      'unavailable',
    ]),
  ];
}

function toProblemResponse(...codes: readonly ErrorCode[]): JsonMembers {
  const examples = codes.map((code) => {
    const { status, title } = errorTable[code];
    return [code, { value: { type: problemType(code), title, status } }];
  });
  return {
    description: codes.map((code) => `${errorTable[code].title} (${code}).`).join(' '),
    content: {
      [problemContentType]: {
        schema: { $ref: '#/components/schemas/Problem' },
        examples: Object.fromEntries(examples),
      },
    },
  };
}

const names = new Map<unknown, string>(Object.entries(components).map(([name, schema]) => [schema, name]));

function printSchema(schema: TSchema, self?: string): JsonMembers {
  return print(schema, self) as JsonMembers;
}

/** The plain JSON of a schema; `self` is the component under way, which must not refer to itself. */
function print(value: unknown, self?: string): unknown {
  const name = names.get(value);
  if (name !== undefined && name !== self) return { $ref: `#/components/schemas/${name}` };
  if (Array.isArray(value)) return value.map((item) => print(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !key.startsWith('~'))
      .map(([key, item]) => [key, print(item)]),
  );
}
