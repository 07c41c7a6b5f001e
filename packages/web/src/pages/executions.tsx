import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { ApiError } from '../api/api-error.ts';
import { useMessages } from '../app/preferences.ts';
import { usePageTitle } from '../app/use-page-title.ts';
import { Filters } from '../executions/filters.tsx';
import { List, ListSkeleton } from '../executions/list.tsx';
import { PageLinks } from '../executions/page-links.tsx';
import { Search } from '../executions/search.tsx';
import { useExecutions } from '../executions/use-executions.ts';
import { buttonClass } from '../ui/button.tsx';
import { EmptyState, ProblemNotice } from '../ui/notice.tsx';
import { StatusDot } from '../ui/phase-badge.tsx';

const FirstRun = lazy(() => import('../examples/first-run.tsx'));
const route = getRouteApi('/');

/** What runs and what ran, the newest first; the first page goes on by itself. */
export function ExecutionsPage() {
  const messages = useMessages();
  const search = route.useSearch();
  usePageTitle(messages.executions);
  const { page, data, connection } = useExecutions(search);
  const narrowed =
    search.status !== undefined ||
    search.workflow !== undefined ||
    search.id !== undefined ||
    search.cursor !== undefined;
  // Where the server refuses it does answer: what it says stands below.
  const refused = page.error instanceof ApiError && page.error.status >= 400 && page.error.status < 500;
  const items = data?.items;
  if (items?.length === 0 && !narrowed && !page.isPlaceholderData)
    return (
      <Suspense fallback={null}>
        <FirstRun />
      </Suspense>
    );
  return (
    <>
      <div className="mb-5 flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
        <h1 className="flex items-baseline gap-3 text-xl font-semibold">
          {messages.executions}
          <Liveness
            lost={!refused && (connection === 'lost' || page.isError)}
            live={connection === 'live'}
            older={search.cursor !== undefined}
          />
        </h1>
        <Search search={search} />
      </div>
      <Filters search={search} />
      {page.isError ? (
        <div className="mb-4">
          <ProblemNotice problem={page.error} onRetry={() => void page.refetch()} />
        </div>
      ) : null}
      {items === undefined ? page.isError ? null : <ListSkeleton /> : null}
      {items === undefined || items.length === 0 ? null : <List items={items} />}
      {items?.length === 0 ? (
        <EmptyState title={messages.noMatches} text={messages.noMatchesText}>
          <Link to="/" className={`mt-6 ${buttonClass()}`}>
            {messages.clearFilters}
          </Link>
        </EmptyState>
      ) : null}
      <PageLinks search={search} next={page.isPlaceholderData ? undefined : data?.cursor} />
    </>
  );
}

interface LivenessProps {
  readonly lost: boolean;
  readonly live: boolean;
  readonly older: boolean;
}

/** Whether what is shown is what is. */
function Liveness({ lost, live, older }: LivenessProps) {
  const messages = useMessages();
  return (
    <span
      role="status"
      className="inline-flex items-center gap-1.5 text-[12.5px] font-normal tracking-normal text-soft"
    >
      {lost ? (
        <span className="rounded-md bg-waiting-soft px-2 py-0.5 text-waiting">{messages.listLost}</span>
      ) : live ? (
        <>
          <StatusDot status="completed" />
          {older ? messages.livePaused : messages.live}
        </>
      ) : null}
    </span>
  );
}
