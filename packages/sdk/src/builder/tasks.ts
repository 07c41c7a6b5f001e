/** Tasks of the language as functions: each gives one entry of a `do` list. */
import type { JsonObject, Task } from '@millrace/core';

/** One named task. */
export type TaskEntry = Readonly<Record<string, Task>>;

type KindOf<Keyword extends string> = Extract<Task, { readonly [K in Keyword]: unknown }>;
type SetTask = KindOf<'set'>;
type ForTask = KindOf<'for'>;
type ForkTask = KindOf<'fork'>;
type TryTask = KindOf<'try'>;
type WaitTask = KindOf<'wait'>;
type SwitchTask = KindOf<'switch'>;
type RaiseTask = KindOf<'raise'>;

/**
 * What every task may have: `if`, `input`, `output`, `export`, `timeout`, `metadata`, and `then` (`continue`, `exit`,
 * `end`, or the name of a task in the same list).
 */
export type TaskCommon = Omit<SetTask, 'set'>;

/** Sets values: an object whose leaves may be expressions, or an expression. */
export function set(name: string, values: JsonObject | string, options: TaskCommon = {}): TaskEntry {
  return task(name, { set: values, ...options });
}

/** Runs tasks in order: a list within a list. */
export function sequence(name: string, tasks: readonly TaskEntry[], options: TaskCommon = {}): TaskEntry {
  return task(name, { do: tasks, ...options });
}

/**
 * Runs tasks for each item of a list.
 *
 * @example forEach('charge', { each: 'line', in: '.lines' }, [set('line', { sku: '${ $line.sku }' })])
 */
export function forEach(
  name: string,
  { while: goesOn, ...clause }: ForTask['for'] & { readonly while?: string },
  tasks: readonly TaskEntry[],
  options: TaskCommon = {},
): TaskEntry {
  return task(name, {
    for: clause,
    ...(goesOn === undefined ? {} : { while: goesOn }),
    do: tasks,
    ...options,
  });
}

/** Runs branches side by side: the output is the list of theirs, or with `compete` that of the first to end. */
export function fork(
  name: string,
  branches: readonly TaskEntry[],
  { compete, ...options }: TaskCommon & Pick<ForkTask['fork'], 'compete'> = {},
): TaskEntry {
  return task(name, { fork: { branches, ...(compete === undefined ? {} : { compete }) }, ...options });
}

/**
 * Runs tasks and catches their errors.
 *
 * @example tryCatch('pay', [call.http('charge', request)], { errors: { with: { status: 503 } }, retry: 'patiently' })
 */
export function tryCatch(
  name: string,
  tasks: readonly TaskEntry[],
  caught: TryTask['catch'],
  options: TaskCommon = {},
): TaskEntry {
  return task(name, { try: tasks, catch: caught, ...options });
}

/** Waits: `{ seconds: 5 }`, `'PT5S'`, or an expression that yields one of these. */
export function wait(name: string, duration: WaitTask['wait'], options: TaskCommon = {}): TaskEntry {
  return task(name, { wait: duration, ...options });
}

/**
 * Goes on at the task of the first case whose condition holds; a case without `when` is the default.
 *
 * @example switchOn('size', { large: { when: '.total > 100', then: 'approve' }, small: { then: 'ship' } })
 */
export function switchOn(
  name: string,
  cases: SwitchTask['switch'][number],
  options: TaskCommon = {},
): TaskEntry {
  return task(name, { switch: Object.entries(cases).map(toCase), ...options });
}

function toCase([name, value]: readonly [string, SwitchTask['switch'][number][string]]) {
  // An object puts such keys before all others, and the order of the cases would be another than what was written.
  if (/^(0|[1-9]\d*)$/.test(name))
    throw new TypeError(
      `the case "${name}" cannot keep its place among others: give it a name that is no number`,
    );
  return { [name]: value };
}

/** Raises an error: one of `use.errors` by its name, or in place. */
export function raise(name: string, error: RaiseTask['raise']['error'], options: TaskCommon = {}): TaskEntry {
  return task(name, { raise: { error }, ...options });
}

/** Attributes of a CloudEvent; those that are left out but `type` are filled in. */
export interface EmittedEvent {
  readonly type: string;
  readonly source?: string;
  readonly id?: string;
  readonly time?: string;
  readonly subject?: string;
  readonly datacontenttype?: string;
  readonly dataschema?: string;
  readonly data?: JsonObject[string];
}

/** Publishes a CloudEvent. */
export function emit(name: string, event: EmittedEvent & JsonObject, options: TaskCommon = {}): TaskEntry {
  return task(name, { emit: { event: { with: event } }, ...options });
}

/** Any task of the language as it is written there. */
export function task(name: string, definition: Task): TaskEntry {
  return { [name]: definition };
}
