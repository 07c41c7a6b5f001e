import { MillraceError } from '../errors.ts';
import type { BlobStore } from '../ports/blob.ts';
import type { Chance } from './chance.ts';
import type { Owner, SimQueue } from './sim-queue.ts';
import type { SimWeather } from './sim-store.ts';

/**
 * The blob store as one simulated process sees it: at a distance, and failing as the weather wants it. What is put is
 * there from the instant at which it is applied, whether the process lives to hear of it or not.
 */
export function openSimBlobs(options: {
  readonly queue: SimQueue;
  readonly chance: Chance;
  readonly owner: Owner;
  readonly shared: BlobStore;
  readonly weather: SimWeather;
}): BlobStore {
  const { queue, chance, owner, shared, weather } = options;
  function call<T>(apply: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const answer = (run: () => void) => void queue.schedule(owner, chance.between(0, 2), run);
      queue.schedule(owner, chance.between(0, 2), () => {
        if (weather.failure > 0 && chance.happens(weather.failure))
          return answer(() =>
            reject(new MillraceError('unavailable', 'the simulated blob store cannot be reached')),
          );
        apply().then(
          (value) => answer(() => resolve(value)),
          (error: unknown) => answer(() => reject(error)),
        );
      });
    });
  }
  return {
    ...shared,
    put: (tenant, content) => call(() => shared.put(tenant, content)),
    get: (tenant, digest) => call(() => shared.get(tenant, digest)),
    stream: (tenant, digest) => call(() => shared.stream(tenant, digest)),
    head: (tenant, digest, bytesMax) => call(() => shared.head(tenant, digest, bytesMax)),
    delete: (tenant, digest) => call(() => shared.delete(tenant, digest)),
    close: async () => {},
  };
}
