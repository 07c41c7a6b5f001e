/**
 * How far the log has been matched, and by whom: where several processes have the role one of them leads, until its term
 * is over. Two at once would do no harm but the work: whatever is delivered is taken once.
 */
import type { Store } from '../ports/store.ts';

/** Of all tenants. */
const own = '*';
const collection = 'matcher';
const key = 'cursor';

interface Stored {
  readonly cursor: string;
  readonly owner: string;
  readonly until: number;
}

/** Keeps where the log ends now, unless a place is kept already. */
export async function ensureCursor(store: Store): Promise<void> {
  if ((await store.document(own, collection, key)) !== undefined) return;
  const stored: Stored = { cursor: await store.end(), owner: '', until: 0 };
  await store.putDocument(own, collection, key, JSON.stringify(stored), 0);
}

export class MatcherCursor {
  readonly #store: Store;
  readonly #node: string;
  readonly #termMs: number;
  #revision = 0;
  #until = 0;
  #savedAt = 0;
  /** when the term of the process that leads is over, unless it goes on */
  #freeAt = 0;
  /** the place that this process saved last, while it leads */
  #saved: string | undefined;
  /** after the last commit that was matched */
  at = '';
  /** how often the place was read from the store: what others have matched meanwhile went by unseen */
  taken = 0;

  constructor(store: Store, node: string, termMs: number) {
    this.#store = store;
    this.#node = node;
    this.#termMs = termMs;
  }

  /** Whether this process leads, from now until its term is over. */
  async lead(): Promise<boolean> {
    if (this.#until > this.#store.now()) return true;
    // Asked first: what begins to listen keeps its place before, and that place is not to be passed by a late answer.
    const end = await this.#store.end();
    const stored = await this.#store.document(own, collection, key);
    const { cursor, owner, until } = parse(stored?.body);
    const { exclusive } = this.#store.features;
    if (!exclusive && owner !== this.#node && until > this.#store.now()) {
      this.#freeAt = until;
      return false;
    }
    const renews = owner === this.#node && this.#saved !== undefined;
    if (!renews) {
      this.at = stored === undefined ? end : cursor;
      this.taken += 1;
    }
    this.#revision = stored?.revision ?? 0;
    if (!exclusive) return this.save();
    this.#until = Number.POSITIVE_INFINITY;
    return true;
  }

  /** While another process leads: when to ask again at the latest, for one that was killed gives no hint. */
  get freeInMs(): number {
    return Math.max(1, this.#freeAt - this.#store.now());
  }

  /** Whether a place was found in the store, or kept there: something has listened once. */
  get isKept(): boolean {
    return this.#revision > 0;
  }

  /** Once a second is enough: what is matched again is taken once. */
  async saveAtTimes(): Promise<void> {
    if ((this.#saved ?? '') === this.at || this.#store.now() - this.#savedAt < 1_000) return;
    await this.save();
  }

  /** Whether this process still leads. */
  async save(): Promise<boolean> {
    const now = this.#store.now();
    const { exclusive } = this.#store.features;
    const stored: Stored = { cursor: this.at, owner: this.#node, until: now + this.#termMs };
    const expected = exclusive ? undefined : this.#revision;
    const put = await this.#store.putDocument(own, collection, key, JSON.stringify(stored), expected);
    if (put.type === 'conflict') {
      this.#until = 0;
      this.#saved = undefined;
      return false;
    }
    this.#revision = put.revision;
    this.#savedAt = now;
    this.#saved = this.at;
    if (!exclusive) this.#until = now + this.#termMs / 2;
    return true;
  }

  /** Gives the term back, so that another process need not wait for its end. */
  async leave(): Promise<void> {
    const { features } = this.#store;
    if (features.exclusive || this.#until <= this.#store.now()) return;
    this.#until = 0;
    const stored: Stored = { cursor: this.at, owner: '', until: 0 };
    await this.#store.putDocument(own, collection, key, JSON.stringify(stored), this.#revision);
  }
}

function parse(body: string | undefined): Stored {
  return body === undefined ? { cursor: '', owner: '', until: 0 } : (JSON.parse(body) as Stored);
}
