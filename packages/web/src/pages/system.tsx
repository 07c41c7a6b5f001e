import { missingRoles } from '@millrace/core';
import type { SystemView } from '@millrace/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import { usePageTitle } from '../app/use-page-title.ts';
import { parseMetrics, sampleOf } from '../format/metrics.ts';
import { Figures } from '../system/figures.tsx';
import { NodesPanel } from '../system/nodes-panel.tsx';
import { LedgerPanel, NodePanel, PhasePanel, StorePanel } from '../system/panels.tsx';
import { AllFigures, Limits } from '../system/tables.tsx';
import { Trouble } from '../system/trouble.tsx';
import { useHistory } from '../system/use-history.ts';
import { ProblemNotice, Skeleton } from '../ui/notice.tsx';
import { StatusDot } from '../ui/phase-badge.tsx';

const refreshMs = 2_000;

/** The server itself: what it promises, what it holds, and how it fares. */
export function SystemPage() {
  const messages = useMessages();
  usePageTitle(messages.system);
  const options = { refetchInterval: refreshMs, placeholderData: keepPreviousData };
  const system = useQuery({ queryKey: ['system'], queryFn: ({ signal }) => api.system(signal), ...options });
  const nodes = useQuery({ queryKey: ['nodes'], queryFn: ({ signal }) => api.nodes(signal), ...options });
  const metrics = useQuery({
    queryKey: ['metrics'],
    queryFn: ({ signal }) => api.metrics(signal),
    ...options,
  });
  const samples = useMemo(() => parseMetrics(metrics.data ?? ''), [metrics.data]);
  const history = useHistory(metrics.data === undefined ? undefined : samples, metrics.dataUpdatedAt);
  const problem = system.error ?? metrics.error ?? nodes.error;
  return (
    <>
      <div className="mb-5 flex flex-wrap items-baseline gap-x-4 gap-y-2">
        <h1 className="text-xl font-semibold">{messages.system}</h1>
        {system.data === undefined || problem !== null ? null : <Readiness system={system.data} />}
        <a href="/docs" className="ml-auto rounded text-[13px] text-accent hover:underline">
          {messages.apiReference}
        </a>
      </div>
      {problem === null ? null : (
        <div className="mb-4">
          <ProblemNotice problem={problem} />
        </div>
      )}
      {system.data === undefined ? (
        problem === null ? (
          <SystemSkeleton />
        ) : null
      ) : (
        <div className={`grid gap-4 ${problem === null ? '' : 'opacity-60'}`}>
          <Trouble system={system.data} />
          <div className="grid gap-4 lg:grid-cols-2">
            <StorePanel
              store={system.data.store}
              bytes={sampleOf(samples, 'millrace_store_database_bytes')}
            />
            <NodePanel system={system.data} />
            <PhasePanel counts={system.data.executions} />
            <LedgerPanel counts={system.data.wakeUps} />
          </div>
          {nodes.data === undefined ||
          (nodes.data.length < 2 && missingRoles(nodes.data).length === 0) ? null : (
            <NodesPanel nodes={nodes.data} self={system.data.node} />
          )}
          <Figures samples={samples} history={history} />
          <Limits limits={system.data.limits} />
          <AllFigures samples={samples} />
        </div>
      )}
    </>
  );
}

function Readiness({ system: { ready, checks } }: { readonly system: SystemView }) {
  const messages = useMessages();
  const failing = Object.entries(checks).filter(([, { ok }]) => !ok);
  return (
    <span role="status" className="flex flex-wrap items-center gap-x-2 text-[13px] text-soft">
      <StatusDot status={ready ? 'completed' : 'faulted'} />
      {ready ? messages.ready : messages.notReady}
      {failing.map(([part, { detail }]) => (
        <span key={part} className="text-faulted">
          {part}
          {detail === undefined ? '' : `: ${detail}`}
        </span>
      ))}
    </span>
  );
}

function SystemSkeleton() {
  return (
    <div className="grid gap-4" aria-hidden="true">
      <div className="grid gap-4 sm:grid-cols-3">
        {[1, 2, 3].map((each) => (
          <Skeleton key={each} className="h-36 !rounded-xl" />
        ))}
      </div>
      <div className="grid gap-4 lg:grid-cols-2">
        {[1, 2, 3, 4].map((each) => (
          <Skeleton key={each} className="h-44 !rounded-xl" />
        ))}
      </div>
    </div>
  );
}
