/**
 * Removes documents that are kept for a time only, such as idempotency keys: the oldest first, a few at a time, so that
 * no commit waits behind a great deletion. Several processes may do it at once; a document that was put anew stays.
 */
import type { Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';

export interface ExpiryOptions {
  readonly world: World;
  readonly store: Store;
  readonly collection: string;
  readonly keptMs: number;
  readonly onError: (error: unknown, execution: string) => void;
}

/** documents of one round */
const documentsMax = 200;
/** Between two rounds: when nothing was left to remove, and when something may be. */
const restMs = 60_000;
const goOnMs = 50;

/** Begins after a rest, since a start has other things to do; the answer ends it. */
export function startExpiry(options: ExpiryOptions): () => void {
  const { world, onError } = options;
  let stopped = false;
  let cancel: () => void = () => {};
  const later = (ms: number) => {
    if (!stopped) cancel = world.after(ms, round);
  };
  const round = () => {
    removeOldest(options).then(
      (removed) => later(removed === documentsMax ? goOnMs : restMs),
      (error: unknown) => {
        onError(error, '');
        later(restMs);
      },
    );
  };
  later(restMs);
  return () => {
    stopped = true;
    cancel();
  };
}

/** Answers how many were old enough. */
async function removeOldest({ store, collection, keptMs }: ExpiryOptions): Promise<number> {
  const before = store.now() - keptMs;
  const oldest = await store.oldestDocuments(collection, documentsMax);
  const expired = oldest.filter(({ time }) => time <= before);
  await Promise.all(
    expired.map(({ tenant, key, revision }) => store.deleteDocument(tenant, collection, key, revision)),
  );
  return expired.length;
}
