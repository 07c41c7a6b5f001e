import { isTerminal, phaseOf } from '@millrace/core';
import type { ExecutionView } from '@millrace/sdk';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useCallback, useMemo, useState } from 'react';
import { api } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import { useMedia } from '../app/use-media.ts';
import { usePageTitle } from '../app/use-page-title.ts';
import { Details } from '../execution/details.tsx';
import { EventList } from '../execution/event-list.tsx';
import { FaultNotice } from '../execution/fault-notice.tsx';
import { ExecutionHeader } from '../execution/header.tsx';
import { MomentBar } from '../execution/moment-bar.tsx';
import { Timeline } from '../execution/timeline.tsx';
import { useRunStore, useSource } from '../execution/use-run.ts';
import { WaitingPanel } from '../execution/waiting-panel.tsx';
import type { Definition } from '../graph/definition.ts';
import { GraphPanel } from '../graph/graph-panel.tsx';
import { useDefinition } from '../graph/use-definition.ts';
import { summaries } from '../run/rows.ts';
import type { Run } from '../run/run.ts';
import { type RunStore, type RunView, selectedTask, selectedVisit } from '../run/run-store.ts';
import { SourceView } from '../ui/code.tsx';
import { LoadProblem } from '../ui/load-problem.tsx';
import { ProblemNotice, Skeleton } from '../ui/notice.tsx';
import { type Tab, Tabs } from '../ui/tabs.tsx';

const route = getRouteApi('/executions/$id');

export function ExecutionPage() {
  const { id } = route.useParams();
  return <ExecutionPageOf key={id} id={id} />;
}

function ExecutionPageOf({ id }: { readonly id: string }) {
  const [store, view] = useRunStore(id);
  const live = view.moment === undefined;
  const phase = phaseOf(view.run.state);
  const execution = useQuery({
    queryKey: ['execution', id, live ? phase : 'past'],
    queryFn: ({ signal }) => api.execution(id, signal),
    placeholderData: keepPreviousData,
  });
  const source = useSource(execution.data?.definition);
  const definition = useDefinition(source.data?.source);
  usePageTitle(`${execution.data?.workflow.name ?? ''} ${id.slice(0, 8)}`);
  const problem = execution.error ?? (view.events.length === 0 ? view.problem : undefined);
  if (problem && execution.data === undefined)
    return <LoadProblem problem={problem} to="/" onRetry={() => void execution.refetch()} />;
  if (execution.data === undefined) return <PageSkeleton />;
  return (
    <Page
      execution={execution.data}
      store={store}
      view={view}
      definition={definition}
      missing={source.isError}
    />
  );
}

interface PageProps {
  readonly execution: ExecutionView;
  readonly store: RunStore;
  readonly view: RunView;
  readonly definition: Definition | undefined;
  /** the server could not give the definition */
  readonly missing: boolean;
}

function Page({ execution, store, view, definition, missing }: PageProps) {
  const wide = useMedia('(min-width: 1100px)');
  const [tab, setTab] = useState('details');
  const { run, events, selection } = view;
  const task = selectedTask(run, events, selection);
  const visit = selectedVisit(run, events, selection);
  const lines = definition?.ok === true ? definition : undefined;
  const faulty =
    run.state.error?.instance === undefined ? undefined : lines?.lineOf(run.state.error.instance);
  const selectTask = useCallback((pointer: string) => store.select({ type: 'task', task: pointer }), [store]);
  const selectVisit = useCallback((key: string) => store.select({ type: 'visit', key }), [store]);
  const tabs: readonly Tab[] = [
    {
      id: 'details',
      label: useMessages().tabDetails,
      content: (
        <Details
          run={run}
          visit={visit}
          task={task}
          lineOf={lines?.lineOf}
          onSelect={selectVisit}
          onShowLine={() => setTab('definition')}
        />
      ),
    },
    {
      id: 'events',
      label: useMessages().tabEvents,
      count: events.length,
      content: <EventList store={store} view={view} visit={visit} />,
    },
    {
      id: 'definition',
      label: useMessages().tabDefinition,
      content: (
        <DefinitionTab
          definition={definition}
          missing={missing}
          marked={task === undefined ? undefined : lines?.lineOf(task)}
          faulty={faulty}
        />
      ),
    },
  ];
  return (
    <>
      <ExecutionHeader execution={execution} view={view} text={lines?.text} />
      {view.problem === undefined ? null : <ProblemNotice problem={view.problem} />}
      <FaultNotice
        run={run}
        definition={lines}
        example={execution.workflow.namespace === 'examples'}
        onShow={(pointer) => {
          if (pointer !== undefined) selectTask(pointer);
          setTab('definition');
        }}
      />
      {isTerminal(execution.status) || view.moment !== undefined ? null : (
        <WaitingPanel execution={execution} run={run} onSelect={selectVisit} />
      )}
      <div
        className={
          wide
            ? 'grid grid-cols-[minmax(0,1fr)_minmax(340px,430px)] items-start gap-5'
            : 'grid grid-cols-[minmax(0,1fr)] gap-5'
        }
      >
        <div className="min-w-0">
          <RunGraph
            definition={definition}
            missing={missing}
            run={run}
            past={view.moment !== undefined}
            selected={task}
            onSelect={selectTask}
          />
          <MomentBar store={store} view={view} />
          <Timeline run={run} moment={view.moment} events={events} selected={visit} onSelect={selectVisit} />
        </div>
        <aside
          className={`min-w-0 ${wide ? 'card sticky top-20 flex max-h-[calc(100dvh-6.5rem)] flex-col overflow-y-auto p-4 pt-1.5' : 'card p-4 pt-1.5'}`}
        >
          <Tabs tabs={tabs} value={tab} onChange={setTab} label={useMessages().tabDetails} />
        </aside>
      </div>
    </>
  );
}

interface RunGraphProps {
  readonly definition: Definition | undefined;
  readonly missing: boolean;
  readonly run: Run;
  /** a moment of the past is looked at */
  readonly past: boolean;
  readonly selected: string | undefined;
  readonly onSelect: (task: string) => void;
}

function RunGraph({ definition, missing, run, past, selected, onSelect }: RunGraphProps) {
  const messages = useMessages();
  const overlay = useMemo(
    () => ({
      summaries: summaries(run),
      transitions: run.transitions,
      started: run.state.phase !== 'absent',
      ended: run.state.phase === 'completed',
      active:
        past || run.state.endedAt === undefined
          ? [...run.tasks.values()].at(-1)?.task
          : run.state.error?.instance,
    }),
    [run, past],
  );
  const size = 'h-[min(52dvh,460px)] min-h-72';
  if (missing || definition?.ok === false)
    return (
      <div className={`card grid place-items-center !bg-sunken p-8 text-center ${missing ? 'h-44' : size}`}>
        <div className="max-w-md">
          <p className="font-medium">{missing ? messages.definitionMissing : messages.definitionBroken}</p>
          <p className="mt-1 text-soft">
            {missing ? messages.definitionMissingText : definition?.ok === false ? definition.problem : ''}
          </p>
        </div>
      </div>
    );
  if (definition === undefined) return <div className={`card !bg-sunken ${size}`} />;
  return (
    <GraphPanel
      className={size}
      graph={definition.graph}
      overlay={overlay}
      selected={selected}
      onSelect={onSelect}
    />
  );
}

interface DefinitionTabProps {
  readonly definition: Definition | undefined;
  readonly missing: boolean;
  readonly marked: number | undefined;
  readonly faulty: number | undefined;
}

function DefinitionTab({ definition, missing, marked, faulty }: DefinitionTabProps) {
  const messages = useMessages();
  if (missing) return <p className="text-soft">{messages.definitionMissingText}</p>;
  if (definition === undefined) return <Skeleton className="h-60" />;
  return (
    <SourceView
      text={definition.text}
      marked={marked}
      faulty={faulty}
      label={messages.tabDefinition}
      className="max-h-[65dvh]"
    />
  );
}

function PageSkeleton() {
  return (
    <div aria-hidden="true">
      <Skeleton className="h-7 w-72" />
      <Skeleton className="mt-3 h-4 w-96 max-w-full" />
      <Skeleton className="mt-6 h-[min(52dvh,460px)] w-full !rounded-xl" />
    </div>
  );
}
