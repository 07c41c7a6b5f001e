/** Operations on workflow definitions. */
import { parse } from '@millrace/core';
import { Type } from 'typebox';
import type { WorkflowId, WorkflowSource } from '../engine/interface.ts';
import { MillraceError } from '../errors.ts';
import { defineOperation, type Operation, type OperationReply } from './operation.ts';
import { definitionSchema, pageSchema, workflowSchema, workflowSourceSchema } from './schemas.ts';

const path = '/api/v1/workflows/{id}';
const aliases = ['/api/v1/workflows/{namespace}/{name}', '/api/v1/workflows/{namespace}/{name}/{version}'];
const params = Type.Object({
  id: Type.String({
    maxLength: 300,
    description: 'namespace/name or namespace/name/version, as one encoded segment.',
  }),
});

const exampleText = `document:
  dsl: '1.0.1'
  namespace: examples
  name: greet
  version: '1.0.0'
do:
  - greet:
      set:
        greeting: \${ "Hello, \\(.name)!" }
`;

const example = {
  id: 'examples/greet/1.0.0',
  namespace: 'examples',
  name: 'greet',
  version: '1.0.0',
  digest: 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
  format: 'yaml',
  createdAt: '2026-11-21T10:00:00.000Z',
  unsupported: [],
};
const exampleSource = { ...example, source: exampleText };
const exampleDefinition = {
  digest: example.digest,
  namespace: 'examples',
  name: 'greet',
  version: '1.0.0',
  format: 'yaml',
  source: exampleText,
  document: {
    document: { dsl: '1.0.1', namespace: 'examples', name: 'greet', version: '1.0.0' },
    do: [{ greet: { set: { greeting: '${ "Hello, \\(.name)!" }' } } }],
  },
  unsupported: [],
};
const location = { Location: 'Path of this version.' };

const published = [
  {
    status: 201,
    description: 'Published.',
    content: { 'application/json': workflowSourceSchema },
    example: exampleSource,
    headers: location,
  },
  {
    status: 200,
    description: 'This version was there already, with the same content.',
    content: { 'application/json': workflowSourceSchema },
    example: exampleSource,
    headers: location,
  },
];

export const workflowOperations: readonly Operation[] = [
  defineOperation({
    name: 'publishWorkflow',
    summary: 'Publish a workflow',
    description:
      'Takes the document itself, YAML or JSON. A version never changes: other content under the same version is a conflict.',
    tag: 'workflows',
    permission: 'workflows:write',
    method: 'POST',
    path: '/api/v1/workflows',
    body: { type: 'definition' },
    responses: published,
    problems: ['conflict', 'invalid-definition'],
    handler: async ({ engine }, { tenant, body }) => toPublished(await engine.deploy(tenant, body)),
  }),
  defineOperation({
    name: 'listWorkflows',
    summary: 'List workflows',
    tag: 'workflows',
    permission: 'workflows:read',
    method: 'GET',
    path: '/api/v1/workflows',
    query: Type.Object(
      {
        namespace: Type.Optional(Type.String({ minLength: 1, maxLength: 63 })),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 50 })),
        cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 2_048 })),
      },
      { additionalProperties: false },
    ),
    responses: [
      {
        status: 200,
        description: 'A page of workflows.',
        content: { 'application/json': pageSchema(workflowSchema) },
        example: { items: [example] },
      },
    ],
    problems: [],
    handler: async ({ engine }, { tenant, query }) => {
      const { rows, cursor } = await engine.workflows(tenant, { limit: 50, ...query });
      return { type: 'json', status: 200, body: { items: rows, cursor } };
    },
  }),
  defineOperation({
    name: 'getWorkflow',
    summary: 'Read a workflow',
    description:
      'Without a version: the latest. With `Accept: application/yaml`: the text as it was published.',
    tag: 'workflows',
    permission: 'workflows:read',
    method: 'GET',
    path,
    aliases,
    params,
    responses: [
      {
        status: 200,
        description: 'The workflow.',
        content: { 'application/json': workflowSourceSchema, 'application/yaml': Type.String() },
        example: exampleSource,
      },
    ],
    problems: ['not-found', 'not-acceptable'],
    handler: async ({ engine }, { tenant, params: { id }, prefers }) => {
      const wanted = prefers(['application/json', 'application/yaml']);
      if (wanted === undefined)
        throw new MillraceError(
          'not-acceptable',
          'A workflow is given as application/json or application/yaml.',
        );
      const workflow = await engine.workflow(tenant, parseWorkflowId(id));
      if (wanted === 'application/json') return { type: 'json', status: 200, body: workflow };
      // A JSON text is YAML too, so this holds for both formats.
      return {
        type: 'text',
        status: 200,
        contentType: 'application/yaml; charset=utf-8',
        body: workflow.source,
      };
    },
  }),
  defineOperation({
    name: 'publishWorkflowVersion',
    summary: 'Publish a new version of a workflow',
    description:
      'The namespace and name (and version, when the path has one) of the document must be those of the path.',
    tag: 'workflows',
    permission: 'workflows:write',
    method: 'PUT',
    path,
    aliases,
    params,
    body: { type: 'definition' },
    responses: published,
    problems: ['conflict', 'invalid-definition', 'invalid-input'],
    handler: async ({ engine }, { tenant, params: { id }, body }) => {
      requireSameId(parseWorkflowId(id), body);
      return toPublished(await engine.deploy(tenant, body));
    },
  }),
  defineOperation({
    name: 'removeWorkflow',
    summary: 'Remove a workflow',
    description:
      'One version, or every version when the path names none. Refused while executions are open, unless force cancels them.',
    tag: 'workflows',
    permission: 'workflows:write',
    method: 'DELETE',
    path,
    aliases,
    params,
    query: Type.Object(
      { force: Type.Optional(Type.Boolean({ default: false, description: 'Cancel what is open.' })) },
      { additionalProperties: false },
    ),
    responses: [
      {
        status: 200,
        description: 'Removed.',
        content: { 'application/json': Type.Object({ removed: Type.Integer(), cancelled: Type.Integer() }) },
        example: { removed: 1, cancelled: 0 },
      },
    ],
    problems: ['not-found', 'conflict'],
    handler: async ({ engine }, { tenant, params: { id }, query }) => ({
      type: 'json',
      status: 200,
      body: await engine.undeploy(tenant, parseWorkflowId(id), { force: query.force === true }),
    }),
  }),
  defineOperation({
    name: 'getDefinition',
    summary: 'Read a definition by its digest',
    description:
      'What an execution runs (`definition` of its view), whether it was published, given inline, or removed since.',
    tag: 'workflows',
    permission: 'workflows:read',
    method: 'GET',
    path: '/api/v1/definitions/{digest}',
    params: Type.Object({
      digest: Type.String({
        pattern: '^sha256:[0-9a-f]{64}$',
        description: 'sha256: and 64 hexadecimal digits.',
      }),
    }),
    responses: [
      {
        status: 200,
        description: 'The definition.',
        content: { 'application/json': definitionSchema },
        example: exampleDefinition,
      },
    ],
    problems: ['not-found'],
    handler: async ({ engine }, { tenant, params: { digest } }) => ({
      type: 'json',
      status: 200,
      body: await engine.definition(tenant, digest),
    }),
  }),
];

/** Reads `namespace/name` or `namespace/name/version`. */
export function parseWorkflowId(text: string): WorkflowId {
  const [namespace, name, version, ...rest] = text.split('/');
  if (!namespace || !name || version === '' || rest.length > 0) {
    throw new MillraceError(
      'bad-request',
      `Expected namespace/name or namespace/name/version but found "${text}".`,
    );
  }
  return version === undefined ? { namespace, name } : { namespace, name, version };
}

function toPublished({ workflow, created }: { workflow: WorkflowSource; created: boolean }): OperationReply {
  const { namespace, name, version } = workflow;
  const location = `/api/v1/workflows/${[namespace, name, version].map(encodeURIComponent).join('/')}`;
  return { type: 'json', status: created ? 201 : 200, body: workflow, headers: { location } };
}

/** A document that does not parse is left to the engine, whose refusal lists every error. */
function requireSameId(id: WorkflowId, text: string): void {
  const parsed = parse(text);
  if (!parsed.ok) return;
  const { document } = parsed.workflow;
  for (const part of ['namespace', 'name', 'version'] as const) {
    if (id[part] === undefined || id[part] === document[part]) continue;
    const message = `The path says ${part} "${id[part]}", the document says "${document[part]}".`;
    const place = parsed.source.locate(`/document/${part}`);
    throw new MillraceError('invalid-input', message, {
      errors: [{ ...place, pointer: `/document/${part}`, message }],
    });
  }
}
