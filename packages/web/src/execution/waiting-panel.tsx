import { phaseOf } from '@millrace/core';
import type { ExecutionView, WakeUpView } from '@millrace/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../api/client.ts';
import { useLocale, useMessages } from '../app/preferences.ts';
import { useNow } from '../app/use-now.ts';
import { formatDuration } from '../format/duration.ts';
import type { Messages } from '../messages/messages.ts';
import type { ChildRun } from '../run/child-run.ts';
import { requestLine } from '../run/request-line.ts';
import type { Run, TaskRun } from '../run/run.ts';
import { type Explanation, effectOf, explain, type Reason } from '../run/wake-up.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { formatInstant } from '../ui/time.tsx';
import { ResolveDialog } from './resolve-dialog.tsx';

export interface WaitingPanelProps {
  readonly execution: ExecutionView;
  readonly run: Run;
  readonly onSelect: (key: string) => void;
}

const refreshMs = 1_000;
const rowsMax = 8;

/** Why an open execution does not move: its rows in the wake-up ledger, told in words. */
export function WaitingPanel({ execution, run, onSelect }: WaitingPanelProps) {
  const messages = useMessages();
  const language = useLocale();
  const now = useNow(true, 500);
  const rows = useQuery({
    queryKey: ['wake-ups', execution.id, phaseOf(run.state)],
    queryFn: ({ signal }) => api.wakeUps(execution.id, signal),
    placeholderData: keepPreviousData,
    refetchInterval: refreshMs,
  });
  // A timer that is nobody's belongs to a moment that has passed since the rows were read.
  const explanations = (rows.data?.items ?? [])
    .map((row) => explain(row, run, now))
    .filter(({ reason }) => reason.type !== 'timer' || reason.cause !== 'other');
  // Rows that were read a moment before the state say nothing of what it waits for now.
  const isIdle = rows.data?.items.length === 0 && phaseOf(run.state) !== 'waiting';
  return (
    <section
      aria-labelledby="why"
      className="card mb-5 flex min-h-[52px] flex-wrap items-start gap-x-6 gap-y-2 px-4 py-3.5"
    >
      <h2 id="why" className="flex items-center gap-2 font-medium">
        <Icon name="wait" className="text-waiting" />
        {messages.whyWaiting}
      </h2>
      <ul className="grid min-w-0 flex-1 basis-80 gap-2">
        {explanations.slice(0, rowsMax).map((each) => (
          <li key={each.wakeUp.id} className="flex flex-wrap items-baseline gap-x-2">
            <Sentence {...each} onSelect={onSelect} />
            <Resolve {...each} execution={execution.id} />
            <span className="tabular text-soft">{whenText(each, now, messages, language)}</span>
          </li>
        ))}
        {explanations.length > rowsMax ? (
          <li className="text-soft">+ {explanations.length - rowsMax}</li>
        ) : null}
        {isIdle ? <li className="text-soft">{messages.notWaiting}</li> : null}
      </ul>
    </section>
  );
}

function Sentence({ reason, wakeUp, onSelect }: Explanation & { readonly onSelect: (key: string) => void }) {
  const messages = useMessages();
  const task = 'task' in reason ? reason.task : undefined;
  return (
    <>
      <span>{reasonText(reason, messages)}</span>
      {reason.type === 'effect' && reason.request !== undefined ? (
        <code className="font-mono text-[12.5px] text-soft [overflow-wrap:anywhere]">
          {requestLine(reason.request)}
        </code>
      ) : null}
      {reason.type === 'event' && reason.listens !== undefined ? (
        <code className="font-mono text-[12.5px] text-soft [overflow-wrap:anywhere]">
          {listenerLine(reason.listens)}
        </code>
      ) : null}
      {reason.type === 'event' && reason.listens?.missed !== undefined ? (
        <Missed missed={reason.listens.missed} />
      ) : null}
      {reason.type === 'child' && reason.child !== undefined ? <Child {...reason.child} /> : null}
      {'limit' in reason && reason.limit !== undefined ? (
        <code className="font-mono text-[12.5px] text-soft">{reason.limit}</code>
      ) : null}
      {task === undefined ? null : <TaskLink task={task} onSelect={onSelect} />}
      {reason.type === 'effect' && reason.owner !== undefined ? (
        <span className="text-faint">
          {messages.heldBy(reason.owner)}
          {wakeUp.attempt > 1 ? `, ${messages.leaseAttempt(wakeUp.attempt)}` : ''}
        </span>
      ) : null}
    </>
  );
}

/** What it runs, and the way there once it was started. */
function Child({ id, workflow, definition }: ChildRun) {
  const { namespace, name } = definition ?? workflow;
  const words = `${namespace}/${name}`;
  return definition === undefined ? (
    <span className="text-soft">{words}</span>
  ) : (
    <Link to="/executions/$id" params={{ id }} className="rounded text-accent hover:underline">
      {words}
    </Link>
  );
}

/** The last event that came near, and what kept it from being the one. */
function Missed({ missed }: { readonly missed: NonNullable<NonNullable<WakeUpView['listens']>['missed']> }) {
  const messages = useMessages();
  const { id, source, predicate, detail } = missed;
  return (
    <span className="order-last basis-full text-[13px] text-soft [overflow-wrap:anywhere]">
      {messages.nearMiss(`${id} (${source})`, predicate)}
      {detail === undefined ? '' : `: ${detail}`}
    </span>
  );
}

/** The filter as it is written, and the values that its events must have. */
function listenerLine({ with: attributes, correlate }: NonNullable<WakeUpView['listens']>): string {
  const shown = [attributes, ...(correlate === undefined ? [] : [correlate])];
  return shown
    .flatMap((members) => Object.entries(members))
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}

/** Only a person can say what became of an effect in doubt. */
function Resolve({ reason, wakeUp, execution }: Explanation & { readonly execution: string }) {
  const messages = useMessages();
  const [open, setOpen] = useState(false);
  if (reason.type !== 'effect' || reason.stage !== 'doubt') return null;
  return (
    <>
      <Button className="!min-h-8 !py-0.5" onClick={() => setOpen(true)}>
        {messages.resolve}
      </Button>
      {open ? (
        <ResolveDialog
          execution={execution}
          effect={effectOf(wakeUp)}
          request={reason.request === undefined ? undefined : requestLine(reason.request)}
          onClose={() => setOpen(false)}
        />
      ) : null}
    </>
  );
}

function TaskLink({ task, onSelect }: { readonly task: TaskRun; readonly onSelect: (key: string) => void }) {
  return (
    <button
      type="button"
      onClick={() => onSelect(task.key)}
      className="rounded font-medium text-accent hover:underline"
    >
      {task.name}
    </button>
  );
}

function whenText({ until }: Explanation, now: number, messages: Messages, language: string): string {
  if (until === undefined) return '';
  const at = messages.waitsUntil(formatInstant(new Date(until), now, language));
  return until > now ? `${at} (${formatDuration(until - now)})` : at;
}

function reasonText(reason: Reason, messages: Messages): string {
  switch (reason.type) {
    case 'effect':
      return {
        queued: messages.effectQueued,
        place: messages.effectPlace,
        'under-way': messages.effectUnderWay,
        lapsed: messages.effectLapsed,
        doubt: messages.effectDoubt,
      }[reason.stage];
    case 'timer':
      return {
        wait: messages.reasonWait,
        retry: messages.reasonRetry,
        timeout: messages.reasonTimeout,
        other: messages.reasonTimer,
      }[reason.cause];
    case 'approval':
      return messages.reasonApproval;
    case 'engine':
      return messages.reasonEngine;
    case 'event':
      return reason.listens?.until === true ? messages.reasonLastEvent : messages.reasonEvent;
    case 'child':
      return messages.reasonChild;
    case 'place':
      return messages.reasonPlace;
  }
}
