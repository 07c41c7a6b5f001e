/** Operations on the schedules of workflows. */
import { Type } from 'typebox';
import { defineOperation, type Operation } from './operation.ts';
import { instant, reasonSchema } from './schemas.ts';

const path = '/api/v1/workflows/{namespace}/{name}/schedule';
const label = (description: string) =>
  Type.String({ pattern: '^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$', description });
const params = Type.Object({
  namespace: label('Namespace of the workflow.'),
  name: label('Name of the workflow.'),
});

const timed = Type.Enum(['cron', 'every', 'after'] as const);
const source = Type.Enum(['cron', 'every', 'after', 'on'] as const);
const due = instant('When it is due.');

const scheduleSchema = Type.Object({
  workflow: Type.String({ description: 'namespace/name/version of what is started: the latest version.' }),
  status: Type.Enum(['active', 'paused', 'idle'] as const, {
    description: 'idle: its definition cannot be run, so nothing is started.',
  }),
  paused: Type.Optional(Type.Object({ at: instant('Since when.'), reason: Type.Optional(Type.String()) })),
  idle: Type.Optional(Type.String({ description: 'Why it is idle.' })),
  cron: Type.Optional(Type.String()),
  everyMs: Type.Optional(Type.Integer()),
  afterMs: Type.Optional(Type.Integer({ description: 'From the end of a run to the next.' })),
  on: Type.Optional(
    Type.Object(
      {},
      { additionalProperties: true, description: 'The events that start runs, as it is written.' },
    ),
  ),
  read: Type.Optional(
    Type.Enum(['data', 'envelope', 'raw'] as const, { description: 'What a run has of each event.' }),
  ),
  timeZone: Type.String({ description: 'Where the clock hangs that cron speaks of.' }),
  misfire: Type.Enum(['once', 'skip', 'all'] as const, {
    description: 'What becomes of runs that were missed by more than a minute.',
  }),
  next: Type.Array(Type.Object({ source: timed, due }), {
    description: 'The next instants, in order; none while it is held.',
  }),
  running: Type.Array(Type.String(), { description: 'Runs of `after` whose end is waited for.' }),
  last: Type.Optional(
    Type.Object({ source, due, execution: Type.String() }, { description: 'The run that was started last.' }),
  ),
});

const example = {
  workflow: 'examples/nightly-report/1.0.0',
  status: 'active',
  cron: '30 2 * * *',
  timeZone: 'Europe/Berlin',
  misfire: 'once',
  next: [{ source: 'cron', due: '2026-11-22T01:30:00.000Z' }],
  running: [],
  last: {
    source: 'cron',
    due: '2026-11-21T01:30:00.000Z',
    execution: 'examples.nightly-report~cron-20261121T013000000Z',
  },
};

const responses = (description: string) => [
  { status: 200, description, content: { 'application/json': scheduleSchema }, example },
];

export const scheduleOperations: readonly Operation[] = [
  defineOperation({
    name: 'getSchedule',
    summary: 'When a workflow starts by itself',
    description: 'What the latest version says, and the next instants.',
    tag: 'workflows',
    permission: 'workflows:read',
    method: 'GET',
    path,
    params,
    query: Type.Object(
      { count: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 5 })) },
      { additionalProperties: false },
    ),
    responses: responses('The schedule.'),
    problems: ['not-found'],
    handler: async ({ engine }, { tenant, params: id, query }) => ({
      type: 'json',
      status: 200,
      body: await engine.schedule(tenant, id, query),
    }),
  }),
  defineOperation({
    name: 'pauseSchedule',
    summary: 'Hold a schedule',
    description: 'Nothing is started until it is resumed, and what would have been due is not made up for.',
    tag: 'workflows',
    permission: 'workflows:write',
    method: 'POST',
    path: `${path}/pause`,
    params,
    body: {
      type: 'json',
      required: false,
      schema: Type.Object({ reason: reasonSchema }, { additionalProperties: false }),
      example: { reason: 'the shop is closed' },
    },
    responses: responses('The schedule as it stands.'),
    problems: ['not-found'],
    handler: async ({ engine }, { tenant, params: id, body }) => ({
      type: 'json',
      status: 200,
      body: await engine.pauseSchedule(tenant, id, body?.reason),
    }),
  }),
  defineOperation({
    name: 'resumeSchedule',
    summary: 'Let a schedule go on',
    tag: 'workflows',
    permission: 'workflows:write',
    method: 'POST',
    path: `${path}/resume`,
    params,
    responses: responses('The schedule as it stands.'),
    problems: ['not-found'],
    handler: async ({ engine }, { tenant, params: id }) => ({
      type: 'json',
      status: 200,
      body: await engine.resumeSchedule(tenant, id),
    }),
  }),
];
