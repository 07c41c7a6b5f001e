/** Operations on what happened in an execution, and on what it waits for. */
import { Type } from 'typebox';
import type { Engine, ExecutionEvent } from '../engine/interface.ts';
import { MillraceError } from '../errors.ts';
import type { EventFrame } from './event-stream.ts';
import {
  executionExample as example,
  isEnded,
  executionParams as params,
  executionPath as path,
  toJson,
} from './execution-common.ts';
import { defineOperation, type Operation, type OperationReply, type OperationRequest } from './operation.ts';
import { cloudEventSchema, eventSchema, wakeUpSchema } from './schemas.ts';

export const historyOperations: readonly Operation[] = [
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
    name: 'getExecutionLifecycle',
    summary: 'Read the lifecycle events of an execution',
    description:
      'The CloudEvents that the specification defines for workflows and tasks, projected from what is stored.',
    tag: 'executions',
    permission: 'executions:read',
    method: 'GET',
    path: `${path}/lifecycle`,
    params,
    query: Type.Object(
      {
        after: Type.Optional(
          Type.Integer({ minimum: 0, default: 0, description: 'How many events to leave out.' }),
        ),
        limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 200 })),
      },
      { additionalProperties: false },
    ),
    responses: [
      {
        status: 200,
        description: 'CloudEvents in order, in the JSON format.',
        content: {
          'application/json': Type.Object({
            items: Type.Array(cloudEventSchema),
            after: Type.Optional(
              Type.Integer({ description: 'For the next page; absent: this was the last.' }),
            ),
          }),
        },
        example: {
          items: [
            {
              specversion: '1.0',
              id: `${example.id}/4.0`,
              source: '/examples/hello/1.0.0',
              subject: example.id,
              type: 'io.serverlessworkflow.workflow.completed.v1',
              time: example.endedAt,
              datacontenttype: 'application/json',
              data: {
                name: `hello-${example.id}.examples`,
                completedAt: example.endedAt,
                output: example.output,
              },
            },
          ],
        },
      },
    ],
    problems: ['not-found'],
    handler: async ({ engine }, { tenant, params: { id }, query: { after = 0, limit = 200 } }) => {
      const page = await engine.lifecycle(tenant, id, { after, limit });
      return toJson({
        items: page.rows,
        ...(page.cursor === undefined ? {} : { after: Number(page.cursor) }),
      });
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
    aliases: [`${path}/waiting`],
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
      toJson({ items: await engine.wakeUps(tenant, id) }),
  }),
];

/** 204 tells a browser's EventSource to stop reconnecting. */
async function followed(
  engine: Engine,
  request: OperationRequest,
  id: string,
  after: number,
): Promise<OperationReply> {
  const execution = await engine.execution(request.tenant, id);
  if (after > execution.version)
    throw new MillraceError(
      'bad-request',
      `There is no event ${after} to go on after: the last event of ${id} is ${execution.version}.`,
    );
  if (isEnded(execution) && after === execution.version) return { type: 'empty', status: 204 };
  return {
    type: 'events',
    frames: () => framesOf(engine.follow(request.tenant, id, after, request.signal())),
  };
}

async function* framesOf(events: AsyncIterable<ExecutionEvent>): AsyncGenerator<EventFrame> {
  for await (const event of events)
    yield { id: String(event.version), event: event.fact.type, data: JSON.stringify(event) };
}
