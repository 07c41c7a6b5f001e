/** Every setting of the server: its type, default, meaning and names. Flags, environment and file are read by it. */
import { defaultLimits } from '@millrace/core';
import { type Static, type TSchema, Type } from 'typebox';
import { mistakeInAddress } from '../postgres-address.ts';

/** How a text (a flag, a variable) is read. */
export type TextForm = 'text' | 'number' | 'duration' | 'bytes' | 'boolean' | 'list' | 'json';

export interface Setting<S extends TSchema = TSchema> {
  readonly schema: S;
  readonly form: TextForm;
  /** absent: computed from other settings when none is given (`derived` says how) */
  readonly default?: Static<S>;
  readonly derived?: string;
  readonly description: string;
  /** environment variables beside MILLRACE_*, weaker than it */
  readonly aliases?: readonly string[];
  /** what is wrong with a value that fits the schema, as a sentence */
  readonly mistake?: (value: Static<S>) => string | undefined;
  /** never printed */
  readonly secret?: true;
}

const count = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });
const origin = Type.String({ pattern: '^https?://[^/?#@\\s]+$' });

export const roleNames = ['api', 'worker', 'executor', 'timer', 'events'] as const;
const roleSchema = Type.Enum(roleNames);
export const logLevels = ['error', 'warn', 'info', 'debug', 'trace'] as const;

const table = {
  host: setting(Type.String({ minLength: 1, maxLength: 255 }), 'text', {
    default: '127.0.0.1',
    description: 'Address to listen on. Other than loopback needs API keys, or --insecure.',
  }),
  port: setting(count(0, 65_535), 'number', {
    default: 8080,
    description: 'Port to listen on; 0 takes a free one.',
    aliases: ['PORT'],
  }),
  data: setting(Type.String({ minLength: 1 }), 'text', {
    default: './.millrace',
    description: 'Folder of the server: database, large values.',
  }),
  store: setting(Type.String({ pattern: '^(memory:|sqlite:.+|postgres(ql)?://.+)$' }), 'text', {
    derived: 'sqlite:<data>/millrace.db',
    description:
      'Where executions are kept: memory: (lost at the end of the process), sqlite:PATH, or postgres://USER:PASSWORD@HOST:PORT/DATABASE.',
    mistake: (store) => (store.startsWith('postgres') ? mistakeInAddress(store) : undefined),
    aliases: ['DATABASE_URL'],
  }),
  connectionsMax: setting(count(4, 1_000), 'number', {
    default: 20,
    description: 'Connections of this process to a PostgreSQL store.',
    aliases: ['DB_MAX_CONNECTIONS'],
  }),
  roles: setting(Type.Array(roleSchema, { minItems: 1, uniqueItems: true }), 'list', {
    default: [...roleNames],
    description: 'What this process does: api, worker, executor, timer, events.',
  }),
  logLevel: setting(Type.Enum(logLevels), 'text', {
    default: 'info',
    description: 'Least important level that is logged: error, warn, info, debug or trace.',
    aliases: ['LOG_LEVEL'],
  }),
  logFormat: setting(Type.Enum(['text', 'json'] as const), 'text', {
    derived: 'text on a terminal, json elsewhere',
    description: 'Form of the log: text or json (one object a line).',
    aliases: ['LOG_FORMAT'],
  }),
  apiKeys: setting(Type.Array(Type.String({ minLength: 1, maxLength: 512 })), 'list', {
    default: [],
    description:
      'Keys that are let in, comma separated: KEY (tenant default) or TENANT:KEY. None: everyone is.',
    aliases: ['API_KEYS'],
    secret: true,
  }),
  cors: setting(Type.Array(Type.Union([Type.Literal('*'), origin])), 'list', {
    default: [],
    description: 'Web origins whose pages may call this server, comma separated; * is every origin.',
  }),
  insecure: setting(Type.Boolean(), 'boolean', {
    default: false,
    description: 'Serve on a public address without API keys.',
  }),
  originMap: setting(Type.Record(origin, origin, { additionalProperties: false }), 'json', {
    default: {},
    description:
      'For tests and offline work: {"https://api.example.com": "http://127.0.0.1:4010"} sends calls elsewhere.',
  }),
  allow: setting(
    Type.Array(Type.String({ pattern: '^(loopback|private|[0-9a-fA-F:.]+/\\d{1,3})$' })),
    'list',
    {
      derived: 'loopback when host is loopback, else nothing',
      description:
        'Non-public addresses that workflows may call: loopback, private, or CIDR ranges, comma separated.',
    },
  ),
  secretsFile: setting(Type.String(), 'text', {
    default: '',
    description:
      'YAML or JSON file of the secrets that workflows use; MILLRACE_SECRET_<NAME> variables work without it.',
  }),
  eventsSink: setting(Type.String({ pattern: '^(https?://[^\\s]+)?$' }), 'text', {
    default: '',
    description:
      'Where lifecycle events are posted, as CloudEvents in structured mode: at least once, in order for each execution.',
  }),
  eventsStatusChanged: setting(Type.Boolean(), 'boolean', {
    default: false,
    description: 'Send the status-changed events too, which tell each change of a status once more.',
  }),
  resources: setting(Type.String(), 'text', {
    default: '',
    description:
      'Folder of the functions and schemas that definitions name by file: or relative URIs; none: they are refused.',
  }),
  bodyBytesMax: setting(count(1_024, 2 ** 30), 'bytes', {
    default: 10 * 2 ** 20,
    description: 'Largest request that the API takes.',
  }),
  jsonDepthMax: setting(count(8, 2_000), 'number', {
    default: 256,
    description: 'Deepest nesting of JSON that the API takes.',
  }),
  responseBytesMax: setting(count(1_024, 2 ** 30), 'bytes', {
    default: 10 * 2 ** 20,
    description: 'Largest answer that a call of a workflow takes.',
  }),
  blobThresholdBytes: setting(count(256, 2 ** 30), 'bytes', {
    default: 64 * 2 ** 10,
    description: 'Values larger than this are kept beside the log.',
  }),
  leaseMs: setting(count(100, 86_400_000), 'duration', {
    default: 30_000,
    description:
      'How long an executor holds an effect before another may take it; it is renewed while the effect runs.',
  }),
  effectsMax: setting(count(1, 100_000), 'number', {
    default: 256,
    description: 'Effects (calls) that run at the same time in this process.',
  }),
  limits: setting(
    Type.Array(
      Type.String({ pattern: '^(workflow:[^\\s/=,]+/[^\\s/=,]+|task:call:[^\\s=,]+)=[1-9][0-9]{0,5}$' }),
    ),
    'list',
    {
      default: [],
      description:
        'How much is under way at once, over all processes on the store, comma separated: workflow:NAMESPACE/NAME=N executions, task:call:http=N calls (or openapi, or a function of the host).',
    },
  ),
  historyEventsMax: setting(count(100, 100_000_000), 'number', {
    default: defaultLimits.historyEventsMax,
    description: 'Events that one execution may have; above it the execution faults.',
  }),
  historyBytesMax: setting(count(1_024, Number.MAX_SAFE_INTEGER), 'bytes', {
    default: defaultLimits.historyBytesMax,
    description:
      'Size of the values, about as JSON, that one execution may record; above it the execution faults.',
  }),
  jumpsMax: setting(count(1, 100_000_000), 'number', {
    default: defaultLimits.jumpsMax,
    description:
      'Times that `then` may lead backwards with no outcome of a call and no wait in between; above it the task faults.',
  }),
  childDepthMax: setting(count(1, 32), 'number', {
    default: defaultLimits.childDepthMax,
    description: 'How deep executions may run each other as children; beyond it the task faults.',
  }),
  decisionEventsMax: setting(count(1, 1_000_000), 'number', {
    default: defaultLimits.decisionEventsMax,
    description: 'Events of one decision; at the bound it is committed and goes on.',
  }),
  decisionBytesMax: setting(count(1_024, 2 ** 30), 'bytes', {
    default: defaultLimits.decisionBytesMax,
    description: 'Size of one decision; at the bound it is committed and goes on.',
  }),
  valueBytesMax: setting(count(1_024, 2 ** 31), 'bytes', {
    default: defaultLimits.valueBytesMax,
    description: 'Largest value that a task may yield, or put together for anybody.',
  }),
  expressionStepsMax: setting(count(1_000, 10 ** 12), 'number', {
    default: defaultLimits.expressionStepsMax,
    description: 'Steps of one expression; above it the task faults.',
  }),
  expressionDepthMax: setting(count(16, 100_000), 'number', {
    default: defaultLimits.expressionDepthMax,
    description: 'Depth of the evaluation of one expression; above it the task faults.',
  }),
  overdueMs: setting(count(100, 86_400_000), 'duration', {
    default: 10_000,
    description: 'A wake-up that is due for longer counts as overdue in the metrics.',
  }),
  idempotencyMs: setting(count(1_000, 366 * 86_400_000), 'duration', {
    default: 86_400_000,
    description: 'How long an idempotency key is kept; after it the same key starts another execution.',
  }),
  retentionMs: setting(count(0, 36_500 * 86_400_000), 'duration', {
    default: 0,
    description:
      'How long executions are kept that have ended: 7d or more; the disk comes back by weeks. PostgreSQL only. 0: for ever.',
  }),
  requestTimeoutMs: setting(count(100, 3_600_000), 'duration', {
    default: 60_000,
    description: 'How long a request may take to arrive whole.',
  }),
  shutdownGraceMs: setting(count(0, 600_000), 'duration', {
    default: 10_000,
    description: 'How long the server waits for what is under way when it is told to stop.',
  }),
} as const;

export const settingTable: Readonly<Record<SettingName, Setting>> = table;
export type SettingName = keyof typeof table;
export const settingNames = Object.keys(table) as SettingName[];

/** The settings as the server uses them: every one has a value. */
export type Settings = { readonly [K in SettingName]: Readonly<Static<(typeof table)[K]['schema']>> };

/** `logLevel` → `MILLRACE_LOG_LEVEL`. */
export function variableOf(name: SettingName): string {
  return `MILLRACE_${snake(name).toUpperCase()}`;
}

/** `logLevel` → `log-level`. */
export function flagOf(name: SettingName): string {
  return snake(name).replaceAll('_', '-');
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function setting<S extends TSchema>(
  schema: S,
  form: TextForm,
  rest: Omit<Setting<S>, 'schema' | 'form'>,
): Setting<S> {
  return { schema, form, ...rest };
}
