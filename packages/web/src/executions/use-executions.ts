import type { ExecutionChange, ExecutionSummary } from '@millrace/sdk';
import { keepPreviousData, type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { api, type ExecutionsFilter } from '../api/client.ts';
import { followList } from '../api/follow-list.ts';
import type { Connection } from '../api/keep-open.ts';
import { mergeRows } from './merge.ts';

/** How often the list is read while the server does not tell what changes. */
const refreshMs = 3_000;

/** A page of the list, kept as it is on the server. */
export function useExecutions(filter: ExecutionsFilter) {
  const { connection, changed } = useChanges();
  const page = useQuery({
    queryKey: ['executions', filter],
    queryFn: ({ signal }) => api.executions(filter, signal),
    placeholderData: keepPreviousData,
    refetchInterval: connection === 'live' ? false : refreshMs,
  });
  const data = useMemo(
    () =>
      page.data === undefined || page.isPlaceholderData ? page.data : mergeRows(page.data, changed, filter),
    [page.data, page.isPlaceholderData, changed, filter],
  );
  return { page, data, connection };
}

interface Changes {
  readonly connection: Connection;
  /** the rows that changed since the list was read, as they are now */
  readonly changed: readonly ExecutionSummary[];
}

function useChanges(): Changes {
  const queries = useQueryClient();
  const [changes, setChanges] = useState<Changes>({ connection: 'connecting', changed: [] });
  useEffect(() => {
    const gone = new AbortController();
    follow(queries, gone.signal, setChanges);
    return () => gone.abort();
  }, [queries]);
  return changes;
}

/** Beyond so many rows the list is read again. */
const changedMax = 100;
/** News is shown in steps: nobody reads faster. */
const stepMs = 80;

function follow(
  queries: QueryClient,
  signal: AbortSignal,
  show: (update: (before: Changes) => Changes) => void,
): void {
  const changed = new Map<string, ExecutionSummary>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = () => {
    timer = undefined;
    if (changed.size > changedMax) void readAgain();
    show((before) => ({ ...before, changed: [...changed.values()] }));
  };
  /** What had changed before the list was read stands in it. */
  const readAgain = async () => {
    const before = [...changed];
    await queries.refetchQueries({ queryKey: ['executions'], type: 'active' });
    for (const [id, row] of before) if (changed.get(id) === row) changed.delete(id);
  };
  const options = {
    signal,
    onConnection: (connection: Connection) => show((before) => ({ ...before, connection })),
    onChanges: (news: readonly ExecutionChange[]) => {
      for (const change of news) {
        if (change.type === 'changed') changed.set(change.execution.id, change.execution);
        else void readAgain();
      }
      timer ??= setTimeout(tell, stepMs);
    },
  };
  signal.addEventListener('abort', () => clearTimeout(timer));
  // A server without the feed is asked now and then instead.
  followList(options).catch(() => options.onConnection('lost'));
}
