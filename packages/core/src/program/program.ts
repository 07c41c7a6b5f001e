/**
 * The program: what every language is lowered to. Plain data, so that it can be printed, compared and kept; each
 * node remembers the JSON pointer of the text it came from, and errors and pages speak of that place.
 *
 * It holds more than the Open Workflow DSL 1.0 can say: joins by quorum, loops with several iterations at once,
 * compensation, going on as another workflow, and graphs whose edges have conditions. Those are what DSL 0.8 and
 * graph flows need.
 */
import type { HttpOutput } from '../model/effects.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Timetable } from '../schedule/timetable.ts';
import type { MissingResource, ResourceFault } from './resources.ts';

/** A jq expression and the pointer to the scalar it stands in. */
export interface Expression {
  readonly type: 'jq';
  readonly source: string;
  readonly at: string;
  /** mode `loose`: the text itself, which stands in when the evaluation fails */
  readonly otherwise?: string;
}

/** A value with expressions at its leaves. */
export type Template =
  | { readonly type: 'literal'; readonly value: Json }
  | Expression
  | { readonly type: 'text'; readonly parts: readonly (string | Expression)[]; readonly at: string }
  | { readonly type: 'object'; readonly members: readonly (readonly [string, Template])[] }
  | { readonly type: 'array'; readonly items: readonly Template[] };

/** A schema given in the text, or a resource that holds it. */
export type SchemaSource =
  | { readonly type: 'inline'; readonly schema: Json; readonly at: string }
  | { readonly type: 'resource'; readonly at: string };

export interface Intake {
  readonly schema?: SchemaSource;
  readonly from?: Template;
}

export interface Outlet {
  readonly schema?: SchemaSource;
  readonly as?: Template;
}

/** A duration known at load, or computed. */
export type DurationSource =
  | { readonly type: 'fixed'; readonly milliseconds: number }
  | { readonly type: 'computed'; readonly value: Template; readonly at: string };

export type AuthenticationSource =
  | { readonly scheme: 'basic' | 'digest'; readonly username: Template; readonly password: Template }
  | { readonly scheme: 'bearer'; readonly token: Template }
  | { readonly scheme: 'oauth2' | 'oidc'; readonly authority: UriSource; readonly policy: Template }
  | { readonly scheme: 'basic' | 'bearer' | 'digest' | 'oauth2' | 'oidc'; readonly secret: string };

export type UriSource =
  | { readonly type: 'template'; readonly template: string; readonly at: string }
  | { readonly type: 'computed'; readonly value: Template; readonly at: string };

export interface ErrorSource {
  readonly type: Template;
  readonly status: Template;
  readonly title?: Template;
  readonly detail?: Template;
  readonly instance?: Template;
}

/** What the members of `catch.errors.with` must equal. */
export interface ErrorFilter {
  readonly type?: Template;
  readonly status?: Template;
  readonly title?: Template;
  readonly detail?: Template;
  readonly instance?: Template;
}

export interface RetrySource {
  readonly when?: Expression;
  readonly exceptWhen?: Expression;
  readonly delay?: DurationSource;
  readonly backoff: 'constant' | 'linear' | 'exponential';
  readonly limit: {
    /** attempts in all, the first included */
    readonly attemptsMax?: number;
    /** of one attempt */
    readonly attemptDuration?: DurationSource;
    /** from the first attempt on */
    readonly duration?: DurationSource;
  };
  readonly jitter?: { readonly from: DurationSource; readonly to: DurationSource };
}

interface NodeBase {
  readonly name: string;
  /** JSON pointer of the task in the text */
  readonly pointer: string;
  /** what `$task.reference` and errors say instead of `pointer`: the task that this node is the extension of */
  readonly reference?: string;
  readonly if?: Expression;
  readonly input?: Intake;
  readonly output?: Outlet;
  readonly export?: Outlet;
  readonly timeout?: DurationSource;
  /** `continue` is absent; else `exit`, `end` or a name in the same list */
  readonly then?: string;
  /** tasks that undo this one when the workflow compensates */
  readonly compensatedBy?: readonly Node[];
}

export interface DoNode extends NodeBase {
  readonly kind: 'do';
  readonly tasks: readonly Node[];
}

export interface SetNode extends NodeBase {
  readonly kind: 'set';
  readonly value: Template;
  /** DSL 0.8: state data is merged into, not replaced */
  readonly merge?: true;
}

export interface SwitchNode extends NodeBase {
  readonly kind: 'switch';
  /** `then` is `continue`, `exit`, `end` or a name in the same list */
  readonly cases: readonly { readonly name: string; readonly when?: Expression; readonly then: string }[];
}

export interface ForNode extends NodeBase {
  readonly kind: 'for';
  readonly each: string;
  readonly at: string;
  readonly in: Template;
  readonly while?: Expression;
  readonly tasks: readonly Node[];
  /** iterations at once; absent: one after the other, each with the output of the one before */
  readonly concurrency?: number;
}

export interface ForkNode extends NodeBase {
  readonly kind: 'fork';
  readonly branches: readonly Node[];
  /** how many branches must end for the fork to end; the rest is cancelled */
  readonly join:
    | { readonly type: 'all' }
    | { readonly type: 'first' }
    | { readonly type: 'quorum'; readonly count: number };
}

export interface TryNode extends NodeBase {
  readonly kind: 'try';
  readonly tasks: readonly Node[];
  readonly errors?: ErrorFilter;
  readonly as: string;
  readonly when?: Expression;
  readonly exceptWhen?: Expression;
  readonly retry?: RetrySource;
  /** absent: the error is swallowed and the task yields its input */
  readonly handler?: readonly Node[];
  /** where to go after an error was caught, instead of `then` */
  readonly catchThen?: string;
}

export interface RaiseNode extends NodeBase {
  readonly kind: 'raise';
  readonly error: ErrorSource;
}

export interface WaitNode extends NodeBase {
  readonly kind: 'wait';
  readonly duration: DurationSource;
}

export interface EmitNode extends NodeBase {
  readonly kind: 'emit';
  readonly event: Template;
}

/** What a value of an event must be like. */
export type Pattern =
  | { readonly type: 'equals'; readonly value: Json }
  /** the text itself; with `regex`, also what fits it from beginning to end */
  | { readonly type: 'text'; readonly value: string; readonly regex: boolean }
  /** has these members, and may have others */
  | { readonly type: 'object'; readonly members: readonly (readonly [string, Pattern])[] }
  /** over the value itself: a boolean decides, any other result is what the value must equal */
  | { readonly type: 'computed'; readonly value: Template };

export interface EventFilter {
  /** the members of `with`, by attribute; `data` is one of them */
  readonly with: readonly (readonly [string, Pattern])[];
  readonly correlate: readonly {
    readonly name: string;
    /** over the whole event; it names no variable */
    readonly from: Expression;
    /** over the task's input, when the listening starts; absent: the first value that is extracted */
    readonly expect?: Template;
  }[];
  readonly pointer: string;
}

export interface EventStrategy {
  readonly type: 'all' | 'any' | 'one';
  readonly filters: readonly EventFilter[];
}

export type EventReading = 'data' | 'envelope' | 'raw';

/** Waits for events. Its filters are numbered: those of `to`, then those of an `until` that is events. */
export interface ListenNode extends NodeBase {
  readonly kind: 'listen';
  readonly to: EventStrategy;
  readonly until?:
    | { readonly type: 'condition'; readonly when: Expression }
    | { readonly type: 'consumed'; readonly strategy: EventStrategy };
  readonly read: EventReading;
  readonly foreach?: {
    readonly each: string;
    readonly at: string;
    readonly tasks: readonly Node[];
    readonly output?: Outlet;
    readonly export?: Outlet;
  };
}

export interface CallNode extends NodeBase {
  readonly kind: 'call';
  readonly call: CallSource;
  /** at most once */
  readonly unsafe?: true;
}

export type CallSource =
  | {
      readonly type: 'http';
      readonly method: Template;
      readonly uri: UriSource;
      readonly headers?: Template;
      readonly query?: Template;
      readonly body?: Template;
      readonly output: HttpOutput;
      readonly redirect: boolean;
      readonly authentication?: AuthenticationSource;
    }
  | {
      readonly type: 'openapi';
      readonly document: UriSource;
      readonly documentAuthentication?: AuthenticationSource;
      readonly operationId: Template;
      readonly parameters?: Template;
      readonly output: HttpOutput;
      readonly redirect: boolean;
      readonly authentication?: AuthenticationSource;
    }
  | { readonly type: 'function'; readonly name: string; readonly with?: Template }
  /** a task under a name: `function` is a key of `Program.functions` */
  | { readonly type: 'custom'; readonly function: string; readonly with?: Template };

/**
 * A task with what extensions put around it. It has the data flow of the task (`if`, `input`, `output`, `export`,
 * `timeout`), and the task itself runs in it under the pointer that the author knows.
 */
export interface ExtendedNode extends NodeBase {
  readonly kind: 'extended';
  readonly reference: string;
  readonly task: Node;
  /** in the order in which they are written: the first is the outermost */
  readonly extensions: readonly AppliedExtension[];
}

export interface AppliedExtension {
  readonly name: string;
  readonly when?: Expression;
  readonly before?: ExtensionNode;
  readonly after?: ExtensionNode;
}

/** The tasks of an extension on one side of the extended task. What they yield is dropped, but for `exit` before it. */
export interface ExtensionNode extends NodeBase {
  readonly kind: 'extension';
  readonly side: 'before' | 'after';
  /** place in `use.extensions` */
  readonly index: number;
  readonly tasks: readonly Node[];
}

/** Runs another workflow as a child, and waits for its end unless it is detached. */
export interface RunNode extends NodeBase {
  readonly kind: 'run';
  readonly workflow: {
    readonly namespace: Template;
    readonly name: Template;
    /** absent: the latest */
    readonly version?: Template;
  };
  /** absent: the task's input */
  readonly with?: Template;
  readonly detached?: true;
  /** it yields null, whatever the child yields */
  readonly silent?: true;
}

/** Parsed and checked, and not runnable yet: a workflow that holds one is not started. */
export interface UnsupportedNode extends NodeBase {
  readonly kind: 'unsupported';
  /** the words of the refusal, such as "`listen` tasks" */
  readonly feature: string;
}

/** Nodes that start when what they depend on has ended and a condition on an edge holds. */
export interface GraphNode extends NodeBase {
  readonly kind: 'graph';
  readonly nodes: readonly Node[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly when?: Expression }[];
  /** how many of its incoming edges a node waits for */
  readonly joins: Readonly<Record<string, 'all' | 'any'>>;
}

/** Runs the `compensatedBy` tasks of what has ended in this scope, the last first. */
export interface CompensateNode extends NodeBase {
  readonly kind: 'compensate';
}

/** Ends this execution and starts another workflow with its value. */
export interface ContinueAsNode extends NodeBase {
  readonly kind: 'continueAs';
  readonly workflow: { readonly namespace?: string; readonly name: string; readonly version?: string };
  readonly with?: Template;
}

export type Node =
  | DoNode
  | SetNode
  | SwitchNode
  | ForNode
  | ForkNode
  | TryNode
  | RaiseNode
  | WaitNode
  | EmitNode
  | ListenNode
  | CallNode
  | ExtendedNode
  | ExtensionNode
  | RunNode
  | UnsupportedNode
  | GraphNode
  | CompensateNode
  | ContinueAsNode;

export interface FunctionSource {
  readonly node: Node;
  /** the task as its author wrote it */
  readonly definition: JsonObject;
  /** of a function that was read: the call in the document that named it first */
  readonly at?: string;
}

export interface Program {
  readonly language: 'dsl-1.0' | 'dsl-0.8' | 'graph';
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  /** the definition as `$workflow.definition` shows it */
  readonly definition: JsonObject;
  readonly input?: Intake;
  readonly output?: Outlet;
  readonly timeout?: DurationSource;
  /** when it is started by itself */
  readonly schedule?: Timetable;
  /** pointer of the main list */
  readonly pointer: string;
  readonly tasks: readonly Node[];
  /** tasks that `call` runs by name, each once, whoever calls it */
  readonly functions: Readonly<Record<string, FunctionSource>>;
  /** secrets that expressions may name */
  readonly secrets: readonly string[];
  /** parts that are parsed but not run: `{pointer, feature}`; a program that has any is not started */
  readonly unsupported: readonly { readonly pointer: string; readonly feature: string }[];
  /** what has to be read before the program is whole; absent: nothing */
  readonly missing?: readonly MissingResource[];
  /** what is wrong with what was read; absent: nothing */
  readonly faults?: readonly ResourceFault[];
}
