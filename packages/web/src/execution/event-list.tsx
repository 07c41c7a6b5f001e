import type { Json } from '@millrace/core';
import type { ExecutionEvent } from '@millrace/sdk';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import { useMessages } from '../app/preferences.ts';
import { formatDuration } from '../format/duration.ts';
import { nameOf } from '../run/run.ts';
import type { RunStore, RunView } from '../run/run-store.ts';
import { JsonView } from '../ui/json-view.tsx';

export interface EventListProps {
  readonly store: RunStore;
  readonly view: RunView;
  readonly visit: string | undefined;
}

const rowPx = 32;
const heightPxMax = 420;

/** Every event in order; those of the chosen task are marked. */
export function EventList({ store, view, visit }: EventListProps) {
  const messages = useMessages();
  const { events, run, selection } = view;
  const box = useRef<HTMLDivElement>(null);
  const marked = useMemo(
    () => new Set(visit === undefined ? [] : run.tasks.get(visit)?.versions),
    [run, visit],
  );
  const virtual = useVirtualizer({
    count: events.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    overscan: 12,
  });
  const first = Math.min(...marked);
  const chosen = selection.type === 'event' ? selection.version : undefined;
  useEffect(() => {
    if (chosen === undefined && Number.isFinite(first)) virtual.scrollToIndex(first - 1, { align: 'start' });
  }, [first, chosen, virtual.scrollToIndex]);
  const from = events[0] === undefined ? 0 : Date.parse(events[0].time);
  const fact = chosen === undefined ? undefined : events[chosen - 1]?.fact;
  return (
    <>
      <div
        ref={box}
        tabIndex={-1}
        className="-mx-2 overflow-auto"
        style={{ height: Math.min(heightPxMax, events.length * rowPx) }}
      >
        <ol className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const event = events[index];
            if (event === undefined) return null;
            const { version } = event;
            return (
              <li
                key={version}
                className="absolute inset-x-0"
                style={{ height: rowPx, transform: `translateY(${start}px)` }}
              >
                <EventRow
                  event={event}
                  from={from}
                  chosen={version === chosen}
                  marked={marked.has(version)}
                  later={view.moment !== undefined && version > view.moment}
                  onSelect={() => store.select({ type: 'event', version })}
                />
              </li>
            );
          })}
        </ol>
      </div>
      {fact === undefined ? null : (
        <div className="mt-3">
          <JsonView value={jsonOf(fact)} name={`${messages.events} ${chosen}`} />
        </div>
      )}
    </>
  );
}

interface EventRowProps {
  readonly event: ExecutionEvent;
  readonly from: number;
  readonly chosen: boolean;
  readonly marked: boolean;
  readonly later: boolean;
  readonly onSelect: () => void;
}

function EventRow({ event, from, chosen, marked, later, onSelect }: EventRowProps) {
  const { fact, time, version } = event;
  const look = chosen ? 'bg-accent-soft' : marked ? 'bg-accent-soft/60' : 'hover:bg-hover';
  return (
    <button
      type="button"
      data-row
      aria-pressed={chosen}
      onClick={onSelect}
      className={`grid h-full w-full grid-cols-[2.25rem_minmax(0,1fr)_auto] items-center gap-2 rounded-md px-2 text-left text-[13px] focus-visible:-outline-offset-2 ${look} ${later ? 'opacity-60' : ''}`}
    >
      <span className="tabular text-right text-[12px] text-faint">{version}</span>
      <span className="truncate">
        <span className={fact.type.endsWith('ed') && /fault|fail/.test(fact.type) ? 'text-faulted' : ''}>
          {fact.type}
        </span>
        {'task' in fact ? <span className="ml-2 text-soft">{nameOf(fact.task)}</span> : null}
      </span>
      <span className="tabular text-[12px] text-faint">+{formatDuration(Date.parse(time) - from)}</span>
    </button>
  );
}

/** Facts came as JSON, and their types only say more about it. */
function jsonOf(fact: ExecutionEvent['fact']): Json {
  return fact as unknown as Json;
}
