import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { api } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import { useNow } from '../app/use-now.ts';
import { usePageTitle } from '../app/use-page-title.ts';
import { buttonClass } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { EmptyState, ProblemNotice, Skeleton } from '../ui/notice.tsx';
import { Instant } from '../ui/time.tsx';
import { type WorkflowGroup, workflowGroups } from '../workflow/groups.ts';

/** Every workflow once, at its latest version. */
export function WorkflowsPage() {
  const messages = useMessages();
  usePageTitle(messages.workflows);
  const workflows = useQuery({
    queryKey: ['workflows'],
    queryFn: ({ signal }) => api.workflows(signal),
    refetchInterval: 10_000,
  });
  const groups = workflowGroups(workflows.data ?? []);
  return (
    <>
      <div className="mb-5 flex flex-wrap items-center justify-between gap-x-4 gap-y-3">
        <h1 className="text-xl font-semibold">{messages.workflows}</h1>
        <div className="flex gap-2">
          <Link to="/examples" className={buttonClass('quiet')}>
            {messages.examples}
          </Link>
          <Link to="/workflows/new" className={buttonClass('primary')}>
            <Icon name="plus" />
            {messages.newWorkflow}
          </Link>
        </div>
      </div>
      {workflows.isError ? (
        <ProblemNotice problem={workflows.error} onRetry={() => void workflows.refetch()} />
      ) : null}
      {workflows.isPending ? <CardsSkeleton /> : null}
      {workflows.isSuccess && groups.length === 0 ? (
        <EmptyState title={messages.noWorkflows} text={messages.noWorkflowsText}>
          <Link to="/examples" className={`mt-6 ${buttonClass()}`}>
            <Icon name="run" />
            {messages.runExample}
          </Link>
        </EmptyState>
      ) : null}
      <ul className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
        {groups.map((group) => (
          <li key={group.latest.id}>
            <Card group={group} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Card({ group }: { readonly group: WorkflowGroup }) {
  const messages = useMessages();
  const now = useNow(false);
  const { namespace, name, version, title, summary, createdAt, unsupported } = group.latest;
  return (
    <Link
      to="/workflows/$namespace/$name/$version"
      params={{ namespace, name, version }}
      data-row
      className="card flex h-full min-h-36 flex-col p-5 transition-colors hover:border-accent"
    >
      <span className="text-[12.5px] text-faint">{namespace}</span>
      <span className="mt-0.5 text-[15px] font-semibold">{title ?? name}</span>
      {summary === undefined ? null : (
        <span className="mt-1 line-clamp-2 text-pretty text-soft">{summary}</span>
      )}
      {unsupported.length === 0 ? null : (
        <span className="mt-1 line-clamp-1 text-[13px] text-waiting">{messages.unsupported}</span>
      )}
      <span className="tabular mt-auto flex flex-wrap gap-x-4 pt-3 text-[12.5px] text-faint">
        <span className="text-soft">
          {title === undefined ? '' : `${name} `}
          {version}
        </span>
        <span>{messages.versionCount(group.versions.length)}</span>
        <span className="ml-auto">
          <Instant at={createdAt} now={now} />
        </span>
      </span>
    </Link>
  );
}

function CardsSkeleton() {
  return (
    <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3" aria-hidden="true">
      {[1, 2, 3].map((each) => (
        <Skeleton key={each} className="h-36 !rounded-xl" />
      ))}
    </div>
  );
}
