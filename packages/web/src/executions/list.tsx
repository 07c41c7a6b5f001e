import { isTerminal } from '@millrace/core';
import type { ExecutionSummary } from '@millrace/sdk';
import { Link } from '@tanstack/react-router';
import { memo, useRef } from 'react';
import { useMessages } from '../app/preferences.ts';
import { useNow } from '../app/use-now.ts';
import { formatDuration } from '../format/duration.ts';
import { Skeleton } from '../ui/notice.tsx';
import { PhaseBadge } from '../ui/phase-badge.tsx';
import { Instant } from '../ui/time.tsx';
import { noteOpened, useReturnFocus } from './return-focus.ts';

// From a wide window on, an id is seen whole.
const columns =
  'md:grid-cols-[9.5rem_minmax(0,1.4fr)_minmax(0,1fr)_8rem_7rem] lg:grid-cols-[9.5rem_minmax(0,1fr)_17.5rem_8rem_7rem]';

/** Links, one a line; `j` and `k` go through them. */
export function List({ items }: { readonly items: readonly ExecutionSummary[] }) {
  const messages = useMessages();
  const now = useNow(items.some(({ status }) => !isTerminal(status)));
  const today = useNow(true, 60_000);
  const list = useRef<HTMLUListElement>(null);
  useReturnFocus(list);
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
      <ul ref={list} className="divide-y divide-line">
        {items.map((item) => (
          <li key={item.id}>
            <ListRow item={item} now={isTerminal(item.status) ? undefined : now} today={today} />
          </li>
        ))}
      </ul>
    </div>
  );
}

interface ListRowProps {
  readonly item: ExecutionSummary;
  /** epoch ms, while it goes on; one that has ended is not drawn again for it */
  readonly now: number | undefined;
  readonly today: number;
}

const ListRow = memo(function ListRow({ item, now, today }: ListRowProps) {
  const { namespace, name, version } = item.workflow;
  const startedAt = Date.parse(item.startedAt);
  const to = item.endedAt === undefined ? now : Date.parse(item.endedAt);
  return (
    <Link
      to="/executions/$id"
      params={{ id: item.id }}
      data-row
      data-execution={item.id}
      onClick={() => noteOpened(item.id)}
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
        <Instant at={item.startedAt} now={today} />
      </span>
      <span className="tabular text-right text-soft max-md:order-5 max-md:text-[12.5px]">
        {to === undefined || to < startedAt ? '' : formatDuration(to - startedAt)}
      </span>
    </Link>
  );
});

const skeletonRows = ['w-40', 'w-56', 'w-32', 'w-48', 'w-36', 'w-52'];

export function ListSkeleton() {
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
