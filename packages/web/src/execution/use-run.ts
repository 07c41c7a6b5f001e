import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { api } from '../api/client.ts';
import { followExecution } from '../api/follow.ts';
import { createRunStore, type RunStore, type RunView } from '../run/run-store.ts';

/** The store of an execution, filled by its events until it has ended. Use it under a key of the id. */
export function useRunStore(id: string): readonly [RunStore, RunView] {
  const [store] = useState(() => createRunStore((callback) => void requestAnimationFrame(callback)));
  useEffect(() => {
    const gone = new AbortController();
    followExecution(id, {
      onEvents: store.append,
      onConnection: store.connect,
      signal: gone.signal,
    }).catch((problem: unknown) => store.fail(problem));
    return () => gone.abort();
  }, [id, store]);
  return [store, useSyncExternalStore(store.subscribe, store.get)];
}

/** The text that runs, whatever was published since. */
export function useSource(digest: string | undefined) {
  return useQuery({
    queryKey: ['definition-text', digest],
    enabled: digest !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) => api.definition(digest ?? '', signal),
  });
}
