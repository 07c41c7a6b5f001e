import type { Phase } from '@millrace/core';
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { ApiError } from '../api/api-error.ts';
import { api } from '../api/client.ts';
import { type ExecutionSummary, isEnded, phases } from '../api/types.ts';
import { useMessages } from '../app/preferences.ts';
import type { ExecutionsSearch } from '../app/router.tsx';
import { useNow } from '../app/use-now.ts';
import { usePageTitle } from '../app/use-page-title.ts';
import { formatDuration } from '../format/duration.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { ExampleCards } from '../ui/example-cards.tsx';
import { Icon } from '../ui/icon.tsx';
import { EmptyState, ProblemNotice, Skeleton } from '../ui/notice.tsx';
import { PhaseBadge, StatusDot, statusLabel } from '../ui/phase-badge.tsx';
import { Instant } from '../ui/time.tsx';

const refreshMs = 2_000;
const route = getRouteApi('/');

/** What runs and what ran, the newest first; the first page goes on by itself. */
export function ExecutionsPage() {
  const messages = useMessages();
  const search = route.useSearch();
  usePageTitle(messages.executions);
  const live = search.cursor === undefined;
  const page = useQuery({
    queryKey: ['executions', search],
    queryFn: ({ signal }) => api.executions(search, signal),
    placeholderData: keepPreviousData,
    refetchInterval: live ? refreshMs : false,
  });
  const filtered = search.status !== undefined || search.workflow !== undefined;
  const items = page.data?.items;
  return (
    <>
      <div className="mb-5 flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <h1 className="flex items-baseline gap-3 text-xl font-semibold">
          {messages.executions}
          <span className="inline-flex items-center gap-1.5 text-[12.5px] font-normal text-soft">
            {live && !page.isError ? <StatusDot status="completed" /> : null}
            {live ? (page.isError ? '' : messages.live) : messages.livePaused}
          </span>
        </h1>
        <Search />
      </div>
      {filtered || (items?.length ?? 1) > 0 || !live ? <Filters search={search} /> : null}
      {page.isError ? (
        <div className="mb-4">
          <ProblemNotice problem={page.error} onRetry={() => void page.refetch()} />
        </div>
      ) : null}
      {items === undefined ? (
        page.isError ? null : (
          <ListSkeleton />
        )
      ) : items.length > 0 ? (
        <List items={items} />
      ) : filtered || !live ? (
        <EmptyState title={messages.noMatches} text={messages.noMatchesText}>
          <Link to="/" className={`mt-6 ${buttonClass()}`}>
            {messages.clearFilters}
          </Link>
        </EmptyState>
      ) : (
        <EmptyState title={messages.noExecutions} text={messages.noExecutionsText}>
          <ExampleCards />
          <Link to="/workflows/new" className={`mt-6 ${buttonClass('quiet')}`}>
            <Icon name="edit" />
            {messages.writeOwn}
          </Link>
        </EmptyState>
      )}
      <Pages search={search} next={page.isPlaceholderData ? undefined : page.data?.cursor} />
    </>
  );
}

/** Goes to the execution whose id is given whole. */
function Search() {
  const messages = useMessages();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [id, setId] = useState('');
  const [missing, setMissing] = useState<string>();
  const find = async (event: FormEvent) => {
    event.preventDefault();
    const wanted = id.trim();
    if (wanted === '') return;
    try {
      await queries.fetchQuery({ queryKey: ['execution', wanted], queryFn: () => api.execution(wanted) });
      await navigate({ to: '/executions/$id', params: { id: wanted } });
    } catch (error) {
      if (error instanceof ApiError)
        setMissing(
          error.status === 404 || error.status === 400 ? messages.searchNothing(wanted) : error.message,
        );
      else throw error;
    }
  };
  return (
    <form onSubmit={(event) => void find(event)} className="relative w-full sm:w-80">
      <Icon name="search" className="pointer-events-none absolute top-[10px] left-2.5 text-faint" />
      <input
        data-search
        type="search"
        aria-label={messages.searchById}
        aria-describedby="search-result"
        placeholder={messages.searchById}
        value={id}
        onChange={(event) => {
          setId(event.target.value);
          setMissing(undefined);
        }}
        className="field !pl-8"
      />
      <p
        id="search-result"
        role="status"
        className="absolute top-full right-0 left-0 z-10 mt-1 truncate text-[12.5px] text-faulted"
      >
        {missing}
      </p>
    </form>
  );
}

function Filters({ search }: { readonly search: ExecutionsSearch }) {
  const messages = useMessages();
  const navigate = useNavigate();
  const workflows = useQuery({
    queryKey: ['workflows'],
    queryFn: ({ signal }) => api.workflows(signal),
    staleTime: 30_000,
  });
  const names = [
    ...new Set((workflows.data ?? []).map(({ namespace, name }) => `${namespace}/${name}`)),
  ].sort();
  if (search.workflow !== undefined && !names.includes(search.workflow)) names.push(search.workflow);
  const chosen = new Set(search.status?.split(',') ?? []);
  const filter = (part: ExecutionsSearch) => {
    const { cursor: _, ...rest } = { ...search, ...part };
    void navigate({ to: '/', search: rest });
  };
  const toggle = (phase: Phase) => {
    const next = phases.filter((each) => (each === phase ? !chosen.has(each) : chosen.has(each)));
    const { status: _, ...rest } = search;
    filter(next.length === 0 ? { ...rest, status: '' } : { status: next.join(',') });
  };
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <fieldset className="flex max-w-full min-w-0 flex-wrap gap-1.5 p-0.5">
        <legend className="sr-only">{messages.filterStatus}</legend>
        {phases
          .filter((phase) => phase !== 'pending')
          .map((phase) => (
            <button
              key={phase}
              type="button"
              aria-pressed={chosen.has(phase)}
              onClick={() => toggle(phase)}
              className="inline-flex min-h-8 items-center gap-1.5 rounded-full border border-line bg-surface px-3 text-[13px] whitespace-nowrap text-soft transition-colors hover:border-line-strong aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-ink"
            >
              <StatusDot status={phase} still />
              {statusLabel(messages, phase)}
            </button>
          ))}
      </fieldset>
      <select
        aria-label={messages.filterWorkflow}
        value={search.workflow ?? ''}
        onChange={(event) => filter({ workflow: event.target.value })}
        className="field !min-h-8 !w-auto max-w-full !rounded-full !border-line !py-0 text-[13px] text-soft"
      >
        <option value="">{messages.allWorkflows}</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}

const columns = 'md:grid-cols-[9.5rem_minmax(0,1.4fr)_minmax(0,1fr)_8rem_7rem]';

function List({ items }: { readonly items: readonly ExecutionSummary[] }) {
  const messages = useMessages();
  const now = useNow(true);
  return (
    <div className="card overflow-hidden">
      <div
        aria-hidden="true"
        className={`hidden gap-4 border-b border-line bg-sunken px-5 py-2 text-[12.5px] text-soft md:grid ${columns}`}
      >
        <span>{messages.columnStatus}</span>
        <span>{messages.columnWorkflow}</span>
        <span>{messages.columnId}</span>
        <span>{messages.columnStarted}</span>
        <span className="text-right">{messages.columnDuration}</span>
      </div>
      <ul className="divide-y divide-line">
        {items.map((item) => (
          <li key={item.id}>
            <ListRow item={item} now={now} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function ListRow({ item, now }: { readonly item: ExecutionSummary; readonly now: number }) {
  const { namespace, name, version } = item.workflow;
  const endedAt = item.endedAt === undefined ? now : Date.parse(item.endedAt);
  return (
    <Link
      to="/executions/$id"
      params={{ id: item.id }}
      data-row
      className={`grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-4 py-3 transition-colors hover:bg-hover focus-visible:bg-hover focus-visible:-outline-offset-2 md:px-5 md:py-2.5 ${columns}`}
    >
      <span className="max-md:order-2 max-md:justify-self-end">
        <PhaseBadge status={item.status} />
      </span>
      <span className="min-w-0 max-md:order-1">
        <span className="flex min-w-0 items-baseline gap-1.5">
          <span className="truncate">
            <span className="text-faint max-sm:hidden">{namespace}/</span>
            <span className="font-medium">{name}</span>
          </span>
          <span className="tabular text-[12.5px] text-faint">{version}</span>
        </span>
        {item.error === undefined ? null : (
          <span className="block truncate text-[12.5px] text-faulted">{item.error}</span>
        )}
      </span>
      <span className="truncate font-mono text-[12.5px] text-soft max-md:order-3 max-md:col-span-2 md:order-none">
        {item.id}
      </span>
      <span className="text-soft max-md:order-4 max-md:text-[12.5px]">
        <Instant at={item.startedAt} now={now} />
      </span>
      <span className="tabular text-right text-soft max-md:order-5 max-md:text-[12.5px]">
        {isEnded(item.status) || now >= Date.parse(item.startedAt)
          ? formatDuration(endedAt - Date.parse(item.startedAt))
          : ''}
      </span>
    </Link>
  );
}

const skeletonRows = ['w-40', 'w-56', 'w-32', 'w-48', 'w-36', 'w-52'];

function ListSkeleton() {
  return (
    <div className="card divide-y divide-line" aria-hidden="true">
      {skeletonRows.map((width) => (
        <div key={width} className="flex items-center gap-6 px-5 py-3.5">
          <Skeleton className="h-5 w-24 rounded-full" />
          <Skeleton className={`h-4 ${width}`} />
        </div>
      ))}
    </div>
  );
}

/** To older pages by the server's cursor; back by the browser's own history. */
function Pages({ search, next }: { readonly search: ExecutionsSearch; readonly next: string | undefined }) {
  const messages = useMessages();
  const { cursor, ...first } = search;
  if (cursor === undefined && next === undefined) return null;
  return (
    <nav className="mt-4 flex items-center justify-end gap-2" aria-label={messages.executions}>
      {cursor === undefined ? null : (
        <>
          <Link to="/" search={first} className={`mr-auto ${buttonClass('quiet')}`}>
            {messages.firstPage}
          </Link>
          <Button onClick={() => history.back()}>
            <Icon name="chevronLeft" />
            {messages.previousPage}
          </Button>
        </>
      )}
      {next === undefined ? null : (
        <Link to="/" search={{ ...first, cursor: next }} className={buttonClass()}>
          {messages.nextPage}
          <Icon name="chevronRight" />
        </Link>
      )}
    </nav>
  );
}
