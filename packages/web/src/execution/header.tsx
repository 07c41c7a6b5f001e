import { isTerminal, phaseOf } from '@millrace/core';
import type { ExecutionView } from '@millrace/sdk';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMessages } from '../app/preferences.ts';
import { useNow } from '../app/use-now.ts';
import { formatDuration } from '../format/duration.ts';
import { type RunView, reasonOf } from '../run/run-store.ts';
import { CopyButton } from '../ui/code.tsx';
import { PhaseBadge, StatusDot } from '../ui/phase-badge.tsx';
import { Instant } from '../ui/time.tsx';
import { Actions } from './actions.tsx';

export interface HeaderProps {
  readonly execution: ExecutionView;
  readonly view: RunView;
  /** the definition's text, once it is there */
  readonly text: string | undefined;
}

export function ExecutionHeader({ execution, view, text }: HeaderProps) {
  const messages = useMessages();
  const reason = reasonOf(view);
  const { state } = view.run;
  const phase = view.events.length === 0 ? execution.status : phaseOf(state);
  const { namespace, name, version } = execution.workflow;
  return (
    <header className="mb-5">
      <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
            <h1 className="min-w-0 text-xl font-semibold">
              <Link
                to="/workflows/$namespace/$name/$version"
                params={{ namespace, name, version }}
                className="rounded hover:text-accent hover:underline"
              >
                {name}
              </Link>
              <span className="tabular ml-2 text-[13px] font-normal text-faint">{version}</span>
            </h1>
            <PhaseBadge status={phase} />
          </div>
          <div className="mt-0.5 flex min-w-0 items-center gap-0.5">
            <code className="truncate font-mono text-[12.5px] text-soft">{execution.id}</code>
            <CopyButton text={() => execution.id} />
          </div>
        </div>
        <Actions execution={execution} phase={phase} text={text} />
      </div>
      <Facts {...{ execution, view }} ended={isTerminal(phase)} />
      {reason === undefined ? null : (
        <p className="mt-1 text-[13px] [overflow-wrap:anywhere]">
          <span className="text-faint">{messages.reasonGiven}</span> {reason}
        </p>
      )}
    </header>
  );
}

function Facts({ execution, view, ended }: Omit<HeaderProps, 'text'> & { readonly ended: boolean }) {
  const messages = useMessages();
  const now = useNow(!ended, 500);
  const { state } = view.run;
  const startedAt = Date.parse(execution.startedAt);
  const to = view.moment === undefined ? (state.endedAt ?? now) : state.at;
  return (
    <div className="mt-2 flex flex-wrap items-baseline gap-x-6 gap-y-1 text-[13px] text-soft">
      <dl className="contents">
        <Fact label={messages.started}>
          <Instant at={execution.startedAt} now={now} />
        </Fact>
        <Fact label={messages.duration}>{formatDuration(to - startedAt)}</Fact>
        <Fact label={messages.events}>{view.events.length}</Fact>
        {execution.retryOf === undefined ? null : (
          <Fact label={messages.retryOf}>
            <ExecutionLink id={execution.retryOf} text={`${execution.retryOf.slice(0, 13)}…`} />
          </Fact>
        )}
        {execution.parent === undefined ? null : (
          <Fact label={messages.childOf}>
            <ExecutionLink id={execution.parent.execution} text={execution.parent.execution} />
          </Fact>
        )}
        {execution.cause === undefined ? null : (
          <Fact label={messages.startedBySchedule(execution.cause.source)}>
            <Instant at={execution.cause.due} now={now} />
          </Fact>
        )}
      </dl>
      <p className="flex items-center gap-1.5" role="status">
        <ConnectionText connection={ended && view.connection !== 'lost' ? 'ended' : view.connection} />
      </p>
    </div>
  );
}

function ExecutionLink({ id, text }: { readonly id: string; readonly text: string }) {
  return (
    <Link
      to="/executions/$id"
      params={{ id }}
      className="rounded font-mono text-accent hover:underline [overflow-wrap:anywhere]"
    >
      {text}
    </Link>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="flex gap-1.5">
      <dt className="text-faint">{label}</dt>
      <dd className="tabular text-ink">{children}</dd>
    </div>
  );
}

function ConnectionText({ connection }: { readonly connection: RunView['connection'] }) {
  const messages = useMessages();
  switch (connection) {
    case 'connecting':
      return messages.connectionConnecting;
    case 'live':
      return (
        <>
          <StatusDot status="completed" />
          {messages.connectionLive}
        </>
      );
    case 'lost':
      return (
        <span className="rounded-md bg-waiting-soft px-2 py-0.5 text-waiting">{messages.connectionLost}</span>
      );
    case 'ended':
      return null;
  }
}
