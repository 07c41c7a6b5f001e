/** Who waits for something like an event: rows of shapes whose type fits, and which another predicate keeps from it. */
import type { Listener, Store } from '../ports/store.ts';
import type { LoggedEvent } from './event-log.ts';
import type { Judged } from './filter-index.ts';

/** rows that are looked at for near misses of one event */
export const nearMax = 10;
/** shapes by which they are looked for: those that miss stand behind those that match, for other values */
const shapesMax = 20;

/** What was looked for, by shape, and what is found. */
export interface Looked {
  readonly judgements: ReadonlyMap<string, Judged>;
  readonly rows: Promise<readonly Listener[]>;
}

/** For each event, all asked now; those that look for the same are one question. */
export function lookForNear(
  store: Pick<Store, 'listeners'>,
  events: readonly LoggedEvent[],
  judged: readonly (readonly Judged[])[],
): readonly Looked[] {
  const asked = new Map<string, Looked['rows']>();
  return events.map(({ tenant }, at) => {
    const near = (judged[at] ?? []).filter(isNear).slice(-shapesMax);
    const judgements = new Map(near.map((judgement) => [judgement.shape.shape, judgement]));
    const question = JSON.stringify([tenant, ...judgements.keys()]);
    const rows = asked.get(question) ?? read(store, tenant, [...judgements.keys()]);
    asked.set(question, rows);
    return { judgements, rows };
  });
}

function isNear(judgement: Judged): boolean {
  return judgement.type === 'miss' ? judgement.predicate !== 'type' : judgement.shape.names.length > 0;
}

function read(
  store: Pick<Store, 'listeners'>,
  tenant: string,
  shapes: readonly string[],
): Promise<readonly Listener[]> {
  if (shapes.length === 0) return Promise.resolve([]);
  const keys = shapes.map((shape) => ({ shape }));
  const rows = store.listeners(tenant, keys, { rowsMax: nearMax }).then((page) => page.rows);
  // What fails is thrown where it is awaited.
  rows.catch(() => {});
  return rows;
}
