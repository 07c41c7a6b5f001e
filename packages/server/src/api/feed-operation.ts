/** The operation that a live list of executions follows. */
import type { ExecutionChange } from '@millrace/core';
import { Type } from 'typebox';
import { MillraceError } from '../errors.ts';
import type { EventFrame } from './event-stream.ts';
import { defineOperation, type Operation } from './operation.ts';

const position = '^\\d{1,15}$';

export const feedOperation: Operation = defineOperation({
  name: 'followExecutions',
  summary: 'Follow what happens to executions',
  description:
    'Server-sent events, for a live list. `open` comes first: read the list after it, then apply what follows, and nothing is missed. `changed` holds the line of the list of an execution that was started, changed its status or ended; what happens to one execution within 100 ms is told once. `reset` says that more has happened than is told: read the list again. Each has a `position`, and the id of an event is the position to go on after (`Last-Event-ID`).',
  tag: 'executions',
  permission: 'executions:read',
  method: 'GET',
  // Not below /executions, where any name may be the id of one.
  path: '/api/v1/feed/executions',
  query: Type.Object(
    {
      after: Type.Optional(
        Type.String({
          pattern: position,
          description: 'A position that was told before; absent: from now on.',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  headers: Type.Object({
    'last-event-id': Type.Optional(
      Type.String({
        pattern: position,
        description: 'Id of the last event that was received; stronger than `after`.',
      }),
    ),
  }),
  responses: [
    {
      status: 200,
      description: 'Events named open, changed and reset, each with JSON as its data, until the caller goes.',
      content: { 'text/event-stream': Type.String() },
      example:
        'id: 17\nevent: open\ndata: {"type":"open","position":"17"}\n\nid: 18\nevent: changed\ndata: {"type":"changed","position":"18","execution":{"id":"019ab3c2-…","status":"running", …}}\n\n',
    },
  ],
  problems: ['not-acceptable'],
  handler: async ({ engine }, request) => {
    if (request.prefers(['text/event-stream']) === undefined)
      throw new MillraceError('not-acceptable', 'The feed is given as text/event-stream.');
    const after = request.headers['last-event-id'] ?? request.query.after;
    return {
      type: 'events',
      frames: () => framesOf(engine.followExecutions(request.tenant, after, request.signal())),
    };
  },
});

async function* framesOf(changes: AsyncIterable<ExecutionChange>): AsyncGenerator<EventFrame> {
  for await (const change of changes)
    yield { id: change.position, event: change.type, data: JSON.stringify(change) };
}
