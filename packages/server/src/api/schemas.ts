/** The shapes that the API speaks, as JSON Schema. */
import { type TSchema, Type } from 'typebox';

const instant = (description: string) => Type.String({ format: 'date-time', description });
const anyJson = (description: string) => Type.Unsafe<unknown>({ description });

export const phases = [
  'pending',
  'running',
  'waiting',
  'suspended',
  'cancelled',
  'faulted',
  'completed',
] as const;
export const phaseSchema = Type.Enum(phases, { description: 'Phase of an execution.' });

const namePattern = '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$';
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
});

export const executionIdPattern = '^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$';
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
  error: Type.Optional(errorSchema),
  version: Type.Integer({ description: 'Version of the last event.' }),
  retryOf: Type.Optional(Type.String({ description: 'The execution that this one goes on from.' })),
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

export const wakeUpSchema = Type.Object({
  id: Type.String(),
  kind: Type.Enum(['effect', 'timer', 'event', 'child', 'send', 'command', 'approval', 'resume'] as const),
  due: instant('From when it may be taken.'),
  attempt: Type.Integer({ description: 'How often it was taken.' }),
  lease: Type.Optional(Type.Object({ owner: Type.String(), until: instant('When the lease lapses.') })),
  unsafe: Type.Boolean({ description: 'At most once: never repeated when its outcome is unknown.' }),
  doubt: Type.Boolean({ description: 'Its outcome is unknown; somebody must say.' }),
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
  Problem: problemSchema,
};
