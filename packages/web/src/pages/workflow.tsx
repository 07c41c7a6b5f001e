import type { WorkflowSource } from '@millrace/sdk';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { api } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import { useNow } from '../app/use-now.ts';
import { usePageTitle } from '../app/use-page-title.ts';
import { RunForm } from '../form/run-form.tsx';
import type { Definition } from '../graph/definition.ts';
import { GraphPanel } from '../graph/graph-panel.tsx';
import { useDefinition } from '../graph/use-definition.ts';
import { buttonClass } from '../ui/button.tsx';
import { SourceView } from '../ui/code.tsx';
import { Icon } from '../ui/icon.tsx';
import { LoadProblem } from '../ui/load-problem.tsx';
import { Skeleton } from '../ui/notice.tsx';
import { Tabs } from '../ui/tabs.tsx';
import { Instant } from '../ui/time.tsx';
import { workflowGroups } from '../workflow/groups.ts';
import { Schedule } from '../workflow/schedule.tsx';
import { Warnings } from '../workflow/warnings.tsx';

const route = getRouteApi('/workflows/$namespace/$name/$version');

export function WorkflowPage() {
  const reference = route.useParams();
  usePageTitle(reference.name);
  const workflow = useQuery({
    queryKey: ['workflow', reference],
    queryFn: ({ signal }) => api.workflow(reference, signal),
  });
  if (workflow.isError)
    return <LoadProblem problem={workflow.error} to="/workflows" onRetry={() => void workflow.refetch()} />;
  if (workflow.data === undefined)
    return (
      <div aria-hidden="true">
        <Skeleton className="h-8 w-72" />
        <Skeleton className="mt-8 h-96 w-full !rounded-xl" />
      </div>
    );
  return <WorkflowView key={workflow.data.id} workflow={workflow.data} />;
}

function WorkflowView({ workflow }: { readonly workflow: WorkflowSource }) {
  const messages = useMessages();
  const navigate = useNavigate();
  const { tab = 'graph' } = route.useSearch();
  const { namespace, name, version, title, summary } = workflow;
  const definition = useDefinition(workflow.source);
  const show = (next: string) => void navigate({ to: '.', search: { tab: next }, replace: true });
  return (
    <>
      <header className="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 max-w-2xl">
          <p className="text-[13px] text-faint">
            {namespace}/{name} <span className="tabular">{version}</span>
          </p>
          <h1 className="mt-0.5 text-xl font-semibold">{title ?? name}</h1>
          {summary === undefined ? null : <p className="mt-1 text-pretty text-soft">{summary}</p>}
        </div>
        <div className="flex flex-wrap gap-2">
          <Link
            to="/"
            search={{ workflow: `${namespace}/${name}` }}
            className={`${buttonClass('quiet')} max-sm:-ml-4`}
          >
            {messages.viewExecutions}
          </Link>
          <Link
            to="/workflows/$namespace/$name/$version/edit"
            params={{ namespace, name, version }}
            className={buttonClass()}
          >
            <Icon name="edit" />
            {messages.editWorkflow}
          </Link>
          <button type="button" className={buttonClass('primary')} onClick={() => show('run')}>
            <Icon name="run" />
            {messages.run}
          </button>
        </div>
      </header>
      <div className="mb-5 grid gap-3 empty:hidden">
        <Warnings title={messages.unsupported} places={workflow.unsupported} />
        <Warnings title={messages.warned} places={workflow.warnings ?? []} />
      </div>
      <Schedule namespace={namespace} name={name} />
      <Tabs
        label={title ?? name}
        value={tab}
        onChange={show}
        tabs={[
          {
            id: 'graph',
            label: messages.graph,
            content: <GraphTab text={workflow.source} definition={definition} />,
          },
          {
            id: 'source',
            label: messages.source,
            content: <SourceView text={workflow.source} label={messages.source} className="max-h-[75dvh]" />,
          },
          {
            id: 'run',
            label: messages.run,
            content: (
              <section aria-label={messages.runTitle} className="card max-w-2xl p-5">
                {definition === undefined ? (
                  <Skeleton className="h-24" />
                ) : (
                  <RunForm
                    workflow={{ namespace, name, version }}
                    schema={definition.ok ? definition.inputSchema : undefined}
                  />
                )}
              </section>
            ),
          },
          { id: 'versions', label: messages.versions, content: <Versions workflow={workflow} /> },
        ]}
      />
    </>
  );
}

interface GraphTabProps {
  readonly text: string;
  readonly definition: Definition | undefined;
}

/** The graph, and beside it the lines of the task that is chosen in it. */
function GraphTab({ text, definition }: GraphTabProps) {
  const messages = useMessages();
  const [task, setTask] = useState<string>();
  // A thousand lines would keep the graph waiting.
  const withSource = useDeferredValue(true, false);
  const size = 'h-[min(72dvh,760px)]';
  if (definition === undefined) return <div className={`card !bg-sunken ${size}`} />;
  if (!definition.ok) return <p className="text-soft">{definition.problem}</p>;
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-5 lg:grid-cols-[minmax(0,1fr)_minmax(0,420px)]">
      <GraphPanel className={size} graph={definition.graph} selected={task} onSelect={setTask} />
      {withSource ? (
        <SourceView
          text={text}
          marked={task === undefined ? undefined : definition.lineOf(task)}
          label={messages.source}
          className={`${size} max-lg:hidden`}
        />
      ) : (
        <div className={`rounded-lg border border-line bg-sunken ${size} max-lg:hidden`} />
      )}
    </div>
  );
}

function Versions({ workflow }: { readonly workflow: WorkflowSource }) {
  const messages = useMessages();
  const now = useNow(false);
  const workflows = useQuery({ queryKey: ['workflows'], queryFn: ({ signal }) => api.workflows(signal) });
  const group = workflowGroups(workflows.data ?? []).find(
    ({ latest }) => latest.namespace === workflow.namespace && latest.name === workflow.name,
  );
  if (group === undefined) return <Skeleton className="h-24 !rounded-xl" />;
  return (
    <ul className="card max-w-2xl divide-y divide-line overflow-hidden">
      {group.versions.map(({ id, namespace, name, version, createdAt, digest }, index) => (
        <li key={id}>
          <Link
            to="/workflows/$namespace/$name/$version"
            params={{ namespace, name, version }}
            data-row
            aria-current={version === workflow.version ? 'true' : undefined}
            className="flex items-center gap-4 px-5 py-3 hover:bg-hover focus-visible:-outline-offset-2 aria-[current]:bg-accent-soft"
          >
            <span className="tabular font-medium">{version}</span>
            {index === 0 ? <span className="text-[12.5px] text-accent">{messages.latest}</span> : null}
            <code className="truncate font-mono text-[12px] text-faint max-sm:hidden">
              {digest.slice(0, 23)}…
            </code>
            <span className="ml-auto text-soft">
              <Instant at={createdAt} now={now} />
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
