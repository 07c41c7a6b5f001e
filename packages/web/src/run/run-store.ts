/**
 * The one store of an execution's page: events in, a run out, and what the reader has chosen to look at.
 *
 * Events may come by the hundred a second: they are folded at once, and watchers are told of them a few times a second.
 * What the reader does is shown with the next frame.
 */

import { taskPointer } from '@millrace/core';
import type { ExecutionEvent } from '@millrace/sdk';
import type { Connection } from '../api/keep-open.ts';
import { noteLarge } from './large-values.ts';
import { emptyRun, foldEvent, type Run, runAt } from './run.ts';

/** What the graph, the timeline, the tree, the text and the events all mark. */
export type Selection =
  | { readonly type: 'none' }
  /** one visit of a task */
  | { readonly type: 'visit'; readonly key: string }
  /** a task of the definition that was not entered (yet) */
  | { readonly type: 'task'; readonly task: string }
  | { readonly type: 'event'; readonly version: number };

export interface RunView {
  /** the run now, or at the moment that is looked at */
  readonly run: Run;
  readonly events: readonly ExecutionEvent[];
  readonly connection: Connection;
  readonly selection: Selection;
  /** the moment of the past that is looked at; undefined: now */
  readonly moment: number | undefined;
  /** why the events could not be read or folded */
  readonly problem: unknown;
}

export interface RunStore {
  get(): RunView;
  subscribe(listener: () => void): () => void;
  append(events: readonly ExecutionEvent[]): void;
  connect(connection: Connection): void;
  select(selection: Selection): void;
  /** Looks at the run as it stood after event `version`; undefined: as it is now. */
  lookAt(version: number | undefined): void;
  fail(problem: unknown): void;
}

type Schedule = (callback: () => void) => void;

/**
 * @param soon calls back before the next frame; tests hand in one that calls at once
 * @param paced calls back when events should be shown: drawing the graph at every frame leaves no time for the events
 */
export function createRunStore(soon: Schedule, paced: Schedule = soon): RunStore {
  const live = emptyRun();
  const events: ExecutionEvent[] = [];
  const listeners = new Set<() => void>();
  let view: RunView = {
    run: live,
    events: [],
    connection: 'connecting',
    selection: { type: 'none' },
    moment: undefined,
    problem: undefined,
  };
  let waiting: Schedule | undefined;

  const tell = () => {
    if (waiting === undefined) return;
    waiting = undefined;
    for (const listener of [...listeners]) listener();
  };
  /** A new object for each change: its identity is what says that the run has changed. */
  const change = (part: Partial<RunView>, schedule = soon) => {
    view = { ...view, ...part };
    if (waiting === soon || waiting === schedule) return;
    waiting = schedule;
    schedule(tell);
  };

  return {
    get: () => view,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    append: (incoming) => {
      try {
        for (const event of incoming) {
          if (event.version <= live.state.version) continue;
          noteLarge(event.fact, event.large);
          foldEvent(live, event);
          events.push(event);
        }
      } catch (problem) {
        change({ problem });
      }
      change({ events: events.slice(), run: view.moment === undefined ? { ...live } : view.run }, paced);
    },
    connect: (connection) => {
      if (connection !== view.connection) change({ connection });
    },
    select: (selection) => {
      if (!isSame(selection, view.selection)) change({ selection });
    },
    lookAt: (version) => {
      const past = version !== undefined && version < live.state.version;
      change({
        moment: past ? version : undefined,
        run: past ? runAt(events, version) : { ...live },
      });
    },
    fail: (problem) => change({ problem }),
  };
}

function isSame(a: Selection, b: Selection): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Why it was cancelled or suspended, when somebody said so; up to the moment that is looked at. */
export function reasonOf({ events, moment }: RunView): string | undefined {
  const seen = moment === undefined ? events : events.slice(0, moment);
  const last = seen.findLast(({ fact }) => fact.type in changesOfPhase)?.fact;
  return last?.type === 'execution.cancelled' || last?.type === 'execution.suspended'
    ? last.reason
    : undefined;
}

const changesOfPhase = {
  'execution.cancelled': true,
  'execution.suspended': true,
  'execution.resumed': true,
};

/** The visit that a selection means, in a run. */
export function selectedVisit(
  run: Run,
  events: readonly ExecutionEvent[],
  selection: Selection,
): string | undefined {
  switch (selection.type) {
    case 'none':
      return undefined;
    case 'visit':
      return selection.key;
    case 'task':
      return lastVisit(run, selection.task);
    case 'event': {
      const fact = events[selection.version - 1]?.fact;
      if (fact === undefined) return undefined;
      if ('effect' in fact) return run.effects.get(fact.effect);
      if (!('task' in fact)) return undefined;
      return fact.visit === undefined || fact.visit === 1 ? fact.task : `${fact.task}#${fact.visit}`;
    }
  }
}

/** The task of the definition that a selection means. */
export function selectedTask(
  run: Run,
  events: readonly ExecutionEvent[],
  selection: Selection,
): string | undefined {
  if (selection.type === 'task') return selection.task;
  const key = selectedVisit(run, events, selection);
  return key === undefined ? undefined : taskPointer(run.tasks.get(key)?.task ?? key.replace(/#\d+$/, ''));
}

function lastVisit(run: Run, task: string): string | undefined {
  let found: string | undefined;
  for (const each of run.tasks.values()) if (each.task === task) found = each.key;
  return found;
}
