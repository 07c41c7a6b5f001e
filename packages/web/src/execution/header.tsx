import { phaseOf } from '@millrace/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Change } from '../api/client.ts';
import type { Execution } from '../api/types.ts';
import { isEnded } from '../api/types.ts';
import { useMessages } from '../app/preferences.ts';
import { useNow } from '../app/use-now.ts';
import { formatDuration } from '../format/duration.ts';
import type { RunView } from '../run/run-store.ts';
import { Button, buttonClass } from '../ui/button.tsx';
import { CopyButton } from '../ui/code.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { ProblemNotice } from '../ui/notice.tsx';
import { PhaseBadge, StatusDot } from '../ui/phase-badge.tsx';
import { Instant } from '../ui/time.tsx';

export interface HeaderProps {
  readonly execution: Execution;
  readonly view: RunView;
}

export function ExecutionHeader({ execution, view }: HeaderProps) {
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
        <Actions execution={execution} phase={phase} />
      </div>
      <Facts {...{ execution, view }} ended={isEnded(phase)} />
    </header>
  );
}

function Facts({ execution, view, ended }: HeaderProps & { readonly ended: boolean }) {
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
            <Link
              to="/executions/$id"
              params={{ id: execution.retryOf }}
              className="font-mono text-accent hover:underline"
            >
              {execution.retryOf.slice(0, 13)}…
            </Link>
          </Fact>
        )}
      </dl>
      <p className="flex items-center gap-1.5" role="status">
        <ConnectionText connection={ended && view.connection !== 'lost' ? 'ended' : view.connection} />
      </p>
    </div>
  );
}

function Fact({ label, children }: { readonly label: string; readonly children: React.ReactNode }) {
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

function Actions({
  execution,
  phase,
}: {
  readonly execution: Execution;
  readonly phase: Execution['status'];
}) {
  const messages = useMessages();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [confirming, setConfirming] = useState(false);
  const [reason, setReason] = useState('');
  const change = useMutation({
    mutationFn: ({ verb, why }: { readonly verb: Change; readonly why?: string }) =>
      api.change(execution.id, verb, why),
    onSuccess: async (answer, { verb }) => {
      setConfirming(false);
      if (verb === 'retry') return navigate({ to: '/executions/$id', params: { id: answer.id } });
      await queries.invalidateQueries({ queryKey: ['execution', execution.id] });
      await queries.invalidateQueries({ queryKey: ['wake-ups', execution.id] });
    },
  });
  const again = useMutation({
    mutationFn: () => api.start(execution.workflow, execution.input ?? {}),
    onSuccess: ({ id }) => navigate({ to: '/executions/$id', params: { id } }),
  });
  const busy = change.isPending || again.isPending;
  const problem = change.error ?? again.error;
  return (
    <div className="max-sm:w-full">
      <div className="flex flex-wrap gap-2">
        {phase === 'suspended' ? (
          <Button look="primary" icon="run" disabled={busy} onClick={() => change.mutate({ verb: 'resume' })}>
            {messages.resumeExecution}
          </Button>
        ) : null}
        {!isEnded(phase) && phase !== 'suspended' ? (
          <Button icon="pause" disabled={busy} onClick={() => change.mutate({ verb: 'suspend' })}>
            {messages.suspendExecution}
          </Button>
        ) : null}
        {isEnded(phase) ? null : (
          <Button look="danger" icon="cross" disabled={busy} onClick={() => setConfirming(true)}>
            {messages.cancelExecution}
          </Button>
        )}
        {phase === 'faulted' ? (
          <Button
            look="primary"
            icon="again"
            disabled={busy}
            onClick={() => change.mutate({ verb: 'retry' })}
          >
            {messages.retryExecution}
          </Button>
        ) : null}
        {isEnded(phase) ? (
          <Button icon="run" disabled={busy} onClick={() => again.mutate()}>
            {messages.runAgain}
          </Button>
        ) : null}
      </div>
      {problem === null || confirming ? null : (
        <div className="mt-3 max-w-md">
          <ProblemNotice problem={problem} />
        </div>
      )}
      <Dialog
        open={confirming}
        onClose={() => setConfirming(false)}
        title={messages.cancelTitle}
        text={messages.cancelText}
      >
        <form
          onSubmit={(event) => {
            event.preventDefault();
            change.mutate({ verb: 'cancel', ...(reason === '' ? {} : { why: reason }) });
          }}
        >
          <label htmlFor="reason" className="block font-medium">
            {messages.reason}
          </label>
          <input
            id="reason"
            maxLength={1_000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
            className="field mt-1.5"
          />
          {change.error === null ? null : (
            <div className="mt-3">
              <ProblemNotice problem={change.error} />
            </div>
          )}
          <div className="mt-5 flex justify-end gap-2">
            <Button look="quiet" onClick={() => setConfirming(false)}>
              {messages.cancelKeep}
            </Button>
            <button
              type="submit"
              disabled={busy}
              className={`${buttonClass()} !border-faulted !bg-faulted !text-bg`}
            >
              <Icon name="cross" />
              {messages.cancelExecution}
            </button>
          </div>
        </form>
      </Dialog>
    </div>
  );
}
