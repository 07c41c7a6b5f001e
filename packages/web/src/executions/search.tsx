import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ApiError } from '../api/api-error.ts';
import { api } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import type { ExecutionsSearch } from '../app/router.tsx';
import { Icon } from '../ui/icon.tsx';

/** The server looks for no shorter beginning of an id. */
const prefixCharsMin = 4;
const settleMs = 200;

/** Narrows the list to ids that begin like this; Enter goes to the one that is meant when there is one. */
export function Search({ search }: { readonly search: ExecutionsSearch }) {
  const messages = useMessages();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [id, setId] = useState(search.id ?? '');
  const [note, setNote] = useState<string>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // The address leads: back, forward and "clear" change what stands here.
  const [shown, setShown] = useState(search.id);
  if (shown !== search.id) {
    setShown(search.id);
    if ((search.id ?? '') !== narrowing(id)) setId(search.id ?? '');
  }
  const narrow = (text: string) => {
    const { cursor: _, id: __, ...rest } = search;
    const prefix = narrowing(text);
    const next: ExecutionsSearch = prefix === '' ? rest : { ...rest, id: prefix };
    if (next.id !== search.id) void navigate({ to: '/', search: next, replace: true });
  };
  const open = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = id.trim();
    if (wanted === '') return;
    clearTimeout(timer.current);
    try {
      const found = await idsOf(wanted, queries);
      const [only] = found;
      if (only !== undefined && found.length === 1)
        return await navigate({ to: '/executions/$id', params: { id: only } });
      if (only === undefined) setNote(messages.searchNothing(wanted));
      narrow(wanted);
    } catch (error) {
      setNote(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <form onSubmit={(event) => void open(event)} className="relative w-full sm:w-80">
      <Icon name="search" className="pointer-events-none absolute top-[10px] left-2.5 text-faint" />
      <input
        data-search
        type="search"
        aria-label={messages.searchById}
        aria-describedby="search-result"
        placeholder={messages.searchById}
        autoComplete="off"
        spellCheck={false}
        value={id}
        onChange={(event) => {
          const text = event.target.value;
          setId(text);
          setNote(undefined);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => narrow(text), settleMs);
        }}
        className="field !pl-8"
      />
      <p
        id="search-result"
        role="status"
        className="absolute top-full right-0 left-0 z-10 mt-1 truncate text-[12.5px] text-faulted"
      >
        {note}
      </p>
    </form>
  );
}

/** The execution of this very id; else those whose ids begin so, two at most: more need not be told apart. */
async function idsOf(wanted: string, queries: QueryClient): Promise<readonly string[]> {
  const queryFn = () => api.execution(wanted);
  try {
    const { id } = await queries.fetchQuery({ queryKey: ['execution', wanted], queryFn, retry: false });
    return [id];
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 404 && error.status !== 400)) throw error;
  }
  if (narrowing(wanted) === '') return [];
  const { items } = await api.executions({ id: wanted });
  return items.slice(0, 2).map(({ id }) => id);
}

/** What of a text the server is asked for: nothing while it is too short. */
function narrowing(text: string): string {
  const prefix = text.trim();
  return prefix.length < prefixCharsMin ? '' : prefix;
}
