/** THE operations table. Every surface is derived from it: REST, OpenAPI, and later the SDK and the CLI's verbs. */
import { Type } from 'typebox';
import { contentType } from '../metrics/registry.ts';
import { changeOperations } from './change-operations.ts';
import { executionOperations } from './execution-operations.ts';
import { historyOperations } from './history-operations.ts';
import { defineOperation, type Operation } from './operation.ts';
import { workflowOperations } from './workflow-operations.ts';

const readinessSchema = Type.Object({
  ready: Type.Boolean(),
  checks: Type.Record(
    Type.String(),
    Type.Object({ ok: Type.Boolean(), detail: Type.Optional(Type.String()) }),
  ),
});

const serverOperations: readonly Operation[] = [
  defineOperation({
    name: 'getHealth',
    summary: 'Whether the process is alive',
    tag: 'server',
    permission: 'public',
    method: 'GET',
    path: '/health',
    responses: [
      {
        status: 200,
        description: 'It is.',
        content: { 'application/json': Type.Object({ status: Type.Literal('ok') }) },
        example: { status: 'ok' },
      },
    ],
    problems: [],
    handler: async () => ({ type: 'json', status: 200, body: { status: 'ok' } }),
  }),
  defineOperation({
    name: 'getReadiness',
    summary: 'Whether the server can take work',
    description: 'The store answers and the roles of this process are at work.',
    tag: 'server',
    permission: 'public',
    method: 'GET',
    path: '/ready',
    responses: [
      {
        status: 200,
        description: 'It can.',
        content: { 'application/json': readinessSchema },
        example: { ready: true, checks: { store: { ok: true } } },
      },
      {
        status: 503,
        description: 'It cannot.',
        content: { 'application/json': readinessSchema },
        example: { ready: false, checks: { store: { ok: false, detail: 'no answer within 2 s' } } },
      },
    ],
    problems: [],
    handler: async ({ readiness }) => {
      const body = await readiness();
      return { type: 'json', status: body.ready ? 200 : 503, body };
    },
  }),
  defineOperation({
    name: 'getMetrics',
    summary: 'Figures for Prometheus',
    tag: 'server',
    permission: 'metrics:read',
    method: 'GET',
    path: '/metrics',
    responses: [
      {
        status: 200,
        description: 'Text format 0.0.4.',
        content: { 'text/plain': Type.String() },
        example: 'millrace_orphans 0\n',
      },
    ],
    problems: [],
    handler: async ({ printMetrics }) => ({
      type: 'text',
      status: 200,
      contentType,
      body: await printMetrics(),
    }),
  }),
  defineOperation({
    name: 'getOpenApi',
    summary: 'This description',
    tag: 'server',
    permission: 'public',
    method: 'GET',
    path: '/openapi.json',
    responses: [
      {
        status: 200,
        description: 'OpenAPI 3.1.',
        content: { 'application/json': Type.Unsafe<unknown>({ type: 'object' }) },
        example: { openapi: '3.1.0' },
      },
    ],
    problems: [],
    handler: async ({ openApi }) => ({ type: 'json', status: 200, body: openApi() }),
  }),
];

export const operations: readonly Operation[] = [
  ...workflowOperations,
  ...executionOperations,
  ...historyOperations,
  ...changeOperations,
  ...serverOperations,
];
