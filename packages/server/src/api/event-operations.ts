/** Operations on events: to publish them, and to see what became of one. */
import { Type } from 'typebox';
import { eventMatchesSchema, publishedEventSchema } from './event-schemas.ts';
import { toJson } from './execution-common.ts';
import { defineOperation, type Operation } from './operation.ts';

const key = '7a40e1f2b6c9d83517aa0e44c1f0b29d5e6f7081';

export const eventOperations: readonly Operation[] = [
  defineOperation({
    name: 'publishEvents',
    summary: 'Publish CloudEvents',
    description:
      'Structured: one event as application/cloudevents+json. Batched: up to 1,000 as application/cloudevents-batch+json. Binary: its attributes as ce- header fields, its data as the body. Answers when all are durable; executions that listen are woken after that. An event of a source and id that was published before is taken for the same.',
    tag: 'events',
    permission: 'events:write',
    method: 'POST',
    path: '/api/v1/events',
    body: { type: 'events' },
    responses: [
      {
        status: 202,
        description: 'They are durable.',
        content: { 'application/json': Type.Object({ items: Type.Array(publishedEventSchema) }) },
        example: {
          items: [{ id: 'payment-17', source: 'https://shop.example.com/payments', key, duplicate: false }],
        },
      },
    ],
    problems: [],
    handler: async ({ engine }, { tenant, body }) => ({
      type: 'json',
      status: 202,
      body: { items: await engine.publish(tenant, body) },
    }),
  }),
  defineOperation({
    name: 'getEventMatches',
    summary: 'What became of an event',
    description:
      'The executions that it woke, and some that waited for something like it, each with what failed. The event goes by the key with which its publication was answered, or by its own id with `?source`. It is told for 7 days, a moment after the event was matched; of an older event the answer is that it is not told any more (404).',
    tag: 'events',
    permission: 'events:read',
    method: 'GET',
    path: '/api/v1/events/{id}/matches',
    params: Type.Object({
      id: Type.String({
        minLength: 1,
        maxLength: 2_048,
        description:
          'The key of the event, or its id when `source` is given; of an emitted one execution/version.',
      }),
    }),
    query: Type.Object(
      { source: Type.Optional(Type.String({ minLength: 1, description: "The event's source." })) },
      { additionalProperties: false },
    ),
    responses: [
      {
        status: 200,
        description: 'What became of it.',
        content: { 'application/json': eventMatchesSchema },
        example: {
          event: {
            key,
            id: 'payment-17',
            source: 'https://shop.example.com/payments',
            type: 'com.example.shop.payment.received.v1',
          },
          woke: {
            count: 1,
            executions: [{ execution: '019ab3c2-7d10-7c4e-9a53-6b1f0c2d3e4f', task: '/do/1/paid' }],
          },
          missed: [
            {
              execution: '019ab3c2-0000-7c4e-9a53-6b1f0c2d3e4f',
              task: '/do/1/paid',
              predicate: 'correlate.order',
              detail: 'it waits for another value',
            },
          ],
        },
      },
    ],
    problems: ['not-found'],
    handler: async ({ engine }, { tenant, params, query }) =>
      toJson(await engine.matches(tenant, params.id, query.source)),
  }),
];
