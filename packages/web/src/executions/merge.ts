/** What a change does to a page of the list that is shown. Plain functions. */
import type { ExecutionSummary, Page } from '@millrace/sdk';
import type { ExecutionsFilter } from '../api/client.ts';

/**
 * The page after these rows have changed; the same page when nothing of it did. Rows that no longer match leave it,
 * new ones come to the first page only, and
 * what the page knows better stays. It may grow beyond its length: its cursor still stands after its last row.
 */
export function mergeRows(
  page: Page<ExecutionSummary>,
  changed: readonly ExecutionSummary[],
  filter: ExecutionsFilter,
): Page<ExecutionSummary> {
  const rows = new Map(page.items.map((item) => [item.id, item]));
  const last = page.cursor === undefined ? undefined : page.items.at(-1);
  let touched = false;
  for (const row of changed) {
    const before = rows.get(row.id);
    if (before !== undefined && before.updatedAt > row.updatedAt) continue;
    const wanted = matches(row, filter) && (before !== undefined || comesIn(row, last, filter));
    if (!wanted && before === undefined) continue;
    touched = true;
    if (wanted) rows.set(row.id, row);
    else rows.delete(row.id);
  }
  return touched ? { ...page, items: [...rows.values()].sort(newestFirst) } : page;
}

/** Of the rows that are not shown, an older page takes none, and the first none that stands on the next. */
function comesIn(
  row: ExecutionSummary,
  last: ExecutionSummary | undefined,
  filter: ExecutionsFilter,
): boolean {
  return filter.cursor === undefined && (last === undefined || newestFirst(row, last) < 0);
}

export function matches({ id, status, workflow }: ExecutionSummary, filter: ExecutionsFilter): boolean {
  if (filter.id !== undefined && !id.startsWith(filter.id)) return false;
  if (filter.status !== undefined && !filter.status.split(',').includes(status)) return false;
  if (filter.workflow === undefined) return true;
  const { namespace, name, version } = workflow;
  return [name, `${namespace}/${name}`, `${namespace}/${name}/${version}`].includes(filter.workflow);
}

/** As the server orders its list. */
function newestFirst(a: ExecutionSummary, b: ExecutionSummary): number {
  if (a.startedAt !== b.startedAt) return a.startedAt < b.startedAt ? 1 : -1;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
