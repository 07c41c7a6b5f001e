import type { ExecutionEvent } from '@millrace/sdk';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useMemo, useRef, useState } from 'react';
import { useMessages } from '../app/preferences.ts';
import { useNow } from '../app/use-now.ts';
import { formatDuration } from '../format/duration.ts';
import { type Axis, axisOf, barOf, type Row, rowsOf, ticksOf } from '../run/rows.ts';
import type { Run, TaskRun } from '../run/run.ts';
import { Icon, isIconName } from '../ui/icon.tsx';
import { StatusDot, statusLabel, toneClasses, toneOf } from '../ui/phase-badge.tsx';

export interface TimelineProps {
  readonly run: Run;
  readonly moment: number | undefined;
  readonly events: readonly ExecutionEvent[];
  readonly selected: string | undefined;
  readonly onSelect: (key: string) => void;
}

const rowPx = 36;
const heightPxMax = 560;
const columns =
  'grid-cols-[minmax(0,1.3fr)_minmax(0,1fr)_4.5rem] sm:grid-cols-[minmax(10rem,19rem)_minmax(6rem,1fr)_5rem]';

/** The task tree, each task with its bar on the axis of time. */
export function Timeline({ run, moment, selected, onSelect }: TimelineProps) {
  const messages = useMessages();
  const [collapsed, setCollapsed] = useState<ReadonlySet<string>>(new Set());
  const open = run.state.endedAt === undefined && moment === undefined;
  const now = useNow(open, 250);
  const axis = axisOf(run, moment === undefined ? now : run.state.at);
  const rows = useMemo(() => rowsOf(run, collapsed), [run, collapsed]);
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowPx,
    overscan: 12,
    getItemKey: (index) => rows[index]?.task.key ?? index,
  });
  const toggle = (key: string) => {
    const next = new Set(collapsed);
    if (!next.delete(key)) next.add(key);
    setCollapsed(next);
  };
  return (
    <section aria-label={messages.timeline} className="card overflow-hidden">
      <Scale axis={axis} title={messages.timeline} />
      {rows.length === 0 ? <p className="px-4 py-6 text-soft">{messages.noTasks}</p> : null}
      <div
        ref={box}
        className="overflow-auto"
        style={{ maxHeight: heightPxMax }}
        tabIndex={rows.length * rowPx > heightPxMax ? 0 : -1}
      >
        <ul className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, key, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <li
                key={key}
                className="absolute inset-x-0"
                style={{ height: rowPx, transform: `translateY(${start}px)` }}
              >
                <TimelineRow
                  row={row}
                  axis={axis}
                  selected={row.task.key === selected}
                  onSelect={onSelect}
                  onToggle={toggle}
                />
              </li>
            );
          })}
        </ul>
      </div>
    </section>
  );
}

const ticksMax = 3;

function Scale({ axis, title }: { readonly axis: Axis; readonly title: string }) {
  const length = axis.to - axis.from;
  return (
    <div
      className={`grid h-9 items-center gap-3 border-b border-line bg-sunken px-3 text-[12.5px] text-soft ${columns}`}
    >
      <h2 className="font-medium text-ink">{title}</h2>
      <div className="relative h-full" aria-hidden="true">
        {ticksOf(axis, ticksMax).map((at) => (
          <span
            key={at}
            className="tabular absolute top-1/2 -translate-y-1/2 whitespace-nowrap text-faint max-sm:text-[11px]"
            style={{ left: `${(at / length) * 100}%` }}
          >
            {at / length > 0.88 ? '' : formatDuration(at)}
          </span>
        ))}
      </div>
    </div>
  );
}

interface TimelineRowProps {
  readonly row: Row;
  readonly axis: Axis;
  readonly selected: boolean;
  readonly onSelect: (key: string) => void;
  readonly onToggle: (key: string) => void;
}

const depthPx = 16;
const depthMax = 8;

function TimelineRow({ row, axis, selected, onSelect, onToggle }: TimelineRowProps) {
  const messages = useMessages();
  const { task, depth, expandable, expanded } = row;
  const shown = Math.min(depth, depthMax) * depthPx;
  return (
    <div className={`relative flex h-full items-center ${selected ? 'bg-accent-soft' : 'hover:bg-hover'}`}>
      <span className="absolute left-1 z-10" style={{ marginLeft: shown }}>
        {expandable ? (
          <button
            type="button"
            aria-expanded={expanded}
            aria-label={`${expanded ? messages.collapse : messages.expand}: ${task.name}`}
            onClick={() => onToggle(task.key)}
            className="grid size-6 place-items-center rounded text-faint hover:text-ink"
          >
            <Icon name={expanded ? 'chevronDown' : 'chevronRight'} className="size-3" />
          </button>
        ) : null}
      </span>
      <button
        type="button"
        data-row
        aria-pressed={selected}
        onClick={() => onSelect(task.key)}
        className={`grid h-full w-full items-center gap-3 px-3 text-left focus-visible:-outline-offset-2 ${columns}`}
      >
        <span className="flex min-w-0 items-center gap-2" style={{ paddingLeft: shown + 18 }}>
          <StatusDot status={task.status} />
          {isIconName(task.kind) ? (
            <Icon name={task.kind} className="size-3.5 text-faint max-sm:hidden" />
          ) : null}
          <span className="truncate">{task.name}</span>
          <span className="sr-only">{statusLabel(messages, task.status)}</span>
          <span className="tabular shrink-0 text-[12px] text-faint">{noteOf(task)}</span>
        </span>
        <TaskBar task={task} axis={axis} />
        <span className="tabular text-right text-[12.5px] whitespace-nowrap text-soft">
          {task.status === 'skipped' ? '–' : formatDuration((task.endedAt ?? axis.to) - task.startedAt)}
        </span>
      </button>
    </div>
  );
}

const TaskBar = memo(function TaskBar({ task, axis }: { readonly task: TaskRun; readonly axis: Axis }) {
  const { start, width } = barOf(task, axis);
  const attempts = task.attempts.length > 1 ? task.attempts : [];
  return (
    <span className="relative block h-2.5" aria-hidden="true">
      <span
        className={`absolute inset-y-0 rounded-full ${toneClasses[toneOf(task.status)].bar} ${attempts.length > 0 || task.kind === 'fork' || task.children.length > 0 ? 'opacity-35' : 'opacity-85'}`}
        style={{ left: `${start * 100}%`, width: `max(3px, ${width * 100}%)` }}
      />
      {attempts.map((attempt) => {
        const bar = barOf(attempt, axis);
        return (
          <span
            key={attempt.number}
            className={`absolute inset-y-0 rounded-full opacity-80 ${attempt.error === undefined ? toneClasses[toneOf(task.status)].bar : 'bg-faulted'}`}
            style={{ left: `${bar.start * 100}%`, width: `max(3px, ${bar.width * 100}%)` }}
          />
        );
      })}
    </span>
  );
});

function noteOf(task: TaskRun): string {
  if (task.iteration !== undefined) return `[${task.iteration}]`;
  if (task.attempt !== undefined && task.attempt > 1) return `#${task.attempt}`;
  return task.case === undefined ? '' : `→ ${task.case}`;
}
