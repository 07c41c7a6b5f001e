import type { Listener, Page, Store, WakeUp } from '../../ports/store.ts';
import { checkRowsMax, compareText, fromListenerCursor, toListenerPage } from '../rules.ts';

/** The index of the rows that wait for events, in memory. */
export interface MemoryListeners {
  add(tenant: string, row: WakeUp, position: number): void;
  remove(tenant: string, row: WakeUp): void;
  find(...asked: Parameters<Store['listeners']>): Page<Listener>;
}

/** By shape, by key, by the row's id. */
type Shapes = Map<string, Map<string, Map<string, Listener>>>;

export function openListeners(): MemoryListeners {
  const shapes: Shapes = new Map();
  const nameOf = (tenant: string, shape: string) => `${tenant}\0${shape}`;

  function* under(tenant: string, shape: string, key: string | undefined): Iterable<Listener> {
    const keys = shapes.get(nameOf(tenant, shape));
    if (keys === undefined) return;
    for (const rows of key === undefined ? keys.values() : [keys.get(key)]) yield* rows?.values() ?? [];
  }
  return {
    add(tenant, { id, execution, listens }, position) {
      if (listens === undefined) return;
      const { shape, key } = listens;
      const keys = shapes.get(nameOf(tenant, shape)) ?? new Map<string, Map<string, Listener>>();
      const rows = keys.get(key) ?? new Map<string, Listener>();
      shapes.set(nameOf(tenant, shape), keys.set(key, rows.set(id, { id, execution, shape, key, position })));
    },
    remove(tenant, { id, listens }) {
      if (listens === undefined) return;
      const keys = shapes.get(nameOf(tenant, listens.shape));
      const rows = keys?.get(listens.key);
      rows?.delete(id);
      if (rows?.size === 0) keys?.delete(listens.key);
      if (keys?.size === 0) shapes.delete(nameOf(tenant, listens.shape));
    },
    find(tenant, keys, { rowsMax, cursor }) {
      checkRowsMax(rowsMax);
      const [from, execution, id] = fromListenerCursor(cursor);
      const found: { at: number; listener: Listener }[] = [];
      for (let at = from; at < keys.length && found.length <= rowsMax; at++) {
        const { shape, key } = keys[at] as (typeof keys)[number];
        const after = at === from ? { execution, id } : { execution: '', id: '' };
        const rows = [...under(tenant, shape, key)].filter((row) => compareListeners(row, after) > 0);
        for (const listener of rows.sort(compareListeners).slice(0, rowsMax + 1 - found.length))
          found.push({ at, listener });
      }
      return toListenerPage(found, rowsMax);
    },
  };
}

function compareListeners(
  a: Pick<Listener, 'execution' | 'id'>,
  b: Pick<Listener, 'execution' | 'id'>,
): number {
  return compareText(a.execution, b.execution) || compareText(a.id, b.id);
}
