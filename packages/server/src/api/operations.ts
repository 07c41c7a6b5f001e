/** THE operations table. Every surface is derived from it: REST, OpenAPI, and later the SDK and the CLI's verbs. */
import { Type } from 'typebox';
import { contentType } from '../metrics/registry.ts';
import { changeOperations } from './change-operations.ts';
import { eventOperations } from './event-operations.ts';
import { executionOperations } from './execution-operations.ts';
import { feedOperation } from './feed-operation.ts';
import { functionOperations } from './function-operations.ts';
import { historyOperations } from './history-operations.ts';
import { nodeOperation } from './node-operation.ts';
import { defineOperation, type Operation } from './operation.ts';
import { scheduleOperations } from './schedule-operations.ts';
import { readinessSchema, systemSchema } from './schemas.ts';
import { valueOperations } from './value-operations.ts';
import { workflowOperations } from './workflow-operations.ts';

const readyExample = {
  ready: true,
  checks: {
    store: { ok: true },
    worker: { ok: true },
    executor: { ok: true },
    timer: { ok: true },
    events: { ok: true },
  },
};

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
        example: readyExample,
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
    name: 'getSystem',
    summary: 'How the server is',
    description:
      'What a person who runs it wants to see at one look: its roles and whether they are at work, what its store survives, what waits, what must not be, and its limits.',
    tag: 'server',
    permission: 'metrics:read',
    method: 'GET',
    path: '/api/v1/system',
    responses: [
      {
        status: 200,
        description: 'How it is.',
        content: { 'application/json': systemSchema },
        example: {
          version: '0.1.0',
          node: '019ab3c2-7d10-7c4e-9a53-6b1f0c2d3e4f',
          startedAt: '2026-11-21T10:00:00.000Z',
          uptimeMs: 90_000,
          roles: ['api', 'worker', 'executor', 'timer', 'events'],
          ...readyExample,
          store: { driver: 'sqlite', durability: 'power-loss', description: 'SQLite millrace.db: WAL, …' },
          executions: { running: 2, waiting: 1, completed: 40 },
          wakeUps: { effect: 2, timer: 1 },
          overdue: 0,
          inDoubt: 0,
          orphans: { count: 0, ids: [] },
          limits: { bodyBytesMax: 10_485_760, valueBytesMax: 67_108_864, historyEventsMax: 1_000_000 },
        },
      },
    ],
    problems: [],
    handler: async ({ engine, limits }, { tenant }) => {
      const system = await engine.system(tenant);
      return { type: 'json', status: 200, body: { ...system, limits: { ...limits, ...system.limits } } };
    },
  }),
  nodeOperation,
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
  ...functionOperations,
  ...scheduleOperations,
  ...executionOperations,
  feedOperation,
  ...historyOperations,
  ...valueOperations,
  ...changeOperations,
  ...eventOperations,
  ...serverOperations,
];
