import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DueQueue } from './due-queue.ts';

type Change = { readonly execution: string; readonly due: number | null };

const changes = fc.array(
  fc.record({
    execution: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    due: fc.option(fc.integer({ min: 0, max: 50 }), { nil: null }),
  }),
  { maxLength: 300 },
);

function filled(given: readonly Change[]): { queue: DueQueue; wanted: Map<string, number> } {
  const queue = new DueQueue();
  const wanted = new Map<string, number>();
  for (const { execution, due } of given) {
    if (due === null) {
      queue.clear('default', execution);
      wanted.delete(execution);
    } else {
      queue.set('default', execution, due);
      wanted.set(execution, due);
    }
  }
  return { queue, wanted };
}

describe('a due queue', () => {
  it('gives every execution once, at the instant that was set last, the earliest first', () => {
    fc.assert(
      fc.property(changes, (given) => {
        const { queue, wanted } = filled(given);
        const taken: { execution: string; due: number }[] = [];
        for (let next = queue.take(50); next !== undefined; next = queue.take(50)) taken.push(next);
        expect(taken.map(({ due }) => due)).toEqual([...wanted.values()].sort((a, b) => a - b));
        expect(new Map(taken.map(({ execution, due }) => [execution, due]))).toEqual(wanted);
        expect(queue.size).toBe(0);
      }),
    );
  });

  it('gives nothing before it is due', () => {
    fc.assert(
      fc.property(changes, fc.integer({ min: 0, max: 50 }), (given, now) => {
        const { queue, wanted } = filled(given);
        const isDue = [...wanted.values()].some((due) => due <= now);
        expect(queue.take(now) !== undefined).toBe(isDue);
      }),
    );
  });

  it('names the earliest instant in force', () => {
    fc.assert(
      fc.property(changes, (given) => {
        const { queue, wanted } = filled(given);
        expect(queue.next()).toBe(wanted.size === 0 ? undefined : Math.min(...wanted.values()));
      }),
    );
  });

  it('keeps the same execution of two tenants apart', () => {
    const queue = new DueQueue();
    queue.set('one', 'e', 1);
    queue.set('two', 'e', 2);
    queue.clear('one', 'e');
    expect(queue.take(5)).toMatchObject({ tenant: 'two', due: 2 });
    expect(queue.take(5)).toBeUndefined();
  });
});
