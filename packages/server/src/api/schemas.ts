/** The shapes that the API speaks, as JSON Schema. */
import { phases } from '@millrace/core';
import { type TSchema, Type } from 'typebox';
import { eventMatchesSchema, eventNames, missedBy, publishedEventSchema } from './event-schemas.ts';

export const instant = (description: string) => Type.String({ format: 'date-time', description });
export const anyJson = (description: string) => Type.Unsafe<unknown>({ description });

export const phaseSchema = Type.Enum([...phases], { description: 'Phase of an execution.' });

const namePattern = '^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$';
const versionSchema = Type.String({ minLength: 1, maxLength: 128, description: 'Semantic version.' });

export const workflowIdSchema = Type.Object(
  {
    namespace: Type.String({ pattern: namePattern }),
    name: Type.String({ pattern: namePattern }),
    version: Type.Optional(versionSchema),
  },
  { additionalProperties: false },
);

const workflowMembers = {
  id: Type.String({ description: 'namespace/name/version' }),
  namespace: Type.String(),
  name: Type.String(),
  version: Type.String(),
  title: Type.Optional(Type.String()),
  summary: Type.Optional(Type.String()),
  tags: Type.Optional(Type.Unsafe<Record<string, unknown>>({ type: 'object' })),
  digest: Type.String({ description: 'Digest of the text.' }),
  format: Type.Enum(['yaml', 'json'] as const),
  createdAt: instant('When this version was published.'),
  unsupported: Type.Array(
    Type.Object({ pointer: Type.String(), line: Type.Integer(), message: Type.String() }),
    {
      description: 'Parts that this server parses but does not run yet; starting such a workflow is refused.',
    },
  ),
};

export const workflowSchema = Type.Object(workflowMembers);
export const workflowSourceSchema = Type.Object({
  ...workflowMembers,
  source: Type.String({ description: 'The document as it was published.' }),
  warnings: Type.Optional(
    Type.Array(Type.Object({ pointer: Type.String(), line: Type.Integer(), message: Type.String() }), {
      description:
        'What is an error when it is run: workflows that it runs and that are not published as it stands, and secrets where their value would be recorded. Absent: there is none.',
    }),
  ),
});

export const executionIdPattern = '^[A-Za-z0-9][A-Za-z0-9._~-]{0,399}$';
const executionIdSchema = Type.String({ pattern: executionIdPattern, description: 'Id of an execution.' });

export const startSchema = Type.Object(
  {
    workflow: Type.Optional(workflowIdSchema),
    definition: Type.Optional(
      Type.Unsafe<string | { readonly [key: string]: never }>({
        type: ['string', 'object'],
        description: 'An inline definition: its text (YAML or JSON), or the document itself.',
      }),
    ),
    input: Type.Optional(anyJson('Any JSON value; the default is an empty object as the language has it.')),
    id: Type.Optional(executionIdSchema),
  },
  { additionalProperties: false, description: 'Exactly one of workflow and definition.' },
);

export const reasonSchema = Type.Optional(
  Type.String({ maxLength: 1_000, description: 'Why; it is kept with the event.' }),
);

/** What is said of an effect that is in doubt. */
export const resolutionSchema = {
  as: Type.Enum(['done', 'failed', 'again'] as const, {
    description:
      'done: with `output`; failed: with `error`; again: it is done once more, with the same idempotency key.',
  }),
  output: Type.Optional(anyJson('What it yielded: what the task goes on with.')),
  error: Type.Optional(
    Type.Object(
      {
        type: Type.Optional(
          Type.String({ minLength: 1, maxLength: 2_048, description: 'URI of the kind of error.' }),
        ),
        status: Type.Optional(Type.Integer({ minimum: 100, maximum: 599 })),
        title: Type.Optional(Type.String({ maxLength: 1_000 })),
        detail: Type.Optional(Type.String({ maxLength: 10_000 })),
      },
      { additionalProperties: false, description: 'Absent, or in part: a communication error.' },
    ),
  ),
};

export const largeValueSchema = Type.Object(
  {
    preview: Type.String({ description: 'The first 2,000 characters of its JSON text, cut anywhere.' }),
    bytes: Type.Integer({ description: 'Size of the JSON text in UTF-8.' }),
    href: Type.String({ description: 'Path under which the whole is found as application/json.' }),
  },
  {
    description:
      'Stands for a value of more than 65,536 bytes of JSON; `large` names the members that are one.',
  },
);
const large = (of: string) =>
  Type.Optional(
    Type.Array(Type.String(), {
      description: `JSON pointers ${of} of the members that are a LargeValue instead of the value itself; absent: none is.`,
    }),
  );

const errorSchema = Type.Object({
  type: Type.String({ description: 'URI of the kind of error.' }),
  status: Type.Number(),
  title: Type.Optional(Type.String()),
  detail: Type.Optional(Type.String()),
  instance: Type.Optional(Type.String({ description: 'JSON pointer to the task that raised it.' })),
  source: Type.Optional(Type.Object({ line: Type.Integer(), column: Type.Integer() })),
});

const executionMembers = {
  id: Type.String(),
  workflow: Type.Object({ namespace: Type.String(), name: Type.String(), version: Type.String() }),
  definition: Type.String({ description: 'Digest of the definition that runs.' }),
  status: phaseSchema,
  startedAt: instant('When it started.'),
  updatedAt: instant('When its last event happened.'),
  endedAt: Type.Optional(instant('When it ended.')),
};

export const executionSchema = Type.Object({
  ...executionMembers,
  input: Type.Optional(anyJson('The raw input.')),
  output: Type.Optional(anyJson('The output, once it has completed.')),
  large: large('into this view'),
  error: Type.Optional(errorSchema),
  version: Type.Integer({ description: 'Version of the last event.' }),
  retryOf: Type.Optional(Type.String({ description: 'The execution that this one goes on from.' })),
  parent: Type.Optional(
    Type.Object(
      { execution: Type.String(), version: Type.Integer() },
      { description: 'The execution that runs this one, and the version of its event that asked for it.' },
    ),
  ),
  cause: Type.Optional(
    Type.Object(
      {
        type: Type.Literal('schedule'),
        source: Type.Enum(['cron', 'every', 'after', 'on'] as const),
        due: instant('When it was due.'),
        events: Type.Optional(
          Type.Array(Type.String(), { description: 'Keys of the events that started it.' }),
        ),
      },
      { description: 'The schedule that started it.' },
    ),
  ),
});

export const executionSummarySchema = Type.Object({
  ...executionMembers,
  error: Type.Optional(Type.String()),
});

export const eventSchema = Type.Object({
  id: Type.String({ description: 'execution/version' }),
  version: Type.Integer({ minimum: 1 }),
  time: instant('When it happened.'),
  commit: Type.String({ description: 'Id of the commit that holds it.' }),
  fact: Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    required: ['type'],
    properties: { type: { type: 'string' } },
    description: 'What happened, such as task.completed.',
  }),
  large: large('into fact'),
});

export const cloudEventSchema = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String({ description: 'execution/version.k' }),
  source: Type.String({ description: '/namespace/name/version of the workflow' }),
  subject: Type.String({ description: 'The execution.' }),
  type: Type.String({ description: 'Such as io.serverlessworkflow.task.completed.v1.' }),
  time: instant('When it happened.'),
  datacontenttype: Type.Literal('application/json'),
  data: Type.Unsafe<Record<string, unknown>>({ type: 'object' }),
});

const wakeUpKinds = [
  ...(['effect', 'timer', 'event', 'child', 'send'] as const),
  ...(['command', 'approval', 'resume', 'place'] as const),
] as const;

export const wakeUpSchema = Type.Object({
  id: Type.String(),
  kind: Type.Enum(wakeUpKinds),
  due: instant('From when it may be taken; 9999-12-31T23:59:59.000Z: no time brings it about.'),
  attempt: Type.Integer({ description: 'How often it was taken.' }),
  lease: Type.Optional(Type.Object({ owner: Type.String(), until: instant('When the lease lapses.') })),
  unsafe: Type.Boolean({ description: 'At most once: never repeated when its outcome is unknown.' }),
  doubt: Type.Boolean({ description: 'Its outcome is unknown; somebody must say.' }),
  limit: Type.Optional(
    Type.String({ description: 'The limit by which it waits for a place, such as workflow:shop/order.' }),
  ),
  listens: Type.Optional(
    Type.Object(
      {
        task: Type.String({ description: 'Pointer of the task.' }),
        with: Type.Unsafe<Record<string, unknown>>({
          type: 'object',
          description: 'The filter, as it is written.',
        }),
        correlate: Type.Optional(
          Type.Unsafe<Record<string, unknown>>({
            type: 'object',
            description: 'Values that its events must have.',
          }),
        ),
        until: Type.Optional(Type.Literal(true, { description: 'An event of it ends the listening.' })),
        missed: Type.Optional(
          Type.Object(
            { ...eventNames, at: instant('When it was matched.'), ...missedBy },
            { description: 'The last event of the type that it did not take, kept for some days.' },
          ),
        ),
      },
      { description: 'Of kind event: what it listens for.' },
    ),
  ),
});

export const definitionSchema = Type.Object({
  digest: Type.String({ description: 'Digest of the text.' }),
  namespace: Type.String(),
  name: Type.String(),
  version: Type.String(),
  title: Type.Optional(Type.String()),
  summary: Type.Optional(Type.String()),
  format: Type.Enum(['yaml', 'json'] as const),
  source: Type.String({ description: 'The text as it was given.' }),
  document: Type.Unsafe<Record<string, unknown>>({ type: 'object', description: 'The text as JSON.' }),
  unsupported: workflowMembers.unsupported,
});

const check = Type.Object({ ok: Type.Boolean(), detail: Type.Optional(Type.String()) });
const figures = (description: string) => Type.Record(Type.String(), Type.Number(), { description });

export const readinessSchema = Type.Object({
  ready: Type.Boolean(),
  checks: Type.Record(Type.String(), check, {
    description:
      'By part: store, and each role of this process: worker, executor, timer, events; tail, where it reads the log.',
  }),
});

export const systemSchema = Type.Object({
  version: Type.String(),
  node: Type.String({ description: 'Id of the process among those on its store.' }),
  startedAt: instant('When the process started.'),
  uptimeMs: Type.Number(),
  roles: Type.Array(Type.String()),
  ready: readinessSchema.properties.ready,
  checks: readinessSchema.properties.checks,
  store: Type.Object({
    driver: Type.String({ description: 'memory or sqlite.' }),
    durability: Type.Enum(['memory', 'process-crash', 'power-loss'] as const, {
      description: 'What acknowledged work survives; memory: nothing.',
    }),
    description: Type.String(),
  }),
  executions: figures('Executions of all tenants by status.'),
  wakeUps: figures('The wake-up ledger by kind.'),
  overdue: Type.Integer({ description: 'Wake-ups that are long due and that nobody took.' }),
  inDoubt: Type.Integer({ description: 'Effects whose outcome nobody knows; see resolveEffect.' }),
  orphans: Type.Object(
    {
      count: Type.Integer(),
      ids: Type.Array(Type.String(), { description: 'Of your tenant, the first 100.' }),
    },
    { description: 'Open executions that own no wake-up; there must be none.' },
  ),
  limits: figures('By the name of the setting.'),
});

/** A process among those on the store. */
export const nodeSchema = Type.Object({
  id: Type.String(),
  version: Type.String({ description: 'Of Millrace.' }),
  factSchema: Type.Integer({ description: 'Of the facts that it writes, and the newest that it reads.' }),
  roles: Type.Array(Type.String()),
  host: Type.String(),
  pid: Type.Integer(),
  startedAt: instant('When the process started.'),
  lastSeen: instant("When it was heard of last, by the store's clock."),
  state: Type.Enum(['running', 'draining', 'silent'] as const, {
    description: 'draining: it takes nothing new, and ends; silent: it should have been heard of.',
  }),
  load: Type.Object({
    executionsInMemory: Type.Integer(),
    effectsRunning: Type.Integer(),
    effectsMax: Type.Integer({ description: 'Effects that it does at the same time at most.' }),
    lagMs: Type.Integer({
      description: 'For how long the oldest work that it may take had been due when it looked last.',
    }),
  }),
  limits: Type.Optional(
    figures(
      'How much it lets be under way at once, by the name of the limit; say the same to all processes.',
    ),
  ),
});

/** A function of the server's own catalog. */
export const functionSchema = Type.Object({
  name: Type.String(),
  version: Type.String(),
  digest: Type.String({ description: 'Of its text.' }),
  source: Type.String({ description: 'The task as it was published.' }),
  createdAt: Type.String({ format: 'date-time' }),
});

/** A page of a list; `cursor` is absent on the last. */
export function pageSchema(item: TSchema) {
  return Type.Object({
    items: Type.Array(item),
    cursor: Type.Optional(Type.String({ description: 'For the next page; absent: this was the last.' })),
  });
}

export const problemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:millrace:problem:CODE' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.Optional(Type.String()),
    instance: Type.Optional(Type.String({ description: 'Path of the request.' })),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          line: Type.Optional(Type.Integer({ minimum: 1 })),
          column: Type.Optional(Type.Integer({ minimum: 1 })),
          pointer: Type.Optional(Type.String({ description: 'JSON pointer into what was sent.' })),
          message: Type.String(),
        }),
      ),
    ),
  },
  { description: 'Problem details (RFC 9457).' },
);

/** The named schemas of the OpenAPI document. */
export const components: Readonly<Record<string, TSchema>> = {
  Workflow: workflowSchema,
  WorkflowSource: workflowSourceSchema,
  StartExecution: startSchema,
  Execution: executionSchema,
  ExecutionSummary: executionSummarySchema,
  Event: eventSchema,
  CloudEvent: cloudEventSchema,
  WakeUp: wakeUpSchema,
  PublishedEvent: publishedEventSchema,
  EventMatches: eventMatchesSchema,
  LargeValue: largeValueSchema,
  Definition: definitionSchema,
  Function: functionSchema,
  Readiness: readinessSchema,
  System: systemSchema,
  Node: nodeSchema,
  Problem: problemSchema,
};
