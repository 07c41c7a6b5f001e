/** Holds a whole store against its own hash chains, and what is shown of executions against their logs. */
import { MillraceError } from '../errors.ts';
import type { BlobStore } from '../ports/blob.ts';
import type { Commit, Store } from '../ports/store.ts';
import { type Expected, flawOf, verifyStream } from '../ports/verify-stream.ts';
import { isEventStream } from '../roles/event-log.ts';
import { namedValues, ValueReader } from './verify-values.ts';

export interface StoreFlaw {
  readonly tenant: string;
  readonly execution: string;
  /** version at which the flaw stands; 0: the execution as a whole */
  readonly version: number;
  readonly reason: string;
}

export interface StoreVerdict {
  readonly executions: number;
  readonly commits: number;
  readonly facts: number;
  /** large values that lie beside the log and were read */
  readonly values: number;
  /** the first flaw of each execution's log, and those of its large values; no more than `flawsMax` */
  readonly flaws: readonly StoreFlaw[];
  /** why the store could not be read to its end */
  readonly unreadable?: string;
}

/** What of a store is read: it may be one as of an instant. */
export type ReadableStore = Pick<Store, 'tail' | 'read' | 'execution' | 'executions'>;

interface Walked extends Expected {
  readonly time: number;
  readonly isBroken: boolean;
}

const pageRows = 500;
const flawsMax = 100;
/** How often an execution is read again that moves while it is looked at. */
const looksMax = 10;

/**
 * Walks every commit of every execution, once, in the order of the log: its versions, its chain, its ids. Then every
 * execution's row: it has to speak of the last commit. The large values that a commit names are read with it. `hash` is
 * SHA-256 in hexadecimal.
 */
export async function verifyStore(
  store: ReadableStore,
  blobs: Pick<BlobStore, 'stream'>,
  hash: (text: string) => string,
): Promise<StoreVerdict> {
  const walk = new StoreWalk(blobs, hash);
  try {
    for (let cursor = ''; ; ) {
      const page = await store.tail(cursor, pageRows);
      for (const commit of page.commits) {
        walk.take(commit);
        await walk.readValues(commit);
      }
      if (page.commits.length < pageRows) break;
      cursor = page.cursor;
    }
    for (const tenant of walk.tenants) await walk.compareRows(store, tenant);
  } catch (error) {
    if (!(error instanceof MillraceError)) throw error;
    return { ...walk.verdict, unreadable: error.message };
  }
  return walk.verdict;
}

class StoreWalk {
  readonly #hash: (text: string) => string;
  readonly #values: ValueReader;
  readonly #byTenant = new Map<string, Map<string, Walked>>();
  readonly #flaws: StoreFlaw[] = [];
  #executions = 0;
  #commits = 0;
  #facts = 0;

  constructor(blobs: Pick<BlobStore, 'stream'>, hash: (text: string) => string) {
    this.#hash = hash;
    this.#values = new ValueReader(blobs);
  }

  get tenants(): Iterable<string> {
    return this.#byTenant.keys();
  }

  get verdict(): StoreVerdict {
    return {
      executions: this.#executions,
      commits: this.#commits,
      facts: this.#facts,
      values: this.#values.values,
      flaws: this.#flaws.slice(0, flawsMax),
    };
  }

  take(commit: Commit): void {
    const { tenant, stream, version, count, id, position, time } = commit;
    const streams = this.#byTenant.get(tenant) ?? new Map<string, Walked>();
    this.#byTenant.set(tenant, streams);
    const before = streams.get(stream) ?? { next: 1, previous: '', position: 0, isBroken: false };
    if (before.next === 1 && !isEventStream(commit)) this.#executions += 1;
    this.#commits += 1;
    this.#facts += count;
    const reason = before.isBroken ? undefined : flawOf(commit, before, this.#hash);
    if (reason !== undefined) this.#flaws.push({ tenant, execution: stream, version, reason });
    const isBroken = before.isBroken || reason !== undefined;
    streams.set(stream, { next: version + count, previous: id, position, time, isBroken });
  }

  async readValues(commit: Commit): Promise<void> {
    for (const value of namedValues(commit)) {
      const reason = await this.#values.flawOf(value);
      const { tenant, execution, version } = value;
      if (reason !== undefined) this.#flaws.push({ tenant, execution, version, reason });
    }
  }

  async compareRows(store: ReadableStore, tenant: string): Promise<void> {
    const streams = new Map(this.#byTenant.get(tenant));
    for (let cursor: string | undefined; ; ) {
      const query = { rowsMax: pageRows, ...(cursor === undefined ? {} : { cursor }) };
      const page = await store.executions(tenant, query);
      for (const { id, updatedAt } of page.rows) {
        const walked = streams.get(id);
        streams.delete(id);
        if (walked?.isBroken === true || walked?.time === updatedAt) continue;
        if (await this.#catchUp(store, tenant, id)) continue;
        if (walked === undefined) this.#addWhole(tenant, id, 'it is listed, and has no log');
        else this.#addWhole(tenant, id, 'its log does not end where its row says');
      }
      cursor = page.cursor;
      if (cursor === undefined) break;
    }
    for (const stream of streams.keys())
      if (!isEventStream({ stream })) this.#addWhole(tenant, stream, 'it has a log, and is not listed');
  }

  /** Servers may be at work meanwhile: what has come since is walked as well. Answers whether log and row agree then. */
  async #catchUp(store: ReadableStore, tenant: string, id: string): Promise<boolean> {
    const walkedOf = () => this.#byTenant.get(tenant)?.get(id);
    for (let look = 0; look < looksMax; look++) {
      const fresh = await store.read(tenant, id, { fromVersion: walkedOf()?.next ?? 1 });
      for (const commit of fresh) {
        this.take(commit);
        await this.readValues(commit);
      }
      const row = await store.execution(tenant, id);
      const walked = walkedOf();
      if (walked?.isBroken === true || (walked !== undefined && walked.time === row?.updatedAt)) return true;
      if (fresh.length === 0) return false;
    }
    return false;
  }

  #addWhole(tenant: string, execution: string, reason: string): void {
    this.#flaws.push({ tenant, execution, version: 0, reason });
  }
}

const openExecutionsMax = 100;
const openCommitsMax = 1_000;

/**
 * What a start can afford: the logs of the executions that it will go on with, the newest first. Throws `unavailable`
 * with the reason `damaged` at the first flaw.
 */
export async function verifyOpenExecutions(
  store: ReadableStore,
  tenant: string,
  hash: (text: string) => string,
): Promise<void> {
  const status = ['pending', 'running', 'waiting', 'suspended'] as const;
  const { rows } = await store.executions(tenant, { status, rowsMax: openExecutionsMax });
  let commits = 0;
  for (const { id } of rows) {
    if (commits >= openCommitsMax) return;
    const stream = await store.read(tenant, id, { rowsMax: openCommitsMax });
    commits += stream.length;
    const verdict = verifyStream(stream, hash);
    if (verdict.type === 'broken') {
      throw new MillraceError(
        'unavailable',
        `the log of the execution ${id} is damaged at version ${verdict.version}: ${verdict.reason}`,
        { reason: 'damaged', execution: id, version: verdict.version },
      );
    }
  }
}
