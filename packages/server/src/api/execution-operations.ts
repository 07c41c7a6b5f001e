/** Operations on executions. */
import { isTerminal } from '@millrace/core';
import { Type } from 'typebox';
import { durationForms, parseDurationText } from '../config/quantity.ts';
import type { Engine, ExecutionsRequest, ExecutionView, StartRequest } from '../engine/interface.ts';
import { MillraceError } from '../errors.ts';
import type { WakeUp } from '../ports/store.ts';
import { defineOperation, type Operation, type OperationReply, type OperationRequest } from './operation.ts';
import {
  eventSchema,
  executionIdPattern,
  executionSchema,
  executionSummarySchema,
  pageSchema,
  phaseSchema,
  startSchema,
  wakeUpSchema,
} from './schemas.ts';

const path = '/api/v1/executions/{id}';
const params = Type.Object({
  id: Type.String({ pattern: executionIdPattern, description: 'Id of the execution.' }),
});

/** Longer waits are cut to this: proxies and clients give up on their own. */
const waitMsMax = 300_000;
const wait = Type.Optional(
  Type.String({
    maxLength: 64,
    description:
      'Answer when the execution has ended, or after this time: 30s, 500ms, 2m, PT30S; at most 5 minutes.',
  }),
);

const example = {
  id: '019ab3c2-7d10-7c4e-9a53-6b1f0c2d3e4f',
  workflow: { namespace: 'examples', name: 'greet', version: '1.0.0' },
  definition: 'sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
  status: 'completed',
  input: { name: 'Ada' },
  output: { greeting: 'Hello, Ada!' },
  startedAt: '2026-11-21T10:00:00.000Z',
  updatedAt: '2026-11-21T10:00:00.004Z',
  endedAt: '2026-11-21T10:00:00.004Z',
  version: 4,
};
const { input: _input, output: _output, version: _version, ...summary } = example;
const location = { Location: 'Path of the execution.' };
const one = { 'application/json': executionSchema };

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
        description: 'This idempotency key (or id) started it before.',
        content: one,
        example,
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
      const ms = parseWait(request.query.wait);
      const { execution, created } = await engine.start(
        request.tenant,
        toStartRequest(request.body, request.headers['idempotency-key']),
      );
      return toCreated(await waited(engine, request, execution, ms), created);
    },
  }),
  defineOperation({
    name: 'listExecutions',
    summary: 'List executions',
    description: 'Newest first.',
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
    tag: 'executions',
    permission: 'executions:read',
    method: 'GET',
    path,
    params,
    query: Type.Object({ wait }, { additionalProperties: false }),
    responses: [{ status: 200, description: 'The execution.', content: one, example }],
    problems: ['not-found'],
    handler: async ({ engine }, request) => {
      const ms = parseWait(request.query.wait);
      const execution = await engine.execution(request.tenant, request.params.id);
      return toJson(await waited(engine, request, execution, ms));
    },
  }),
  defineOperation({
    name: 'getExecutionEvents',
    summary: 'Read or follow what happened in an execution',
    description:
      'A page as JSON. With `Accept: text/event-stream`: what is there and what comes, until the execution ends; an event’s id is its version, and `Last-Event-ID` resumes after it. Answers 204 when nothing can come any more.',
    tag: 'executions',
    permission: 'executions:read',
    method: 'GET',
    path: `${path}/events`,
    params,
    query: Type.Object(
      {
        after: Type.Optional(
          Type.Integer({ minimum: 0, default: 0, description: 'Only events after this version.' }),
        ),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 200 })),
      },
      { additionalProperties: false },
    ),
    headers: Type.Object({
      'last-event-id': Type.Optional(
        Type.String({ pattern: '^\\d{1,15}$', description: 'Version of the last event that was received.' }),
      ),
    }),
    responses: [
      {
        status: 200,
        description: 'Events in order.',
        content: {
          'application/json': Type.Object({
            items: Type.Array(eventSchema),
            after: Type.Optional(
              Type.Integer({ description: 'For the next page; absent: this was the last.' }),
            ),
          }),
          'text/event-stream': Type.String(),
        },
        example: {
          items: [
            {
              id: `${example.id}/4`,
              version: 4,
              time: example.endedAt,
              commit: '9f2c…',
              fact: { type: 'execution.completed', output: example.output },
            },
          ],
        },
      },
      {
        status: 204,
        description: 'The execution has ended and every event of it was received (streams only).',
      },
    ],
    problems: ['not-found', 'not-acceptable'],
    handler: async ({ engine }, request) => {
      const wanted = request.prefers(['application/json', 'text/event-stream']);
      if (wanted === undefined)
        throw new MillraceError(
          'not-acceptable',
          'Events are given as application/json or text/event-stream.',
        );
      const after = Number(request.headers['last-event-id'] ?? request.query.after ?? 0);
      if (wanted === 'text/event-stream') return followed(engine, request, request.params.id, after);
      const page = await engine.events(request.tenant, request.params.id, {
        after,
        limit: request.query.limit ?? 200,
      });
      const more = page.cursor === undefined ? {} : { after: page.rows.at(-1)?.version };
      return toJson({ items: page.rows, ...more });
    },
  }),
  defineOperation({
    name: 'getExecutionWakeUps',
    summary: 'Why an execution is waiting',
    description: 'Its rows in the wake-up ledger: what will move it, from when, and who holds it.',
    tag: 'executions',
    permission: 'executions:read',
    method: 'GET',
    path: `${path}/wake-ups`,
    params,
    responses: [
      {
        status: 200,
        description: 'The reasons; none when the execution has ended.',
        content: { 'application/json': Type.Object({ items: Type.Array(wakeUpSchema) }) },
        example: {
          items: [
            {
              id: `${example.id}/timer`,
              kind: 'timer',
              due: '2026-11-21T10:05:00.000Z',
              attempt: 0,
              unsafe: false,
              doubt: false,
            },
          ],
        },
      },
    ],
    problems: ['not-found'],
    handler: async ({ engine }, { tenant, params: { id } }) =>
      toJson({ items: (await engine.wakeUps(tenant, id)).map(toWakeUp) }),
  }),
  change(
    'cancelExecution',
    'cancel',
    'Cancel an execution',
    'No task of it begins any more.',
    ({ engine }, tenant, id, reason) => engine.cancel(tenant, id, reason),
  ),
  change(
    'suspendExecution',
    'suspend',
    'Suspend an execution',
    'It goes on when it is resumed; what is under way is recorded.',
    ({ engine }, tenant, id, reason) => engine.suspend(tenant, id, reason),
  ),
  change(
    'resumeExecution',
    'resume',
    'Resume a suspended execution',
    'It goes on where it stood.',
    ({ engine }, tenant, id) => engine.resume(tenant, id),
  ),
  defineOperation({
    name: 'retryExecution',
    summary: 'Retry a faulted execution',
    description:
      'What has ended stays ended: this starts a linked execution from the state before the fault.',
    tag: 'executions',
    permission: 'executions:write',
    method: 'POST',
    path: `${path}/retry`,
    params,
    query: Type.Object({ wait }, { additionalProperties: false }),
    responses: [
      {
        status: 201,
        description: 'The new execution.',
        content: one,
        example: { ...example, retryOf: '019ab3c2-0000-7c4e-9a53-6b1f0c2d3e4f' },
        headers: location,
      },
    ],
    problems: ['not-found', 'conflict'],
    handler: async ({ engine }, request) => {
      const ms = parseWait(request.query.wait);
      const execution = await engine.retry(request.tenant, request.params.id);
      return toCreated(await waited(engine, request, execution, ms), true);
    },
  }),
];

type Change = (
  context: { readonly engine: Engine },
  tenant: string,
  id: string,
  reason: string | undefined,
) => Promise<ExecutionView>;

/** An operation that changes the course of an execution and answers with it. */
function change(name: string, verb: string, summary: string, description: string, run: Change): Operation {
  return defineOperation({
    name,
    summary,
    description,
    tag: 'executions',
    permission: 'executions:write',
    method: 'POST',
    path: `${path}/${verb}`,
    params,
    query: Type.Object({ wait }, { additionalProperties: false }),
    body: {
      type: 'json',
      required: false,
      schema: Type.Object(
        { reason: Type.Optional(Type.String({ maxLength: 1_000 })) },
        { additionalProperties: false },
      ),
      example: { reason: 'ordered by mistake' },
    },
    responses: [{ status: 200, description: 'The execution as it stands.', content: one, example }],
    problems: ['not-found', 'conflict'],
    handler: async (context, request) => {
      const ms = parseWait(request.query.wait);
      const execution = await run(context, request.tenant, request.params.id, request.body?.reason);
      return toJson(await waited(context.engine, request, execution, ms));
    },
  });
}

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

/** Read before anything is done, so that a bad wait starts nothing. */
function parseWait(text: string | undefined): number {
  if (text === undefined) return 0;
  const ms = parseDurationText(text);
  if (ms === undefined)
    throw new MillraceError('bad-request', `wait: expected ${durationForms} but found "${text}".`);
  return Math.min(ms, waitMsMax);
}

/** The execution when it has ended, or as it stands when the time is over or the server stops. */
async function waited(
  engine: Engine,
  request: OperationRequest,
  execution: ExecutionView,
  ms: number,
): Promise<ExecutionView> {
  if (ms === 0 || isEnded(execution)) return execution;
  const signal = request.signal();
  try {
    return await engine.wait(request.tenant, execution.id, ms, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
    return engine.execution(request.tenant, execution.id);
  }
}

/** 204 tells a browser's EventSource to stop reconnecting. */
async function followed(
  engine: Engine,
  request: OperationRequest,
  id: string,
  after: number,
): Promise<OperationReply> {
  const execution = await engine.execution(request.tenant, id);
  if (isEnded(execution) && after >= execution.version) return { type: 'empty', status: 204 };
  return { type: 'events', events: engine.follow(request.tenant, id, after, request.signal()) };
}

function isEnded(execution: ExecutionView): boolean {
  const { status } = execution;
  return status !== 'pending' && status !== 'waiting' && isTerminal(status);
}

function toJson(body: unknown): OperationReply {
  return { type: 'json', status: 200, body };
}

function toCreated(execution: ExecutionView, created: boolean): OperationReply {
  const headers = { location: `/api/v1/executions/${encodeURIComponent(execution.id)}` };
  return { type: 'json', status: created ? 201 : 200, body: execution, headers };
}

function toWakeUp({ id, kind, due, attempt, lease, unsafe, doubt }: WakeUp) {
  const held =
    lease === null ? {} : { lease: { owner: lease.owner, until: new Date(lease.until).toISOString() } };
  return { id, kind, due: new Date(due).toISOString(), attempt, ...held, unsafe, doubt };
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
