/** Finds who waits for events: rows of the ledger, by their filter and by the values that they are correlated by. */
import { type BoundKey, listenerOf } from '@millrace/core';
import type { Listener, Page, Store } from '../ports/store.ts';
import type { LoggedEvent } from './event-log.ts';
import type { Judged } from './filter-index.ts';
import { keyOf } from './listen-key.ts';

/** listeners that are read at once */
export const listenersMax = 2_000;

type Hash = (text: string) => string;

export class ListenerFinder {
  readonly #store: Pick<Store, 'listeners' | 'read'>;
  readonly #hash: Hash;
  /** rows that were read, near misses apart */
  examined = 0;

  constructor(store: Pick<Store, 'listeners' | 'read'>, hash: Hash) {
    this.#store = store;
    this.#hash = hash;
  }

  /** Who waits for each event, all in one look; events of a tenant are left out when more may wait than that holds. */
  async find(
    events: readonly LoggedEvent[],
    judged: readonly (readonly Judged[])[],
  ): Promise<ReadonlyMap<LoggedEvent, readonly Listener[]>> {
    const found = new Map<LoggedEvent, readonly Listener[]>();
    for (const tenant of new Set(events.map((logged) => logged.tenant))) {
      const own = events.flatMap((logged, at) =>
        logged.tenant === tenant ? [{ logged, keys: this.#keysOf(judged[at] ?? []) }] : [],
      );
      const keys = new Map(own.flatMap((each) => each.keys.map((key) => [nameOf(key), key])));
      const page = await this.#read(tenant, [...keys.values()], { rowsMax: listenersMax });
      if (page.cursor !== undefined) continue;
      const byName = Map.groupBy(page.rows, nameOf);
      for (const each of own) {
        const rows = each.keys.flatMap((key) => byName.get(nameOf(key)) ?? []);
        found.set(each.logged, await this.listening(each.logged, rows));
      }
    }
    return found;
  }

  /** A page of those that may wait for one event. */
  page(
    tenant: string,
    judged: readonly Judged[],
    query: Parameters<Store['listeners']>[2],
  ): Promise<Page<Listener>> {
    return this.#read(tenant, this.#keysOf(judged), query);
  }

  /**
   * Those that listened already when the event came. A row that is put under another key, since a first event gave it a
   * value to correlate by, stands behind its beginning: then the log is asked where that was.
   */
  async listening(logged: LoggedEvent, rows: readonly Listener[]): Promise<readonly Listener[]> {
    const listening: Listener[] = [];
    for (const row of rows)
      if (isBefore(row, logged) || (await beganBefore(this.#store, row, logged))) listening.push(row);
    return listening;
  }

  async #read(
    tenant: string,
    keys: Parameters<Store['listeners']>[1],
    query: Parameters<Store['listeners']>[2],
  ): Promise<Page<Listener>> {
    if (keys.length === 0) return { rows: [] };
    const page = await this.#store.listeners(tenant, keys, query);
    this.examined += page.rows.length;
    return page;
  }

  #keysOf(judged: readonly Judged[]): readonly { readonly shape: string; readonly key: string }[] {
    // Those of one question are found under one key.
    const known = new Map<readonly BoundKey[], string>();
    const keyIn = (bound: readonly BoundKey[]) => {
      const key = known.get(bound) ?? keyOf(bound, this.#hash);
      known.set(bound, key);
      return key;
    };
    return judged.flatMap((judgement) =>
      judgement.type === 'miss'
        ? []
        : judgement.bound.map((bound) => ({ shape: judgement.shape.shape, key: keyIn(bound) })),
    );
  }
}

function nameOf({ shape, key }: { readonly shape: string; readonly key: string }): string {
  return `${key}\n${shape}`;
}

/** Of a row that stands behind the event: whether it was there already, and was put under another key since. */
export async function beganBefore(
  store: Pick<Store, 'read'>,
  row: Listener,
  logged: Pick<LoggedEvent, 'tenant' | 'position' | 'emitted'>,
): Promise<boolean> {
  if (row.key === '') return false;
  // What was restored listens from its first commit on.
  const fromVersion = Math.max(1, listenerOf(row.id).version);
  const [began] = await store.read(logged.tenant, row.execution, { fromVersion, rowsMax: 1 });
  return began !== undefined && isBefore({ ...row, position: began.position }, logged);
}

/** Whether a listener was there when the event came; in one commit the order of its facts says. */
function isBefore(row: Listener, { position, emitted }: Pick<LoggedEvent, 'position' | 'emitted'>): boolean {
  if (row.position !== position) return row.position < position;
  return emitted?.execution === row.execution && listenerOf(row.id).version < emitted.version;
}
