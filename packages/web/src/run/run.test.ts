import type { Fact } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { attemptsBefore, doneBefore } from './done-before.ts';
import { axisOf, barOf, rowsOf, summaries, ticksOf } from './rows.ts';
import { eventsOf } from './run.fixture.ts';
import { emptyRun, foldEvent, type Run, runAt } from './run.ts';
import { createRunStore, selectedTask, selectedVisit } from './run-store.ts';
import { explain } from './wake-up.ts';

const definition = { namespace: 'test', name: 'one', version: '1.0.0', digest: 'sha256:0' };
const started: Fact = { type: 'execution.started', definition, input: { a: 1 } };
const pause = { task: '/do/0/pause' };
const shout = { task: '/do/1/shout' };

/** A pause, then a call that fails once in a `try` and is tried again. */
const retried: readonly Fact[] = [
  started,
  { type: 'task.started', kind: 'wait', ...pause },
  { type: 'wait.started', ...pause, due: 1_500 },
  { type: 'task.completed', ...pause },
  { type: 'task.started', kind: 'try', ...shout },
  { type: 'task.started', kind: 'call', task: '/do/1/shout/try/0/ask', parent: shout.task },
  {
    type: 'effect.requested',
    task: '/do/1/shout/try/0/ask',
    request: { type: 'function', name: 'ask', input: null },
  },
  { type: 'effect.failed', effect: 7, error: { type: 'about:busy', status: 503 } },
  { type: 'task.faulted', task: '/do/1/shout/try/0/ask', error: { type: 'about:busy', status: 503 } },
  { type: 'retry.scheduled', ...shout, error: { type: 'about:busy', status: 503 }, attempt: 2, due: 2_000 },
  { type: 'retry.started', ...shout, attempt: 2 },
  { type: 'task.started', kind: 'call', task: '/do/1/shout/try/0/ask', visit: 2, parent: shout.task },
  {
    type: 'effect.requested',
    task: '/do/1/shout/try/0/ask',
    visit: 2,
    request: { type: 'function', name: 'ask', input: null },
  },
  { type: 'effect.completed', effect: 13, output: 'yes' },
  { type: 'task.completed', task: '/do/1/shout/try/0/ask', visit: 2 },
  { type: 'task.completed', ...shout },
  { type: 'execution.completed' },
];

function runOf(facts: readonly Fact[]): Run {
  const run = emptyRun();
  for (const event of eventsOf(facts)) foldEvent(run, event);
  return run;
}

describe('an execution that listens', () => {
  const ear = { task: '/do/0/ear' };
  const listening: readonly Fact[] = [
    started,
    { type: 'task.started', kind: 'listen', ...ear },
    { type: 'listen.started', ...ear, filters: [{ expect: { order: 'o1' } }] },
  ];
  const row = {
    kind: 'event',
    due: '9999-12-31T23:59:59Z',
    attempt: 0,
    unsafe: false,
    doubt: false,
  } as const;

  it('waits for an event, whose filter and task are told', () => {
    const listens = { task: ear.task, with: { type: 'paid' }, correlate: { order: 'o1' } };
    const run = runOf(listening);
    expect(run.tasks.get(ear.task)?.status).toBe('waiting');
    expect(explain({ id: 'x/3.0', ...row, listens }, run, 0)).toMatchObject({
      reason: { type: 'event', listens, task: { name: 'ear' } },
      until: undefined,
    });
  });
});

describe('a run', () => {
  it('keeps what a task was given and what it answered after the task has ended', () => {
    const call = runOf(retried).tasks.get('/do/1/shout/try/0/ask#2');
    expect(call).toMatchObject({ status: 'completed', input: { a: 1 }, output: 'yes', attempt: 2 });
  });

  it('shows a task that is visited twice as two visits under the same parent', () => {
    const run = runOf(retried);
    expect(run.tasks.get('/do/1/shout')?.children).toEqual([
      '/do/1/shout/try/0/ask',
      '/do/1/shout/try/0/ask#2',
    ]);
    expect(summaries(run).get('/do/1/shout/try/0/ask')).toEqual({ status: 'completed', visits: 2 });
  });

  it('tells the attempts of a try, with the error and the instant of the next', () => {
    expect(runOf(retried).tasks.get('/do/1/shout')?.attempts).toEqual([
      {
        number: 1,
        startedAt: 1_005,
        endedAt: 1_010,
        error: { type: 'about:busy', status: 503 },
        retryAt: 2_000,
      },
      { number: 2, startedAt: 1_011, endedAt: 1_016 },
    ]);
  });

  it('tells what became of each deed', () => {
    const run = runOf(retried);
    expect(run.tasks.get('/do/1/shout/try/0/ask')?.deeds).toMatchObject([{ version: 7, outcome: 'failed' }]);
    expect(run.tasks.get('/do/1/shout/try/0/ask#2')?.deeds).toMatchObject([
      { version: 13, outcome: 'completed' },
    ]);
  });

  it('knows the way that the run took from task to task', () => {
    expect([...runOf(retried).transitions]).toEqual([['/do/0/pause→/do/1/shout', 1]]);
  });

  it('at a moment of the past is the run as it stood then', () => {
    const past = runAt(eventsOf(retried), 10);
    expect(past.state.phase).toBe('running');
    expect(past.tasks.get('/do/1/shout')).toMatchObject({ status: 'waiting', due: 2_000 });
    expect(past.tasks.has('/do/1/shout/try/0/ask#2')).toBe(false);
  });

  it('leaves no task open when the execution is cancelled', () => {
    const run = runOf([...retried.slice(0, 7), { type: 'execution.cancelled' }]);
    expect([...run.tasks.values()].map(({ status }) => status)).toEqual([
      'completed',
      'cancelled',
      'cancelled',
    ]);
  });

  it('of a restored execution shows the tasks that were under way before', () => {
    const before = runOf(retried.slice(0, 5));
    const state = JSON.parse(JSON.stringify(before.state)) as typeof before.state;
    const run = runOf([{ type: 'execution.restored', from: { execution: 'old', version: 5 }, state }]);
    expect([...run.tasks.keys()]).toEqual(['/do/1/shout']);
    expect(run.state.from).toEqual({ execution: 'old', version: 5 });
  });

  it('tells which tasks and attempts of a restored execution were in the one that it retries', () => {
    const { state } = runOf(retried.slice(0, 12));
    const run = runOf([{ type: 'execution.restored', from: { execution: 'old', version: 12 }, state }]);
    expect(doneBefore(run, '/do/0/pause')).toBe('old');
    expect(doneBefore(run, '/do/1/shout')).toBeUndefined();
    expect(doneBefore(run, '/do/2/never')).toBeUndefined();
    const shout = run.tasks.get('/do/1/shout');
    expect(shout && [shout.attempts[0]?.number, attemptsBefore(run, shout)]).toEqual([2, 1]);
    expect(doneBefore(runOf(retried), '/do/0/pause')).toBeUndefined();
  });

  it('refuses an event that is not the next one', () => {
    const [, second] = eventsOf(retried);
    expect(() => second && foldEvent(emptyRun(), second)).toThrow('expected event 1 but was given 2');
  });
});

describe('the store of a run', () => {
  it('drops events that it has folded, so that a reconnection doubles nothing', () => {
    const store = createRunStore((callback) => callback());
    const events = eventsOf(retried);
    store.append(events.slice(0, 6));
    store.append(events.slice(3, 9));
    expect(store.get().events.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(store.get().run.state.version).toBe(9);
  });

  it('says so when events are missing, and keeps what it had', () => {
    const store = createRunStore((callback) => callback());
    store.append(eventsOf(retried).slice(0, 2));
    store.append(eventsOf(retried).slice(5, 6));
    expect(String(store.get().problem)).toContain('expected event 3');
    expect(store.get().run.state.version).toBe(2);
  });

  it('tells its watchers once a frame, however many events came', () => {
    const frames: (() => void)[] = [];
    const store = createRunStore((callback) => frames.push(callback));
    let told = 0;
    store.subscribe(() => (told += 1));
    for (const event of eventsOf(retried)) store.append([event]);
    expect(frames).toHaveLength(1);
    frames[0]?.();
    expect(told).toBe(1);
  });

  it('goes on folding behind a moment of the past that is looked at', () => {
    const store = createRunStore((callback) => callback());
    const events = eventsOf(retried);
    store.append(events.slice(0, 6));
    store.lookAt(2);
    store.append(events.slice(6));
    expect(store.get().run.state.version).toBe(2);
    store.lookAt(undefined);
    expect(store.get().run.state.phase).toBe('completed');
  });

  it('one selection means the same task whether an event, a visit or a task was chosen', () => {
    const run = runOf(retried);
    const events = eventsOf(retried);
    const visit = '/do/1/shout/try/0/ask#2';
    expect(selectedVisit(run, events, { type: 'event', version: 14 })).toBe(visit);
    expect(selectedVisit(run, events, { type: 'task', task: '/do/1/shout/try/0/ask' })).toBe(visit);
    expect(selectedTask(run, events, { type: 'visit', key: visit })).toBe('/do/1/shout/try/0/ask');
  });
});

describe('the timeline', () => {
  it('lists children under their parent, and none under one that is folded up', () => {
    const run = runOf(retried);
    const names = (collapsed: readonly string[]) =>
      rowsOf(run, new Set(collapsed)).map(({ task, depth }) => `${depth}${task.name}`);
    expect(names([])).toEqual(['0pause', '0shout', '1ask', '1ask']);
    expect(names(['/do/1/shout'])).toEqual(['0pause', '0shout']);
  });

  it('places a bar by the instants of its task, up to now while the task is open', () => {
    const axis = { from: 1_000, to: 2_000 };
    expect(barOf({ startedAt: 1_250, endedAt: 1_500 }, axis)).toEqual({ start: 0.25, width: 0.25 });
    expect(barOf({ startedAt: 1_250 }, axis)).toEqual({ start: 0.25, width: 0.75 });
    expect(barOf({ startedAt: 0, endedAt: 9_000 }, axis)).toEqual({ start: 0, width: 1 });
  });

  it('ends its axis where the execution ended, not where the clock stands', () => {
    expect(axisOf(runOf(retried), 99_000)).toEqual({ from: 1_001, to: 1_017 });
  });

  it('has round instants, and never more than were asked for and the beginning', () => {
    expect(ticksOf({ from: 0, to: 2_600 }, 3)).toEqual([0, 1_000, 2_000]);
    for (const to of [1, 17, 999, 61_000, 10 ** 9])
      expect(ticksOf({ from: 0, to }, 3).length).toBeLessThanOrEqual(4);
  });
});

describe('why an execution waits', () => {
  const row = { id: 'x/timer', attempt: 0, unsafe: false, doubt: false } as const;
  const at = (ms: number) => new Date(ms).toISOString();

  it('a timer is named after the task whose instant it is', () => {
    const waiting = runOf(retried.slice(0, 3));
    const told = explain({ ...row, kind: 'timer', due: at(1_500) }, waiting, 1_200);
    expect(told).toMatchObject({
      until: 1_500,
      reason: { type: 'timer', cause: 'wait', task: { name: 'pause' } },
    });
    const delayed = runOf(retried.slice(0, 10));
    expect(explain({ ...row, kind: 'timer', due: at(2_000) }, delayed, 1_200).reason).toMatchObject({
      cause: 'retry',
    });
  });

  it('an effect is shown with its request, and whether somebody holds it', () => {
    const run = runOf(retried.slice(0, 7));
    const effect = { ...row, id: 'x/7', kind: 'effect', due: at(1_000) } as const;
    const reason = (extra: object) => explain({ ...effect, ...extra }, run, 5_000).reason;
    expect(reason({})).toMatchObject({ stage: 'queued', task: { name: 'ask' }, request: { name: 'ask' } });
    expect(reason({ lease: { owner: 'w1', until: at(9_000) } })).toMatchObject({
      stage: 'under-way',
      owner: 'w1',
    });
    expect(reason({ lease: { owner: 'w1', until: at(4_000) } })).toMatchObject({ stage: 'lapsed' });
    expect(reason({ doubt: true })).toMatchObject({ stage: 'doubt' });
    const limit = 'task:call:http';
    expect(reason({ limit })).toMatchObject({ stage: 'place', limit });
    // Put off to later, it waits for that instant, whatever limits its type.
    const later = { ...effect, limit, due: at(9_000) };
    expect(explain(later, run, 5_000)).toMatchObject({ until: 9_000, reason: { stage: 'queued' } });
    expect(reason({ limit, lease: { owner: 'w1', until: at(9_000) } })).toMatchObject({
      stage: 'under-way',
    });
  });

  it('an execution that has its turn to come says by which limit, and that nobody knows when', () => {
    const limit = 'workflow:shop/order';
    const place = { ...row, id: 'x/place', kind: 'place', due: at(1_000), limit } as const;
    expect(explain(place, runOf(retried.slice(0, 1)), 5_000)).toMatchObject({
      until: undefined,
      reason: { type: 'place', limit },
    });
  });
});
