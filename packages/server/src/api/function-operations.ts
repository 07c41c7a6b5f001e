/** Operations on the server's own catalog of functions: `call: name:version@default`. */
import { Type } from 'typebox';
import { defineOperation, type Operation } from './operation.ts';
import { functionSchema, pageSchema } from './schemas.ts';

const path = '/api/v1/functions/{name}/{version}';
const params = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 128, description: 'Name of the function.' }),
  version: Type.String({ minLength: 1, maxLength: 128, description: 'Its semantic version.' }),
});
const example = {
  name: 'greet',
  version: '1.0.0',
  digest: 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
  source: 'set:\n  greeting: ${ "Hello, \\(.name)!" }\n',
  createdAt: '2026-11-21T10:00:00.000Z',
};
const location = { Location: 'Path of this version.' };

export const functionOperations: readonly Operation[] = [
  defineOperation({
    name: 'publishFunction',
    summary: 'Publish a function',
    description:
      "Takes one task, YAML or JSON, into the server's own catalog: workflows call it as `name:version@default`. A version never changes.",
    tag: 'workflows',
    permission: 'workflows:write',
    method: 'PUT',
    path,
    params,
    body: { type: 'definition' },
    responses: [
      {
        status: 201,
        description: 'Published.',
        content: { 'application/json': functionSchema },
        example,
        headers: location,
      },
      {
        status: 200,
        description: 'This version was there already, with the same content.',
        content: { 'application/json': functionSchema },
        example,
        headers: location,
      },
    ],
    problems: ['conflict', 'invalid-definition'],
    handler: async ({ engine }, { tenant, params: id, body }) => {
      const published = await engine.publishFunction(tenant, id, body);
      const headers = {
        location: `/api/v1/functions/${encodeURIComponent(id.name)}/${encodeURIComponent(id.version)}`,
      };
      return { type: 'json', status: published.created ? 201 : 200, body: published.function, headers };
    },
  }),
  defineOperation({
    name: 'listFunctions',
    summary: 'List functions',
    tag: 'workflows',
    permission: 'workflows:read',
    method: 'GET',
    path: '/api/v1/functions',
    query: Type.Object(
      {
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 50 })),
        cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 2_048 })),
      },
      { additionalProperties: false },
    ),
    responses: [
      {
        status: 200,
        description: 'A page of functions, by name and version.',
        content: { 'application/json': pageSchema(functionSchema) },
        example: { items: [example] },
      },
    ],
    problems: [],
    handler: async ({ engine }, { tenant, query }) => {
      const { rows, cursor } = await engine.functions(tenant, { limit: 50, ...query });
      return { type: 'json', status: 200, body: { items: rows, cursor } };
    },
  }),
  defineOperation({
    name: 'getFunction',
    summary: 'Read a function',
    tag: 'workflows',
    permission: 'workflows:read',
    method: 'GET',
    path,
    params,
    responses: [
      {
        status: 200,
        description: 'The function.',
        content: { 'application/json': functionSchema },
        example,
      },
    ],
    problems: ['not-found'],
    handler: async ({ engine }, { tenant, params: id }) => ({
      type: 'json',
      status: 200,
      body: await engine.function(tenant, id),
    }),
  }),
  defineOperation({
    name: 'removeFunction',
    summary: 'Remove a function',
    description: 'Workflows that were published before keep it.',
    tag: 'workflows',
    permission: 'workflows:write',
    method: 'DELETE',
    path,
    params,
    responses: [{ status: 204, description: 'Removed.' }],
    problems: ['not-found'],
    handler: async ({ engine }, { tenant, params: id }) => {
      await engine.removeFunction(tenant, id);
      return { type: 'empty', status: 204 };
    },
  }),
];
