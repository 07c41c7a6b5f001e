/** Why an execution waits, from its rows in the wake-up ledger and the run they point into. */
import { type EffectRequest, listenerOf } from '@millrace/core';
import type { WakeUpView } from '@millrace/sdk';
import type { ChildRun } from './child-run.ts';
import type { Run, TaskRun } from './run.ts';

export type DeedStanding = 'queued' | 'place' | 'under-way' | 'lapsed' | 'doubt';

export type Reason =
  /** a deed that is queued, under way, to be tried again, or in doubt */
  | {
      readonly type: 'effect';
      readonly stage: DeedStanding;
      /** its type is limited in number: it waits for a place */
      readonly limit?: string;
      readonly task: TaskRun | undefined;
      readonly request: EffectRequest | undefined;
      readonly owner?: string;
    }
  /** an instant; `task` is what is due then, if a task is */
  | {
      readonly type: 'timer';
      readonly cause: 'wait' | 'retry' | 'timeout' | 'other';
      readonly task?: TaskRun;
    }
  /** a person, who suspended it */
  | { readonly type: 'approval' }
  /** the engine itself, at once */
  | { readonly type: 'engine' }
  /** an event, by what it has to be like */
  | { readonly type: 'event'; readonly listens: WakeUpView['listens']; readonly task?: TaskRun }
  /** the end of an execution that a task runs */
  | { readonly type: 'child'; readonly task?: TaskRun; readonly child?: ChildRun }
  /** its turn among the executions of its workflow, by a limit */
  | { readonly type: 'place'; readonly limit: string };

export interface Explanation {
  readonly wakeUp: WakeUpView;
  readonly reason: Reason;
  /** epoch ms: nothing moves before; undefined: nobody knows when */
  readonly until: number | undefined;
}

export function explain(wakeUp: WakeUpView, run: Run, now: number): Explanation {
  const due = Date.parse(wakeUp.due);
  const reason = reasonOf(wakeUp, run, now);
  const dated = reason.type === 'timer' || (reason.type === 'effect' && due > now);
  return { wakeUp, reason, until: dated ? due : undefined };
}

function reasonOf(wakeUp: WakeUpView, run: Run, now: number): Reason {
  switch (wakeUp.kind) {
    case 'effect':
      return effectReason(wakeUp, run, now);
    case 'timer':
      return timerReason(Date.parse(wakeUp.due), run);
    case 'approval':
      return { type: 'approval' };
    case 'event':
      return eventReason(wakeUp, run);
    case 'child':
      return childReason(wakeUp, run);
    case 'place':
      return { type: 'place', limit: wakeUp.limit ?? '' };
    case 'send':
    case 'command':
    case 'resume':
      return { type: 'engine' };
  }
}

/** The row is named by the version at which its task began to listen. */
function eventReason({ id, listens }: WakeUpView, run: Run): Reason {
  const { version } = listenerOf(id);
  const [key] =
    Object.entries(run.state.tasks).find(([, state]) => state.kind === 'listen' && state.since === version) ??
    [];
  const task = key === undefined ? undefined : run.tasks.get(key);
  return { type: 'event', listens, ...(task === undefined ? {} : { task }) };
}

/** The row is named by the version that asked for the child. */
function childReason({ id }: WakeUpView, run: Run): Reason {
  const version = Number(id.slice(id.lastIndexOf('-') + 1));
  const task = run.tasks.get(run.effects.get(version) ?? '');
  const child = task?.runs.find((each) => each.version === version);
  return { type: 'child', ...(task && { task }), ...(child && { child }) };
}

function effectReason(wakeUp: WakeUpView, run: Run, now: number): Reason {
  const version = effectOf(wakeUp);
  const task = run.tasks.get(run.effects.get(version) ?? '');
  const request = task?.deeds.find((deed) => deed.version === version)?.request;
  const owner = wakeUp.lease === undefined ? {} : { owner: wakeUp.lease.owner };
  const stage = standingOf(wakeUp, now);
  const limit = stage === 'place' && wakeUp.limit !== undefined ? { limit: wakeUp.limit } : {};
  return { type: 'effect', stage, task, request, ...owner, ...limit };
}

/** Version of the `effect.requested` that a wake-up of an effect is for: its id is `execution/version`. */
export function effectOf({ id }: WakeUpView): number {
  return Number(id.slice(id.lastIndexOf('/') + 1));
}

/** What was put off to later waits for that instant; only what is due can want a place. */
function standingOf({ doubt, due, lease, limit }: WakeUpView, now: number): DeedStanding {
  if (doubt) return 'doubt';
  if (lease === undefined) return limit !== undefined && Date.parse(due) <= now ? 'place' : 'queued';
  return Date.parse(lease.until) > now ? 'under-way' : 'lapsed';
}

/** A timer row holds only the earliest instant; the state says whose it is. */
function timerReason(due: number, run: Run): Reason {
  const { tasks, deadline } = run.state;
  for (const [key, state] of Object.entries(tasks)) {
    const task = run.tasks.get(key);
    if (task === undefined) continue;
    if (state.kind === 'wait' && state.due === due) return { type: 'timer', cause: 'wait', task };
    if (state.kind === 'try' && state.due === due)
      return { type: 'timer', cause: state.stage === 'delayed' ? 'retry' : 'timeout', task };
    if (state.deadline === due) return { type: 'timer', cause: 'timeout', task };
  }
  return { type: 'timer', cause: deadline === due ? 'timeout' : 'other' };
}
