/**
 * The live list: what happens to the executions of a tenant, as their lines of a list.
 *
 * 1. It lives on commits as they become durable; their rows come with them, so following reads nothing.
 * 2. What comes while a reader is busy is kept by execution, the last row only. So a slow reader costs a bounded map;
 *    when even that is full it is told to read the list anew (`reset`) instead of being told late.
 * 3. A position is the store's, of a commit: whoever goes on after it is told all that was committed since, from the
 *    log, or told to read the list anew when that is much.
 */
import type { ExecutionChange, Phase } from '@millrace/core';
import type { ExecutionRow, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { Feed } from '../roles/feed.ts';
import { pause } from './pause.ts';
import { executionSummary } from './views.ts';

export interface ExecutionFeedOptions {
  readonly store: Store;
  readonly feed: Feed;
  readonly world: World;
}

/** executions that a reader may lag behind by */
const changedMax = 2_000;
/** commits that are read from the log for a reader that comes back */
const missedCommitsMax = 2_000;
/** Between two rounds: what happens within it to one execution is told once. */
const roundMs = 100;
/** executions whose last phase is remembered, so that what changes nothing in a list is not told */
const toldMax = 4_096;

/** The position of a store that has no commit yet. */
const beforeTheFirst = '0';

/** What happened after `after` (a position that was told before; absent: now), until the signal aborts. */
export async function* followExecutions(
  options: ExecutionFeedOptions,
  tenant: string,
  after: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<ExecutionChange, void> {
  const { store, feed } = options;
  const changes = new Changes();
  const stop = feed.followAll((commit, row) => {
    if (commit.tenant === tenant) changes.note(commit.stream, row, String(commit.position));
  });
  const wake = () => changes.wake();
  signal.addEventListener('abort', wake);
  try {
    await feed.opened;
    let position = after ?? ((await store.end()) || beforeTheFirst);
    yield { type: 'open', position };
    if (after !== undefined) await catchUp(store, tenant, after, changes);
    while (!signal.aborted) {
      await changes.some(signal);
      const round = changes.take(position);
      if (round.reset) yield { type: 'reset', position: round.position };
      // Only the last one bears the new position: a reader that is cut off before it is told the others again.
      let last: ExecutionChange | undefined;
      for (const [id, known] of round.rows) {
        const row = known ?? (await store.execution(tenant, id));
        if (row === undefined || !changes.isNews(row)) continue;
        if (last !== undefined) yield last;
        last = { type: 'changed', position, execution: executionSummary(row) };
      }
      ({ position } = round);
      if (last?.type === 'changed') yield { ...last, position };
      await pause(options.world, roundMs, signal);
    }
  } finally {
    stop();
    signal.removeEventListener('abort', wake);
  }
}

/** Notes what the log holds after a position. One that it does not know, or that lies far back, is a reset. */
async function catchUp(store: Store, tenant: string, after: string, changes: Changes): Promise<void> {
  const { commits } = await store.tail(after, missedCommitsMax);
  if (commits.length === missedCommitsMax || isAhead(after, await store.end()))
    return changes.reset(await store.end());
  for (const commit of commits)
    if (commit.tenant === tenant) changes.note(commit.stream, undefined, String(commit.position));
}

/** A position that is not reached yet is one of another store: of one in memory before this process, say. */
function isAhead(position: string, end: string): boolean {
  return Number(position) > Number(end);
}

interface Round {
  readonly reset: boolean;
  /** by execution; `undefined`: to be read */
  readonly rows: ReadonlyMap<string, ExecutionRow | undefined>;
  readonly position: string;
}

/** What a reader has not been told yet. */
class Changes {
  #rows = new Map<string, ExecutionRow | undefined>();
  #position: string | undefined;
  #reset = false;
  #wake: () => void = () => {};
  readonly #told = new Map<string, Phase>();

  note(id: string, row: ExecutionRow | undefined, position: string): void {
    if (this.#rows.size >= changedMax && !this.#rows.has(id)) this.reset(position);
    else if (!this.#reset) this.#rows.set(id, row);
    this.#position = position;
    this.wake();
  }

  reset(position: string): void {
    this.#rows.clear();
    this.#told.clear();
    this.#reset = true;
    this.#position = position;
    this.wake();
  }

  wake(): void {
    this.#wake();
  }

  async some(signal: AbortSignal): Promise<void> {
    while (this.#position === undefined && !signal.aborted)
      await new Promise<void>((resolve) => (this.#wake = resolve));
  }

  take(before: string): Round {
    const round = { reset: this.#reset, rows: this.#rows, position: this.#position ?? before };
    this.#rows = new Map();
    this.#position = undefined;
    this.#reset = false;
    return round;
  }

  /** Whether a list shows something else now than what the reader was told last. */
  isNews({ id, status }: ExecutionRow): boolean {
    if (this.#told.get(id) === status) return false;
    this.#told.delete(id);
    this.#told.set(id, status);
    if (this.#told.size > toldMax) {
      const [oldest] = this.#told.keys();
      if (oldest !== undefined) this.#told.delete(oldest);
    }
    return true;
  }
}
