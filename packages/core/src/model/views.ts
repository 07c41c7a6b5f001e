/**
 * What a surface shows of Millrace: the same shapes from the server's API, its engine and the SDK. Types only, for
 * they are all that these have in common. Instants are RFC 3339.
 */
import type { WorkflowError } from './errors.ts';
import type { Fact, ScheduleSource, TimedSource } from './facts.ts';
import type { Json, JsonObject } from './json.ts';
import type { Phase } from './state.ts';

interface Named {
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly summary?: string;
  /** digest of the text */
  readonly digest: string;
  readonly format: 'yaml' | 'json';
  /** parts of the language that are not run yet: starting such a workflow is refused */
  readonly unsupported: readonly {
    readonly pointer: string;
    readonly line: number;
    readonly message: string;
  }[];
}

/** A published version of a workflow. */
export interface WorkflowView extends Named {
  /** `namespace/name/version` */
  readonly id: string;
  readonly tags?: JsonObject;
  readonly createdAt: string;
}

export interface WorkflowSource extends WorkflowView {
  /** what it names and is not there as it stands, which is an error when it is run; absent: nothing */
  readonly warnings?: readonly {
    readonly pointer: string;
    readonly line: number;
    readonly message: string;
  }[];
  /** the document as it was published */
  readonly source: string;
}

/** When a workflow starts by itself, by what its latest version says. */
export interface ScheduleView {
  /** `namespace/name/version` of what is started */
  readonly workflow: string;
  /** `idle`: its definition cannot be run, so nothing is started */
  readonly status: 'active' | 'paused' | 'idle';
  readonly paused?: { readonly at: string; readonly reason?: string };
  /** why it is idle */
  readonly idle?: string;
  readonly cron?: string;
  readonly everyMs?: number;
  /** from the end of a run to the next */
  readonly afterMs?: number;
  /** the events that start runs, as the definition says it */
  readonly on?: JsonObject;
  /** of `on`: what a run has of each event */
  readonly read?: 'data' | 'envelope' | 'raw';
  /** where the clock hangs that `cron` speaks of */
  readonly timeZone: string;
  /** what becomes of runs that were missed by more than a minute */
  readonly misfire: 'once' | 'skip' | 'all';
  /** the next instants, in order; none while it is held */
  readonly next: readonly { readonly source: TimedSource; readonly due: string }[];
  /** runs of `after` whose end is waited for */
  readonly running: readonly string[];
  /** the run that was started last */
  readonly last?: { readonly source: ScheduleSource; readonly due: string; readonly execution: string };
}

/** What executions run, under the digest of its text: published, given inline, or removed since. */
export interface DefinitionView extends Named {
  readonly source: string;
  /** the text as the JSON that it stands for */
  readonly document: JsonObject;
}

/** A function of the server's own catalog. */
export interface FunctionView {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  /** the task as it was published */
  readonly source: string;
  readonly createdAt: string;
}

/**
 * What stands in a view for a value of more than 65,536 bytes of JSON. Which members are one is said by the view's
 * `large`, never by their look.
 */
export interface LargeValue {
  /** the first 2,000 characters of its JSON text, cut anywhere */
  readonly preview: string;
  /** of the JSON text in UTF-8 */
  readonly bytes: number;
  /** path on the server under which the whole is found, as `application/json` */
  readonly href: string;
}

/** One run of a definition. */
export interface ExecutionView {
  readonly id: string;
  readonly workflow: { readonly namespace: string; readonly name: string; readonly version: string };
  /** digest of the definition that runs, whatever was published since */
  readonly definition: string;
  readonly status: Phase;
  readonly input?: Json;
  /** once it has completed */
  readonly output?: Json;
  /** JSON pointers of the members that are a `LargeValue` instead: `/input`, `/output`; absent: none is */
  readonly large?: readonly string[];
  /** once it has faulted */
  readonly error?: WorkflowError & {
    /** where in the definition's text the task at fault stands */
    readonly source?: { readonly line: number; readonly column: number };
  };
  readonly startedAt: string;
  readonly updatedAt: string;
  /** absent: it has not ended */
  readonly endedAt?: string;
  /** version of the last event */
  readonly version: number;
  /** the execution that this one goes on from (`retry`) */
  readonly retryOf?: string;
  /** the execution that runs this one as its child, and the version of its event that asked for it */
  readonly parent?: { readonly execution: string; readonly version: number };
  /** the schedule that started it, and the instant at which it was due; of `on` the keys of the events */
  readonly cause?: {
    readonly type: 'schedule';
    readonly source: ScheduleSource;
    readonly due: string;
    readonly events?: readonly string[];
  };
}

/** One line of a list: no input or output. */
export type ExecutionSummary = Omit<
  ExecutionView,
  'input' | 'output' | 'large' | 'error' | 'version' | 'retryOf' | 'parent' | 'cause'
> & {
  /** title or type of the fault */
  readonly error?: string;
};

/** What happened in an execution: a stored fact as readers see it. */
export interface ExecutionEvent {
  /** `execution/version` */
  readonly id: string;
  /** place in the execution, from 1, without gaps */
  readonly version: number;
  readonly time: string;
  /** id of the commit that holds it */
  readonly commit: string;
  readonly fact: Fact;
  /** JSON pointers into `fact` of the members that are a `LargeValue` instead; absent: none is */
  readonly large?: readonly string[];
}

/**
 * What a live list hears. `open` comes first, and says from where on nothing is missed: whoever reads the list after
 * it and applies what follows is current. `reset`: more has happened than is told one by one, so read the list anew.
 */
export type ExecutionChange =
  | { readonly type: 'open'; readonly position: string }
  | {
      /** it was started, its phase has changed, or it has ended: its line of the list as it is now */
      readonly type: 'changed';
      /** what to go on after when the connection is lost */
      readonly position: string;
      readonly execution: ExecutionSummary;
    }
  | { readonly type: 'reset'; readonly position: string };

/** A durable reason for an execution to move again. */
export interface WakeUpView {
  /** of an effect: `execution/version` of the fact that asked for it */
  readonly id: string;
  readonly kind:
    | 'effect'
    | 'timer'
    | 'event'
    | 'child'
    | 'send'
    | 'command'
    | 'approval'
    | 'resume'
    | 'place';
  /** from when it may be taken */
  readonly due: string;
  /** how often it was taken */
  readonly attempt: number;
  readonly lease?: { readonly owner: string; readonly until: string };
  /** at most once: never repeated when its outcome is unknown */
  readonly unsafe: boolean;
  /** its outcome is unknown, and somebody must say what became of it */
  readonly doubt: boolean;
  /** the limit by which it waits for a place, or has one, such as `workflow:shop/order` */
  readonly limit?: string;
  /** of an event: what it listens for */
  readonly listens?: {
    /** pointer of the task */
    readonly task: string;
    /** the filter's `with`, as it is written */
    readonly with: JsonObject;
    /** values that its events are correlated by, where they are known */
    readonly correlate?: JsonObject;
    /** an event of it ends the listening, and is not in the output */
    readonly until?: true;
    /** the last event of the type that it did not take, for some days */
    readonly missed?: NearMiss;
  };
}

/** An event that came near to what a task listens for. */
export interface NearMiss {
  readonly id: string;
  readonly source: string;
  /** what the event is known by here */
  readonly key: string;
  readonly at: string;
  /** what failed: the member of `with`, `correlate.NAME`, or `filter`, which could not be asked */
  readonly predicate: string;
  readonly detail?: string;
}

/** A published event, as it is told of. */
export interface PublishedEvent {
  readonly id: string;
  readonly source: string;
  /** what it is known by here: its `matches` are found under it */
  readonly key: string;
  /** an event of this `source` and `id` was published before; it is the one that counts */
  readonly duplicate: boolean;
}

/** What became of an event. Its lists are bounded: 100 executions that it woke, and some that it did not. */
export interface EventMatches {
  readonly event: {
    readonly key: string;
    readonly id: string;
    readonly source: string;
    readonly type: string;
    readonly subject?: string;
    readonly time?: string;
  };
  readonly woke: {
    readonly count: number;
    readonly executions: readonly { readonly execution: string; readonly task: string }[];
  };
  /** schedules of events of this type, or of any; absent: there are none */
  readonly schedules?: readonly ScheduleMatch[];
  /** some that waited for something like it */
  readonly missed: readonly {
    readonly execution: string;
    readonly task: string;
    /** what failed: the member of `with`, `correlate.NAME`, or `filter`, which could not be asked */
    readonly predicate: string;
    readonly detail?: string;
  }[];
}

/** What an event was to a workflow that events start. */
export interface ScheduleMatch {
  /** `namespace/name` */
  readonly workflow: string;
  /** `gathered`: it is kept for a run that waits for more */
  readonly outcome: 'started' | 'gathered' | 'missed';
  /** what failed: the member of `with`, `correlate.NAME`, or `filter`, which could not be asked */
  readonly predicate?: string;
  readonly detail?: string;
}

/** What somebody says became of an effect that is in doubt. */
export type EffectResolution =
  | { readonly as: 'done'; readonly output: Json }
  | { readonly as: 'failed'; readonly error?: Partial<WorkflowError> }
  | { readonly as: 'again' };

/** Whether a part of a server does what it is there for. */
export interface Check {
  readonly ok: boolean;
  readonly detail?: string;
}

/** Whether a process can take work. */
export interface Readiness {
  readonly ready: boolean;
  /** by part: `store`, and each role of the process: `worker`, `executor`, `timer`; `tail`, where it reads the log */
  readonly checks: Readonly<Record<string, Check>>;
}

/** How much a process has to do. */
export interface NodeLoad {
  readonly executionsInMemory: number;
  readonly effectsRunning: number;
  /** effects that it does at the same time at most */
  readonly effectsMax: number;
  /** for how long the oldest work that it may take had been due when it looked last, ms */
  readonly lagMs: number;
}

/** A process among those on a store. */
export interface NodeView {
  readonly id: string;
  /** of Millrace */
  readonly version: string;
  /** of the facts that it writes, and the newest that it reads */
  readonly factSchema: number;
  readonly roles: readonly string[];
  readonly host: string;
  readonly pid: number;
  readonly startedAt: string;
  /** by the store's clock */
  readonly lastSeen: string;
  /** `draining`: it takes nothing new, and ends; `silent`: it should have been heard of */
  readonly state: 'running' | 'draining' | 'silent';
  readonly load: NodeLoad;
  /** how much it lets be under way at once, by the name of the limit; absent: a version that did not say */
  readonly limits?: Readonly<Record<string, number>>;
}

/** What an operator wants to know of a server at one look. */
export interface SystemView extends Readiness {
  readonly version: string;
  /** id of the process among those on its store */
  readonly node: string;
  readonly startedAt: string;
  readonly uptimeMs: number;
  readonly roles: readonly string[];
  readonly store: {
    readonly driver: string;
    /** what acknowledged work survives */
    readonly durability: 'memory' | 'process-crash' | 'power-loss';
    readonly description: string;
  };
  /** by phase, of every tenant, like all figures here */
  readonly executions: Readonly<Record<string, number>>;
  /** the wake-up ledger, by kind */
  readonly wakeUps: Readonly<Record<string, number>>;
  readonly overdue: number;
  readonly inDoubt: number;
  /** open executions without a wake-up: there must be none */
  readonly orphans: {
    readonly count: number;
    /** of the caller's tenant, the first 100 */
    readonly ids: readonly string[];
  };
  /** by the setting's name */
  readonly limits: Readonly<Record<string, number>>;
}
