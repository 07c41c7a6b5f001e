import { describe, expect, test } from 'vitest';
import { type ExecutionState, emptyState, type TaskState } from '../model/state.ts';
import { dueOf, earliest, sooner } from './due.ts';

const task = (kind: 'wait' | 'call', more: object): TaskState =>
  ({ kind, task: '/do/0/a', ...more }) as TaskState;
const stateOf = (deadline: number | undefined, ...tasks: readonly TaskState[]): ExecutionState => ({
  ...emptyState(),
  ...(deadline === undefined ? {} : { deadline }),
  tasks: Object.fromEntries(tasks.map((each, index) => [`/do/${index}`, each])),
});

describe('what is due first', () => {
  test.each([
    [task('wait', {}), null],
    [task('wait', { due: 5 }), 5],
    [task('wait', { deadline: 7 }), 7],
    [task('wait', { due: 5, deadline: 7 }), 5],
    [task('wait', { due: 7, deadline: 5 }), 5],
    [task('call', { deadline: 5 }), 5],
    [task('call', {}), null],
  ])('of a task is its own instant or its timeout: %j', (one, due) => {
    expect(dueOf(one)).toBe(due);
  });

  test('of an execution is the earliest of all its tasks and its own timeout, in whatever order they stand', () => {
    const [none, late, early] = [task('call', {}), task('wait', { due: 9 }), task('wait', { due: 3 })];
    expect(earliest(stateOf(undefined))).toBeNull();
    expect(earliest(stateOf(undefined, none))).toBeNull();
    expect(earliest(stateOf(5))).toBe(5);
    expect(earliest(stateOf(5, none))).toBe(5);
    for (const tasks of [
      [late, early, none],
      [none, early, late],
      [early, none, late],
    ]) {
      expect(earliest(stateOf(undefined, ...tasks))).toBe(3);
      expect(earliest(stateOf(5, ...tasks))).toBe(3);
      expect(earliest(stateOf(1, ...tasks))).toBe(1);
    }
  });

  test('is only ever brought forward by a new instant', () => {
    const state = emptyState();
    for (const [at, due] of [
      [5, 5],
      [7, 5],
      [3, 3],
    ] as const) {
      sooner(state, at);
      expect(state.due).toBe(due);
    }
  });
});
