/** The addresses of the pages. What a page needs beyond the first list is loaded when it is gone to. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { ExecutionsPage } from '../pages/executions.tsx';
import { buttonClass } from '../ui/button.tsx';
import { EmptyState, ProblemNotice, Skeleton } from '../ui/notice.tsx';
import { part } from './part.ts';
import { useMessages } from './preferences.ts';
import { Shell } from './shell.tsx';

export interface ExecutionsSearch {
  /** the beginning of an id */
  readonly id?: string;
  readonly status?: string;
  readonly workflow?: string;
  readonly cursor?: string;
}

export interface WorkflowSearch {
  readonly tab?: string;
}

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const executions = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: (search): ExecutionsSearch => texts(search, ['id', 'status', 'workflow', 'cursor']),
  component: ExecutionsPage,
});

const executionsAlias = createRoute({
  getParentRoute: () => root,
  path: '/executions',
  beforeLoad: () => {
    throw redirect({ to: '/', replace: true });
  },
});

const execution = createRoute({
  getParentRoute: () => root,
  path: '/executions/$id',
  component: lazyRouteComponent(
    part(() => import('../pages/execution.tsx')),
    'ExecutionPage',
  ),
});

const workflows = createRoute({
  getParentRoute: () => root,
  path: '/workflows',
  component: lazyRouteComponent(
    part(() => import('../pages/workflows.tsx')),
    'WorkflowsPage',
  ),
});

const newWorkflow = createRoute({
  getParentRoute: () => root,
  path: '/workflows/new',
  component: lazyRouteComponent(
    part(() => import('../pages/edit-workflow.tsx')),
    'NewWorkflowPage',
  ),
});

const latestWorkflow = createRoute({
  getParentRoute: () => root,
  path: '/workflows/$namespace/$name',
  validateSearch: (search): WorkflowSearch => texts(search, ['tab']),
  component: lazyRouteComponent(
    part(() => import('../pages/latest-workflow.tsx')),
    'LatestWorkflowPage',
  ),
});

const workflow = createRoute({
  getParentRoute: () => root,
  path: '/workflows/$namespace/$name/$version',
  validateSearch: (search): WorkflowSearch => texts(search, ['tab']),
  component: lazyRouteComponent(
    part(() => import('../pages/workflow.tsx')),
    'WorkflowPage',
  ),
});

const editWorkflow = createRoute({
  getParentRoute: () => root,
  path: '/workflows/$namespace/$name/$version/edit',
  component: lazyRouteComponent(
    part(() => import('../pages/edit-workflow.tsx')),
    'EditWorkflowPage',
  ),
});

const examples = createRoute({
  getParentRoute: () => root,
  path: '/examples',
  component: lazyRouteComponent(
    part(() => import('../pages/examples.tsx')),
    'ExamplesPage',
  ),
});

const system = createRoute({
  getParentRoute: () => root,
  path: '/system',
  component: lazyRouteComponent(
    part(() => import('../pages/system.tsx')),
    'SystemPage',
  ),
});

export const router = createRouter({
  routeTree: root.addChildren([
    executions,
    executionsAlias,
    execution,
    workflows,
    newWorkflow,
    latestWorkflow,
    workflow,
    editWorkflow,
    examples,
    system,
  ]),
  defaultPreload: 'intent',
  defaultPendingComponent: PendingPage,
  defaultPendingMs: 150,
  defaultErrorComponent: ({ error }) => <ProblemNotice problem={error} onRetry={() => location.reload()} />,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function texts<K extends string>(
  search: Record<string, unknown>,
  names: readonly K[],
): { [P in K]?: string } {
  const found: { [P in K]?: string } = {};
  for (const name of names) {
    const value = search[name];
    if (typeof value === 'string' && value !== '') found[name] = value;
  }
  return found;
}

function PendingPage() {
  return (
    <div aria-hidden="true">
      <Skeleton className="h-8 w-64" />
      <Skeleton className="mt-6 h-72 w-full rounded-xl" />
    </div>
  );
}

function NotFound() {
  const messages = useMessages();
  return (
    <EmptyState level="h1" title={messages.notFound} text={messages.notFoundText}>
      <Link to="/" className={`mt-6 ${buttonClass('primary')}`}>
        {messages.executions}
      </Link>
    </EmptyState>
  );
}
