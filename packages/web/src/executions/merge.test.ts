import type { ExecutionSummary, Page } from '@millrace/sdk';
import { describe, expect, it } from 'vitest';
import { mergeRows } from './merge.ts';

const page: Page<ExecutionSummary> = { items: [row('c', 3), row('b', 2), row('a', 1)], cursor: 'more' };

describe('a list while executions run', () => {
  it('a row that changed stays where it is', () => {
    const { items } = mergeRows(page, [row('b', 2, 'completed')], {});
    expect(items.map(({ id, status }) => [id, status])).toEqual([
      ['c', 'running'],
      ['b', 'completed'],
      ['a', 'running'],
    ]);
  });

  it('news that is older than what the page shows changes nothing', () => {
    const late = { ...row('b', 2, 'completed'), updatedAt: row('b', 0).updatedAt };
    expect(mergeRows(page, [late], {})).toBe(page);
  });

  it('a new execution comes first, and once however often it changes', () => {
    const once = mergeRows(page, [row('d', 4), row('d', 4, 'waiting')], {});
    expect(ids(mergeRows(once, [row('d', 4, 'completed')], {}))).toEqual(['d', 'c', 'b', 'a']);
  });

  it('an older page takes no new executions, only what became of its own', () => {
    const older = mergeRows(page, [row('d', 4), row('a', 1, 'faulted')], { cursor: 'x' });
    expect(ids(older)).toEqual(['c', 'b', 'a']);
    expect(older.items[2]?.status).toBe('faulted');
  });

  it('what stands on the next page does not come to this one', () => {
    expect(mergeRows(page, [row('0', 0)], {})).toBe(page);
    expect(ids(mergeRows({ items: page.items }, [row('0', 0)], {}))).toEqual(['c', 'b', 'a', '0']);
  });

  it('a row that no longer matches the filters leaves, and one that begins to comes', () => {
    const filter = { status: 'running,waiting', workflow: 'shop/order' };
    expect(ids(mergeRows(page, [row('c', 3, 'completed'), row('d', 4, 'waiting')], filter))).toEqual([
      'd',
      'b',
      'a',
    ]);
    expect(mergeRows(page, [row('d', 4)], { workflow: 'shop/refund' })).toBe(page);
    expect(mergeRows(page, [row('d', 4)], { id: 'abcd' })).toBe(page);
  });
});

function row(id: string, at: number, status: ExecutionSummary['status'] = 'running'): ExecutionSummary {
  const time = new Date(1_700_000_000_000 + at).toISOString();
  return {
    id,
    workflow: { namespace: 'shop', name: 'order', version: '1.0.0' },
    definition: 'sha256:0',
    status,
    startedAt: time,
    updatedAt: time,
  };
}

function ids({ items }: Page<ExecutionSummary>): readonly string[] {
  return items.map(({ id }) => id);
}
