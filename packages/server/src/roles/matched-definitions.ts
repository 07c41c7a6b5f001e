/**
 * The definitions that the matcher holds events against: found in the store when it begins and in the log from there on, and
 * let go when nothing is open that could wait by them. Every version of a workflow that listens brings filters, and each
 * text that is run once: what is held is bounded by what open executions have.
 */
import { type Executable, openPhases } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import type { Store } from '../ports/store.ts';
import type { FilterIndex, Known } from './filter-index.ts';
import type { ListeningDefinition, ListeningDefinitions } from './listening-definitions.ts';
import { sideBySide } from './side-by-side.ts';

export interface MatchedDefinitionsOptions {
  readonly store: Pick<Store, 'executions' | 'listeners' | 'now'>;
  readonly definitions: ListeningDefinitions;
  readonly executable: (tenant: string, digest: string) => Executable | Promise<Executable>;
  readonly onError: (error: unknown, execution: string) => void;
  readonly leaseMs: number;
}

/** definitions that are known not to listen */
const plainMax = 10_000;
/** definitions of which it is asked every so often whether they are in use */
const askedMax = 100;

export class MatchedDefinitions {
  readonly #options: MatchedDefinitionsOptions;
  readonly #index: FilterIndex;
  readonly #plain = new Set<string>();
  #askedAt: number;
  /** how many were let go */
  forgotten = 0;

  constructor(options: MatchedDefinitionsOptions, index: FilterIndex) {
    this.#options = options;
    this.#index = index;
    this.#askedAt = options.store.now();
  }

  /** Whoever has led meanwhile has passed the commits by which definitions are discovered, and has forgotten some. */
  async begin(): Promise<void> {
    const before = this.#index.known;
    const all = await this.#options.definitions.all();
    const there = new Set(all.map(nameOf));
    for (const known of before) if (!there.has(nameOf(known))) this.#index.remove(known);
    for (const { tenant, definition } of all) {
      if (this.#index.has(tenant, definition)) continue;
      const loaded = await this.#load(tenant, definition);
      if (loaded !== undefined) this.#index.add(tenant, definition, loaded);
    }
  }

  /** An execution of it has begun: in another process, or though it was forgotten here. */
  async discover({ tenant, definition }: ListeningDefinition): Promise<void> {
    const name = nameOf({ tenant, definition });
    if (this.#index.has(tenant, definition) || this.#plain.has(name)) return;
    const loaded = await this.#load(tenant, definition);
    if (loaded === undefined) return;
    const { definitions } = this.#options;
    if (definitions.listens(loaded)) {
      await definitions.found(tenant, definition);
      return this.#index.add(tenant, definition, loaded);
    }
    if (this.#plain.size >= plainMax) this.#plain.clear();
    this.#plain.add(name);
  }

  /** Undefined: it cannot be read, and so nothing of it runs. A store that cannot be reached is asked again. */
  async #load(tenant: string, definition: string): Promise<Executable | undefined> {
    try {
      return await this.#options.executable(tenant, definition);
    } catch (error) {
      if (error instanceof MillraceError && error.code === 'unavailable') throw error;
      this.#options.onError(error, '');
      return undefined;
    }
  }

  /**
   * Lets go of some that are not in use: to be called between two pages of the log. `isLeading` keeps the matcher's place, and
   * says whether that was its own to keep.
   */
  async forgetAtTimes(isLeading: () => Promise<boolean>): Promise<void> {
    const { store, definitions, leaseMs } = this.#options;
    const now = store.now();
    if (now - this.#askedAt < leaseMs) return;
    this.#askedAt = now;
    const asked = this.#index.some(askedMax);
    const isUnused = (known: Known) => this.#isUnused(known);
    const answers = await sideBySide(asked, askedMax, isUnused);
    const unused = asked.filter((_, at) => answers[at] === true);
    await definitions.forget(unused, isUnused, isLeading, (known) => {
      this.#index.remove(known);
      this.forgotten += 1;
    });
  }

  async #isUnused({ tenant, definition, executable, shapes }: Known): Promise<boolean> {
    const { store } = this.#options;
    const keys = shapes.map(({ shape }) => ({ shape }));
    // Found at once where any waits by it; one that does not yet is looked for among those of the workflow.
    if ((await store.listeners(tenant, keys, { rowsMax: 1 })).rows.length > 0) return false;
    const { namespace, name } = executable.program;
    const query = { namespace, name, definition, status: openPhases, rowsMax: 1 };
    return (await store.executions(tenant, query)).rows.length === 0;
  }
}

function nameOf({ tenant, definition }: ListeningDefinition): string {
  return `${tenant}\0${definition}`;
}
