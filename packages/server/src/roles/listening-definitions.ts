/**
 * Which definitions listen, so that a matcher that begins knows what to hold events against. It is durable before the
 * first execution of such a definition is decided, and so is the place in the log from which one has to look.
 */
import { type Executable, listensOf } from '@millrace/core';
import type { Store } from '../ports/store.ts';
import { everyDocument } from './every-document.ts';
import { ensureCursor } from './matcher-cursor.ts';

const collection = 'listening-definitions';
const notedMax = 10_000;

export class ListeningDefinitions {
  readonly #store: Store;
  readonly #noted = new Set<string>();
  readonly #listens = new WeakMap<Executable, boolean>();
  /** told of each that is noted here for the first time */
  onNoted: (tenant: string, definition: string, executable: Executable) => void = () => {};

  constructor(store: Store) {
    this.#store = store;
  }

  listens(executable: Executable): boolean {
    const known = this.#listens.get(executable);
    if (known !== undefined) return known;
    const listens = listensOf(executable).length > 0;
    this.#listens.set(executable, listens);
    return listens;
  }

  /** Undefined: there is nothing to wait for. */
  note(tenant: string, definition: string, executable: Executable): Promise<void> | undefined {
    if (!this.listens(executable) || this.#noted.has(`${tenant}\0${definition}`)) return undefined;
    return this.#keep(tenant, definition, executable);
  }

  async #keep(tenant: string, definition: string, executable: Executable): Promise<void> {
    await ensureCursor(this.#store);
    await this.#store.putDocument(tenant, collection, definition, '', 0);
    if (this.#noted.size >= notedMax) this.#noted.clear();
    this.#noted.add(`${tenant}\0${definition}`);
    this.onNoted(tenant, definition, executable);
  }

  async all(): Promise<readonly { readonly tenant: string; readonly definition: string }[]> {
    const rows = await everyDocument(this.#store, collection);
    return rows.map(({ tenant, key }) => ({ tenant, definition: key }));
  }
}
