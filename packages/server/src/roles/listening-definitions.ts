/**
 * Which definitions listen, so that a matcher that begins knows what to hold events against.
 *
 * 1. One that is here is known before its first execution is decided, and so is the place in the log from which one has
 *    to look. One that is not is found by the matcher where the log says that an execution of it began, and is here
 *    before the matcher's place moves on.
 * 2. So one of which no execution is open may be forgotten: what begins later stands behind the matcher's place. It
 *    is marked first, and whoever leads next takes back the marks that it finds: nobody forgets for another.
 */
import { type Executable, listensOf } from '@millrace/core';
import type { Store } from '../ports/store.ts';
import { everyDocument } from './every-document.ts';
import { ensureCursor } from './matcher-cursor.ts';
import { sideBySide } from './side-by-side.ts';

const collection = 'listening-definitions';
const notedMax = 10_000;
/** the body of one that is about to be forgotten */
const leaving = 'leaving';

const atOnceMax = 100;

export interface ListeningDefinition {
  readonly tenant: string;
  readonly definition: string;
}

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

  /** Found in the log. Written anew, so that nobody who has read it before can forget it. */
  async found(tenant: string, definition: string): Promise<void> {
    await this.#store.putDocument(tenant, collection, definition, '', undefined);
  }

  /**
   * Both are asked once they are marked: whether nobody else leads, and then of each whether it is of no more use. Side by
   * side, since no event is matched meanwhile. Each is let go of before it is deleted: where that is cut off it may be gone all
   * the same, and has to be found in the log as one that is.
   */
  async forget<D extends ListeningDefinition>(
    unused: readonly D[],
    isUnused: (definition: D) => Promise<boolean>,
    isLeading: () => Promise<boolean>,
    letGo: (definition: D) => void,
  ): Promise<void> {
    if (unused.length === 0) return;
    const marks = await sideBySide(unused, atOnceMax, (each) => this.#mark(each));
    if (!(await isLeading())) return;
    await sideBySide([...unused.entries()], atOnceMax, async ([at, each]) => {
      const mark = marks[at];
      if (mark === undefined || !(await isUnused(each))) return;
      letGo(each);
      // Whoever begins an execution of it from here on makes it known again.
      this.#noted.delete(`${each.tenant}\0${each.definition}`);
      await this.#store.deleteDocument(each.tenant, collection, each.definition, mark);
    });
  }

  /** The revision of its mark; undefined: another has written meanwhile. */
  async #mark({ tenant, definition }: ListeningDefinition): Promise<number | undefined> {
    const there = await this.#store.document(tenant, collection, definition);
    const put = await this.#store.putDocument(tenant, collection, definition, leaving, there?.revision ?? 0);
    return put.type === 'stored' ? put.revision : undefined;
  }

  /** All that are known, for whoever leads from now on. */
  async all(): Promise<readonly ListeningDefinition[]> {
    const rows = await everyDocument(this.#store, collection);
    for (const { tenant, key, body } of rows) if (body === leaving) await this.found(tenant, key);
    return rows.map(({ tenant, key }) => ({ tenant, definition: key }));
  }
}
