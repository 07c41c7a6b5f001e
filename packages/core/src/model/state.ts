/**
 * The state of one execution: the fold of its facts, plain JSON, and all that a decision needs.
 *
 * Tasks that run are kept under their key; a finished task leaves nothing behind but its output, which becomes
 * the current value of the scope it ran in. So the state of a loop does not grow with its iterations.
 */

import type { WorkflowError } from './errors.ts';
import type { DefinitionReference, ParentReference, StartCause, TaskKind } from './facts.ts';
import type { Json } from './json.ts';

export type Phase = 'pending' | 'running' | 'waiting' | 'suspended' | 'cancelled' | 'faulted' | 'completed';

export type TerminalPhase = 'cancelled' | 'faulted' | 'completed';

export interface ExecutionState {
  /** version of the last fact; 0: nothing happened yet */
  version: number;
  /** instant of the last fact, epoch ms */
  at: number;
  phase: 'absent' | 'running' | 'suspended' | TerminalPhase;
  definition: DefinitionReference | null;
  startedAt: number;
  /** the raw input */
  input: Json;
  /** `$context` */
  context: Json;
  output?: Json;
  error?: WorkflowError;
  /** the execution that goes on in this one's place */
  continuedAs?: string;
  endedAt?: number;
  /** instant at which the workflow's timeout strikes */
  deadline?: number;
  /** the decision before reached its bound, and a `resume` row asks for the next */
  yielded: boolean;
  /** where executions of its workflow are limited in number; absent: they are not */
  place?: PlaceState;
  /** the main scope */
  main: ScopeState;
  /** the tasks that run, by key */
  tasks: Record<string, TaskState>;
  /**
   * how often a directive led backwards since the last outcome or wait; absent: never. Only such a jump can go on
   * without an end and without the world
   */
  jumps?: number;
  /** how often each task was entered, by pointer; absent: never */
  visits: Record<string, number>;
  /** open effects by version: the task that waits for it; `null`: the task is gone, a late result is abandoned */
  effects: Record<string, string | null>;
  /** children that are waited for, by the version that asked for them; absent: there are none */
  children?: Record<string, ChildState>;
  /** the execution that runs this one as its child */
  parent?: ParentReference;
  /** what started it, when that was neither a caller nor a parent */
  cause?: StartCause;
  /** digests of fetched documents by URI */
  pins: Record<string, string>;
  /** `source` and `id` of each event that was consumed; absent: none was */
  consumed?: Record<string, 1>;
  /** earliest instant at which something is due, over all tasks; `null`: nothing is */
  due: number | null;
  /** the execution and version this one was restored from */
  from?: { execution: string; version: number };
}

export interface PlaceState {
  /** instant at which it was asked for */
  since: number;
  /** version of the fact that it was resumed by last while it waited; absent: it was not suspended */
  resumed?: number;
  /** absent: it waits, and nothing of it runs yet */
  held?: true;
}

export interface ChildState {
  /** key of the task that waits for it */
  task: string;
  /** version of the `child.resolved`; absent: it is not known yet what it runs */
  resolved?: number;
}

/** A list of tasks that runs in order. */
export interface ScopeState {
  /** the current value: the scope's input, then the output of the last task */
  value: Json;
  /** the last task that ended here, and its directive if it gave one */
  last?: { task: string; then?: string };
  /** the task to go to, whatever ended last: set when an execution is restored */
  next?: string;
  /** tasks that ended here and name how they are undone, in their order: what a compensation runs backwards */
  compensable?: string[];
  /** how many tasks run in it */
  live: number;
}

interface TaskBase extends ScopeState {
  task: string;
  visit: number;
  parent: string;
  startedAt: number;
  /** the input before `input.from` */
  raw: Json;
  /** the input after `input.from`: `$input` */
  input: Json;
  deadline?: number;
  /** place among the branches of a fork */
  branch?: number;
  /** instant at which what it waits for came in the last suspension; absent: nothing came in one */
  came?: number;
}

/** Tasks that have no progress of their own to keep. */
export interface PlainState extends TaskBase {
  kind: Exclude<TaskKind, 'for' | 'fork' | 'try' | 'wait' | 'call' | 'run' | 'listen' | 'graph' | 'extended'>;
}

export interface ExtendedState extends TaskBase {
  kind: 'extended';
  /** places in `use.extensions` of those that apply */
  extensions: readonly number[];
  /** the task itself has ended: where it leads, `continue` included */
  directive?: string;
}

export interface GraphState extends TaskBase {
  kind: 'graph';
  /** outputs of the nodes that ended, by name; a node whose conditions did not hold is `skipped` */
  outputs: Record<string, Json>;
  skipped: string[];
}

export interface ForState extends TaskBase {
  kind: 'for';
  /** absent: not evaluated yet */
  items?: readonly Json[];
  /** index of the iteration under way; -1: none was started */
  index: number;
}

export interface ForkState extends TaskBase {
  kind: 'fork';
  /** absent: the branches were not started yet */
  results?: (Json | null)[];
  /** how many branches ended with a result */
  ended: number;
  /** how many branches ended with an error */
  failed: number;
  /** how many branches were started */
  started: number;
  /** the branch that ended first, or that left the workflow by its directive */
  winner?: number;
  /** branches to start again: set when an execution is restored */
  again?: number[];
}

export interface TryState extends TaskBase {
  kind: 'try';
  /** `trying`: the tasks run; `delayed`: until `due`; `catching`: the handler runs */
  stage: 'trying' | 'delayed' | 'catching';
  /** number of the attempt under way, from 1 */
  attempt: number;
  attemptedAt: number;
  /** `trying`: when the attempt's time limit strikes; `delayed`: when the next attempt starts */
  due?: number;
  error?: WorkflowError;
  /** effects asked for by task in this attempt, to name the same effect in the next */
  calls: Record<string, number>;
  /** effects of earlier attempts whose outcome is unknown: the version that owns the idempotency key */
  unknown: Record<string, number>;
}

export interface WaitState extends TaskBase {
  kind: 'wait';
  /** absent: not evaluated yet */
  due?: number;
}

export interface CallState extends TaskBase {
  kind: 'call';
  /** version of the effect; absent: not asked for yet */
  effect?: number;
  /** version of the effect whose idempotency key it carries on; absent: its own */
  keyOf?: number;
  /** the outcome is recorded; while suspended the task does not go on */
  answered?: 'completed' | 'failed';
  error?: WorkflowError;
  /** the function that it runs; absent: none was entered */
  called?: string;
}

export interface RunState extends TaskBase {
  kind: 'run';
  /** version of the `child.requested`; absent: not asked for yet */
  child?: number;
  /** it goes on when it is known what runs */
  detached?: true;
  /** the outcome is recorded; while suspended the task does not go on */
  answered?: 'completed' | 'failed';
  error?: WorkflowError;
}

/** One filter of a task that listens. */
export interface FilterState {
  expect?: Readonly<Record<string, Json>>;
  open?: readonly string[];
  /** it takes no more */
  closed?: true;
}

/** Without `foreach`, `value` is the array of what was consumed, as it is read. */
export interface ListenState extends TaskBase {
  kind: 'listen';
  /** version of its `listen.started`; absent: it does not listen yet */
  since?: number;
  filters: FilterState[];
  /** values of correlations that the first event gave */
  keys: Record<string, Json>;
  /** nothing more is listened for */
  over?: true;
  /** with `foreach`: what was consumed, as it is read, in its order */
  queue?: Json[];
  /** of the event whose tasks run, or ran last; -1: none did */
  index: number;
  /** the tasks for the event at `index` have not ended */
  iterating?: true;
  /** with `foreach`: what its iterations yielded */
  outputs?: Json[];
}

export type TaskState =
  | PlainState
  | ExtendedState
  | GraphState
  | ForState
  | ForkState
  | TryState
  | WaitState
  | CallState
  | RunState
  | ListenState;

/** The key of a task that runs: its pointer, and its visit from the second on. */
export function taskKey(task: string, visit: number | undefined): string {
  return visit === undefined || visit === 1 ? task : `${task}#${visit}`;
}

/** In the order in which an execution may go through them, and in which they are shown. */
export const openPhases = ['pending', 'running', 'waiting', 'suspended'] as const satisfies readonly Phase[];
export const phases = [
  ...openPhases,
  'cancelled',
  'faulted',
  'completed',
] as const satisfies readonly Phase[];

/** Whether an execution in this phase has ended. */
export function isTerminal(phase: Phase | 'absent' | undefined): phase is TerminalPhase {
  return phase === 'completed' || phase === 'faulted' || phase === 'cancelled';
}

/** Whether it has begun, and runs only when it has a place. */
export function waitsForPlace({ place }: ExecutionState): boolean {
  return place !== undefined && place.held !== true;
}

export function emptyState(): ExecutionState {
  return {
    version: 0,
    at: 0,
    phase: 'absent',
    definition: null,
    startedAt: 0,
    input: null,
    context: null,
    yielded: false,
    main: { value: null, live: 0 },
    tasks: {},
    visits: {},
    effects: {},
    pins: {},
    due: null,
  };
}
