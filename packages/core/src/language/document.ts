/**
 * The DSL's documents as authors write them: plain JSON values that `parse` has checked. Nothing is normalised;
 * an absent member stands for the default that its comment names.
 */
import type { Json, JsonObject } from '../model/json.ts';

export interface WorkflowDocument {
  readonly document: DocumentHeader;
  readonly input?: InputTransform;
  readonly use?: Use;
  readonly do: TaskList;
  readonly timeout?: Timeout | string;
  readonly output?: OutputTransform;
  readonly schedule?: Schedule;
  readonly evaluate?: Evaluate;
}

export interface DocumentHeader {
  readonly dsl: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  /** Markdown */
  readonly summary?: string;
  readonly tags?: JsonObject;
  readonly metadata?: JsonObject;
}

export interface Evaluate {
  /** default: jq */
  readonly language?: string;
  /** default: strict */
  readonly mode?: 'strict' | 'loose';
}

/** Reusable parts, by name. */
export interface Use {
  readonly authentications?: Named<AuthenticationPolicy>;
  readonly catalogs?: Named<Catalog>;
  readonly errors?: Named<ErrorDefinition>;
  readonly extensions?: readonly Named<Extension>[];
  readonly functions?: Named<Task>;
  readonly retries?: Named<RetryPolicy>;
  readonly secrets?: readonly string[];
  readonly timeouts?: Named<Timeout>;
}

export type Named<T> = Readonly<Record<string, T>>;

export interface Catalog {
  readonly endpoint: Endpoint;
}

export interface Extension {
  readonly extend: ExtendedKind;
  readonly when?: string;
  readonly before?: TaskList;
  readonly after?: TaskList;
}

export type ExtendedKind = Exclude<TaskKeyword, 'do' | 'fork'> | 'composite' | 'all';

export interface Schedule {
  readonly every?: Duration;
  readonly cron?: string;
  readonly after?: Duration;
  readonly on?: EventConsumption;
  readonly read?: EventReading;
}

/** An object of units that add up, an ISO 8601 text, or an expression that yields one. */
export type Duration = DurationUnits | string;

export interface DurationUnits {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly milliseconds?: number;
}

export interface Timeout {
  readonly after: Duration;
}

export interface InputTransform {
  readonly schema?: SchemaSource;
  readonly from?: string | JsonObject;
}

export interface OutputTransform {
  readonly schema?: SchemaSource;
  readonly as?: string | JsonObject;
}

export type ExportTransform = OutputTransform;

export interface SchemaSource {
  /** default: json */
  readonly format?: string;
  readonly document?: Json;
  readonly resource?: ExternalResource;
}

export interface ExternalResource {
  readonly name?: string;
  readonly endpoint: Endpoint;
}

/** A URI template, an expression that yields a URI, or one of them with an authentication. */
export type Endpoint = string | { readonly uri: string; readonly authentication?: Authentication };

export type Authentication = AuthenticationPolicy | { readonly use: string };

export type AuthenticationPolicy =
  | { readonly basic: Credentials | SecretReference }
  | { readonly bearer: { readonly token: string } | SecretReference | string }
  | { readonly digest: Credentials | SecretReference }
  | { readonly oauth2: OAuth2 | SecretReference }
  | { readonly oidc: OAuth2 | SecretReference };

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** `use` names a secret whose members are those of the policy. */
export interface SecretReference {
  readonly use: string;
}

export interface OAuth2 {
  readonly authority: string;
  readonly grant: string;
  readonly endpoints?: {
    readonly token?: string;
    readonly revocation?: string;
    readonly introspection?: string;
  };
  readonly client?: {
    readonly id?: string;
    readonly secret?: string;
    readonly assertion?: string;
    /** default: client_secret_post */
    readonly authentication?: string;
  };
  readonly request?: { readonly encoding?: string };
  readonly issuers?: readonly string[];
  readonly scopes?: readonly string[];
  readonly audiences?: readonly string[];
  readonly username?: string;
  readonly password?: string;
  readonly subject?: OAuth2Token;
  readonly actor?: OAuth2Token;
}

export interface OAuth2Token {
  readonly token: string;
  readonly type: string;
}

export interface ErrorDefinition {
  readonly type: string;
  readonly status: number | string;
  readonly instance?: string;
  readonly title?: string;
  readonly detail?: string;
}

export interface RetryPolicy {
  readonly when?: string;
  readonly exceptWhen?: string;
  readonly delay?: Duration;
  readonly backoff?:
    | { readonly constant: JsonObject }
    | { readonly linear: JsonObject }
    | { readonly exponential: JsonObject };
  readonly limit?: {
    readonly attempt?: { readonly count?: number; readonly duration?: Duration };
    readonly duration?: Duration;
  };
  readonly jitter?: { readonly from: Duration; readonly to: Duration };
}

export type EventReading = 'data' | 'envelope' | 'raw';

export type EventConsumption =
  | { readonly all: readonly EventFilter[] }
  | { readonly any: readonly EventFilter[]; readonly until?: string | EventConsumption }
  | { readonly one: EventFilter };

export interface EventFilter {
  readonly with: JsonObject;
  readonly correlate?: Named<{ readonly from: string; readonly expect?: string }>;
}

export interface SubscriptionIterator {
  /** default: item */
  readonly item?: string;
  /** default: index */
  readonly at?: string;
  readonly do?: TaskList;
  readonly output?: OutputTransform;
  readonly export?: ExportTransform;
}

/** Each entry has one member: the task, by its name. */
export type TaskList = readonly Named<Task>[];

export interface TaskCommon {
  readonly if?: string;
  readonly input?: InputTransform;
  readonly output?: OutputTransform;
  readonly export?: ExportTransform;
  readonly timeout?: Timeout | string;
  /** `continue` (default), `exit`, `end`, or the name of a task in the same list */
  readonly then?: string;
  readonly metadata?: JsonObject;
}

export interface CallTask extends TaskCommon {
  /** http, grpc, openapi, asyncapi, a2a, mcp, or a function: its name, `name:version@catalog`, or a URL */
  readonly call: string;
  readonly with?: JsonObject;
}

export interface DoTask extends TaskCommon {
  readonly do: TaskList;
}

export interface EmitTask extends TaskCommon {
  readonly emit: { readonly event: { readonly with: JsonObject } };
}

export interface ForTask extends TaskCommon {
  readonly for: ForClause;
  readonly while?: string;
  readonly do: TaskList;
}

export interface ForClause {
  /** default: item */
  readonly each?: string;
  readonly in: string | readonly Json[];
  /** default: index */
  readonly at?: string;
}

export interface ForkTask extends TaskCommon {
  readonly fork: { readonly branches: TaskList; readonly compete?: boolean };
}

export interface ListenTask extends TaskCommon {
  readonly listen: { readonly to: EventConsumption; readonly read?: EventReading };
  readonly foreach?: SubscriptionIterator;
}

export interface RaiseTask extends TaskCommon {
  readonly raise: { readonly error: ErrorDefinition | string };
}

export interface RunTask extends TaskCommon {
  readonly run: RunProcess & {
    /** default: true */
    readonly await?: boolean;
    /** default: stdout */
    readonly return?: 'stdout' | 'stderr' | 'code' | 'all' | 'none';
  };
}

export type RunProcess =
  | { readonly container: ContainerProcess }
  | { readonly script: ScriptProcess }
  | { readonly shell: ShellProcess }
  | { readonly workflow: SubWorkflow };

/** A list, a map (as the releases before 1.0.3 had it), or an expression that yields one. */
export type ProcessArguments = readonly Json[] | JsonObject | string;

export interface ContainerProcess {
  readonly image: string;
  readonly name?: string;
  readonly command?: string;
  readonly ports?: JsonObject | string;
  readonly volumes?: JsonObject | string;
  readonly environment?: JsonObject | string;
  readonly stdin?: string;
  readonly arguments?: ProcessArguments;
  readonly lifetime?: { readonly cleanup: 'always' | 'never' | 'eventually'; readonly after?: Duration };
  /** default: ifNotPresent */
  readonly pullPolicy?: 'ifNotPresent' | 'always' | 'never';
}

export interface ScriptProcess {
  readonly language: string;
  readonly code?: string;
  readonly source?: ExternalResource;
  readonly stdin?: string;
  readonly arguments?: ProcessArguments;
  readonly environment?: JsonObject | string;
}

export interface ShellProcess {
  readonly command: string;
  readonly stdin?: string;
  readonly arguments?: ProcessArguments;
  readonly environment?: JsonObject | string;
}

export interface SubWorkflow {
  readonly namespace: string;
  readonly name: string;
  /** default: latest */
  readonly version?: string;
  readonly input?: Json;
}

export interface SetTask extends TaskCommon {
  readonly set: JsonObject | string;
}

export interface SwitchTask extends TaskCommon {
  /** each entry has one member: the case, by its name */
  readonly switch: readonly Named<SwitchCase>[];
}

export interface SwitchCase {
  /** absent: the default */
  readonly when?: string;
  readonly then: string;
}

export interface TryTask extends TaskCommon {
  readonly try: TaskList;
  readonly catch: TryCatch;
}

export interface TryCatch {
  readonly errors?: { readonly with?: ErrorFilter };
  /** default: error */
  readonly as?: string;
  readonly when?: string;
  readonly exceptWhen?: string;
  readonly retry?: RetryPolicy | string;
  readonly do?: TaskList;
  readonly then?: string;
}

export interface ErrorFilter {
  readonly type?: string;
  readonly status?: number;
  readonly instance?: string;
  readonly title?: string;
  readonly detail?: string;
  /** what 1.0.3 calls `detail` */
  readonly details?: string;
}

export interface WaitTask extends TaskCommon {
  readonly wait: Duration;
}

interface TaskTypes {
  readonly call: CallTask;
  readonly do: DoTask;
  readonly emit: EmitTask;
  readonly for: ForTask;
  readonly fork: ForkTask;
  readonly listen: ListenTask;
  readonly raise: RaiseTask;
  readonly run: RunTask;
  readonly set: SetTask;
  readonly switch: SwitchTask;
  readonly try: TryTask;
  readonly wait: WaitTask;
}

/** The member that says what a task does. */
export type TaskKeyword = keyof TaskTypes;

export type Task = TaskTypes[TaskKeyword];

/** A task with its kind, for a `switch` over kinds that narrows the task. */
export type KindedTask = {
  readonly [K in TaskKeyword]: { readonly kind: K; readonly task: TaskTypes[K] };
}[TaskKeyword];

/** A `for` task has `do` too, so `do` comes last. */
export const taskKinds: readonly TaskKeyword[] = [
  'call',
  'emit',
  'for',
  'fork',
  'listen',
  'raise',
  'run',
  'set',
  'switch',
  'try',
  'wait',
  'do',
];

/** The kind of a checked task: the one member that names what it does. */
export function taskKind(task: Task): TaskKeyword {
  const kind = taskKinds.find((each) => Object.hasOwn(task, each));
  if (kind === undefined) throw new Error('a task without a kind: it was not checked by parse');
  return kind;
}

/** @example const { kind, task } = kinded(entry); switch (kind) { case 'wait': task.wait } */
export function kinded(task: Task): KindedTask {
  return { kind: taskKind(task), task } as KindedTask;
}

/** Name and task of an entry of a task list. */
export function namedTask(entry: Named<Task>): readonly [name: string, task: Task] {
  const [first] = Object.entries(entry);
  if (first === undefined)
    throw new Error('an entry of a task list without a task: it was not checked by parse');
  return first;
}
