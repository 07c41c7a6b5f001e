import type { Fact } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { retryPoint } from './retry-point.ts';

const error = { type: 'https://example.com/errors/broken', status: 500 };
const numbered = (facts: readonly Fact[]) => facts.map((fact, index) => ({ version: index + 1, fact }));
const start = {
  type: 'execution.started',
  definition: { namespace: 'n', name: 'w', version: '1', digest: 'd' },
  input: {},
} as const;
const started = (task: string, parent?: string): Fact => ({
  type: 'task.started',
  task,
  kind: 'do',
  ...(parent === undefined ? {} : { parent }),
});

describe('the point at which a faulted execution is tried again', () => {
  it('is before its fault was carried outwards, at the innermost task', () => {
    const facts = [
      start,
      started('/do/0/a'),
      started('/do/0/a/do/0/b', '/do/0/a'),
      { type: 'task.faulted', task: '/do/0/a/do/0/b', error },
      { type: 'task.faulted', task: '/do/0/a', error },
      { type: 'execution.faulted', error },
    ] as const;
    expect(retryPoint(numbered(facts))).toEqual({ version: 3, task: '/do/0/a/do/0/b' });
  });

  it('is the task that a timeout struck, though tasks inside it were cancelled', () => {
    const facts = [
      start,
      started('/do/0/a'),
      started('/do/0/a/do/0/b', '/do/0/a'),
      { type: 'task.cancelled', task: '/do/0/a/do/0/b' },
      { type: 'task.faulted', task: '/do/0/a', error },
      { type: 'execution.faulted', error },
    ] as const;
    expect(retryPoint(numbered(facts))).toEqual({ version: 3, task: '/do/0/a' });
  });

  it('names the visit of a task that ran more than once', () => {
    const facts = [
      start,
      { type: 'task.faulted', task: '/do/0/a', visit: 3, error },
      { type: 'execution.faulted', error },
    ] as const;
    expect(retryPoint(numbered(facts))).toEqual({ version: 1, task: '/do/0/a#3' });
  });

  it('is the end of the log before the fault when no task was at fault', () => {
    expect(retryPoint(numbered([start, { type: 'execution.faulted', error }]))).toEqual({
      version: 1,
      task: '',
    });
  });

  it('is not there when the execution has not faulted', () => {
    expect(retryPoint(numbered([start, { type: 'execution.completed' }]))).toBeUndefined();
  });
});
