/** The shapes of events that were published, and of what became of them. */
import { Type } from 'typebox';

export const eventNames = {
  id: Type.String(),
  source: Type.String(),
  key: Type.String({ description: 'What the event is known by here.' }),
};

export const missedBy = {
  predicate: Type.String({
    description: 'What failed: the member of `with`, correlate.NAME, or filter, which could not be asked.',
  }),
  detail: Type.Optional(Type.String()),
};

export const publishedEventSchema = Type.Object({
  ...eventNames,
  duplicate: Type.Boolean({
    description: 'One of this source and id was published before; it is the one that counts.',
  }),
});

const reachedSchema = {
  execution: Type.String(),
  task: Type.String({ description: 'Pointer of the task.' }),
};

export const eventMatchesSchema = Type.Object({
  event: Type.Object({
    key: Type.String(),
    id: Type.String(),
    source: Type.String(),
    type: Type.String(),
    subject: Type.Optional(Type.String()),
    time: Type.Optional(Type.String()),
  }),
  woke: Type.Object({
    count: Type.Integer(),
    executions: Type.Array(Type.Object(reachedSchema), { description: 'The first 100.' }),
  }),
  schedules: Type.Optional(
    Type.Array(
      Type.Object({
        workflow: Type.String(),
        outcome: Type.Enum(['started', 'gathered', 'missed'] as const),
        predicate: Type.Optional(missedBy.predicate),
        detail: missedBy.detail,
      }),
      { description: 'What it was to workflows that events start. Absent: none asks for its type.' },
    ),
  ),
  missed: Type.Array(Type.Object({ ...reachedSchema, ...missedBy }), {
    description: 'Some that waited for something like it.',
  }),
});
