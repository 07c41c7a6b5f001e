import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { api } from '../api/client.ts';
import { followExecution } from '../api/follow.ts';
import type { WorkflowReference } from '../api/types.ts';
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

/** The text of the version that runs; absent when it was given inline or was removed. */
export function useSource(reference: WorkflowReference | undefined) {
  return useQuery({
    queryKey: ['workflow', reference],
    enabled: reference !== undefined,
    staleTime: 60_000,
    queryFn: ({ signal }) => api.workflow(reference ?? {}, signal),
  });
}
