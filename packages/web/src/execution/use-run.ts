import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { api } from '../api/client.ts';
import { followExecution } from '../api/follow.ts';
import { createRunStore, type RunStore, type RunView } from '../run/run-store.ts';

/** Between two drawings of events: ten a second are seen as live, and leave a busy machine half of its time. */
const drawingsMsMin = 100;

function beforeNextFrame(callback: () => void): void {
  requestAnimationFrame(callback);
}

/** Calls back before the next frame, and not more often than the page is to be drawn for events. */
function pace(): (callback: () => void) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (callback) => {
    const draw = () =>
      requestAnimationFrame((now) => {
        last = now;
        callback();
      });
    setTimeout(draw, Math.max(0, last + drawingsMsMin - performance.now()));
  };
}

/** The store of an execution, filled by its events until it has ended. Use it under a key of the id. */
export function useRunStore(id: string): readonly [RunStore, RunView] {
  const [store] = useState(() => createRunStore(beforeNextFrame, pace()));
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
