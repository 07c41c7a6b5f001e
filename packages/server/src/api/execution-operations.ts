/** Operations on executions: starting and reading them. */
import { Type } from 'typebox';
import type { ExecutionsRequest, StartRequest } from '../engine/interface.ts';
import { MillraceError } from '../errors.ts';
import {
  executionExample as example,
  location,
  one,
  openWait,
  executionParams as params,
  executionPath as path,
  toCreated,
  toJson,
  wait,
  waited,
} from './execution-common.ts';
import { defineOperation, type Operation } from './operation.ts';
import { executionSummarySchema, pageSchema, phaseSchema, startSchema } from './schemas.ts';

const { input: _input, output: _output, version: _version, ...summary } = example;
const { output: _none, endedAt: _open, ...begun } = example;

export const executionOperations: readonly Operation[] = [
  defineOperation({
    name: 'startExecution',
    summary: 'Start an execution',
    description:
      'Of a published workflow (the latest version when none is named), or of an inline definition.',
    tag: 'executions',
    permission: 'executions:write',
    method: 'POST',
    path: '/api/v1/executions',
    query: Type.Object({ wait }, { additionalProperties: false }),
    headers: Type.Object({
      'idempotency-key': Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 255,
          description: 'The same key and content answers with the same execution.',
        }),
      ),
    }),
    body: {
      type: 'json',
      schema: startSchema,
      required: true,
      example: { workflow: { namespace: 'examples', name: 'greet' }, input: { name: 'Ada' } },
    },
    responses: [
      {
        status: 201,
        description: 'Started; ended already when its status says so.',
        content: one,
        example,
        headers: location,
      },
      {
        status: 200,
        description: 'This idempotency key started it before.',
        content: one,
        example,
        headers: location,
      },
      {
        status: 202,
        description:
          'No worker has taken it yet, within the time of `wait` or 20 s; it is durable and will be started.',
        content: one,
        example: { ...begun, status: 'pending', version: 0 },
        headers: location,
      },
    ],
    problems: [
      'not-found',
      'conflict',
      'invalid-definition',
      'invalid-input',
      'idempotency-mismatch',
      'not-runnable',
    ],
    handler: async ({ engine }, request) => {
      const wait = openWait(request);
      const { execution, created } = await engine.start(
        request.tenant,
        toStartRequest(request.body, request.headers['idempotency-key']),
        wait.patience,
      );
      return toCreated(await waited(engine, request, execution, wait), created);
    },
  }),
  defineOperation({
    name: 'listExecutions',
    summary: 'List executions',
    description:
      'Newest first; filters narrow together. Go on with `cursor` of the answer, and the same filters.',
    tag: 'executions',
    permission: 'executions:read',
    method: 'GET',
    path: '/api/v1/executions',
    query: Type.Object(
      {
        status: Type.Optional(
          Type.Array(phaseSchema, { minItems: 1, description: 'One phase or several, comma separated.' }),
        ),
        workflow: Type.Optional(
          Type.String({
            minLength: 1,
            maxLength: 300,
            description: 'name, namespace/name or namespace/name/version.',
          }),
        ),
        id: Type.Optional(
          Type.String({
            minLength: 4,
            maxLength: 128,
            pattern: '^[A-Za-z0-9][A-Za-z0-9._~-]*$',
            description: 'What the id begins with, at least 4 characters.',
          }),
        ),
        since: Type.Optional(
          Type.String({
            maxLength: 64,
            description: 'Started at or after: RFC 3339, or epoch milliseconds.',
          }),
        ),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 50 })),
        cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 2_048 })),
      },
      { additionalProperties: false },
    ),
    responses: [
      {
        status: 200,
        description: 'A page of executions.',
        content: { 'application/json': pageSchema(executionSummarySchema) },
        example: { items: [summary] },
      },
    ],
    problems: [],
    handler: async ({ engine }, { tenant, query: { since, ...query } }) => {
      const request: ExecutionsRequest =
        since === undefined ? query : { ...query, since: parseInstant(since) };
      const { rows, cursor } = await engine.executions(tenant, { limit: 50, ...request });
      return { type: 'json', status: 200, body: { items: rows, cursor } };
    },
  }),
  defineOperation({
    name: 'getExecution',
    summary: 'Read an execution',
    description:
      'An input or output of more than 65,536 bytes of JSON is not in the answer: a LargeValue stands for it, and `large` names it.',
    tag: 'executions',
    permission: 'executions:read',
    method: 'GET',
    path,
    params,
    query: Type.Object({ wait }, { additionalProperties: false }),
    responses: [{ status: 200, description: 'The execution.', content: one, example }],
    problems: ['not-found'],
    handler: async ({ engine }, request) => {
      const wait = openWait(request);
      const execution = await engine.execution(request.tenant, request.params.id);
      return toJson(await waited(engine, request, execution, wait));
    },
  }),
];

function toStartRequest(
  body: { workflow?: unknown; definition?: unknown },
  idempotencyKey: string | undefined,
): StartRequest {
  if ((body.workflow === undefined) === (body.definition === undefined)) {
    throw new MillraceError('bad-request', 'Expected exactly one of "workflow" and "definition".');
  }
  // The schema let it pass: `input` is JSON, since it was parsed from it.
  const request = body as StartRequest;
  return idempotencyKey === undefined ? request : { ...request, idempotencyKey };
}

function parseInstant(text: string): number {
  const ms = /^\d{1,15}$/.test(text)
    ? Number(text)
    : /^\d{4}-\d\d-\d\d/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  if (Number.isNaN(ms))
    throw new MillraceError(
      'bad-request',
      `since: expected an RFC 3339 time or epoch milliseconds but found "${text}".`,
    );
  return ms;
}
