import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Navigate } from '@tanstack/react-router';
import { api } from '../api/client.ts';
import { usePageTitle } from '../app/use-page-title.ts';
import { LoadProblem } from '../ui/load-problem.tsx';
import { Skeleton } from '../ui/notice.tsx';

const route = getRouteApi('/workflows/$namespace/$name');

/** An address without a version leads to the latest one. */
export function LatestWorkflowPage() {
  const reference = route.useParams();
  usePageTitle(reference.name);
  const latest = useQuery({
    queryKey: ['workflow', reference],
    queryFn: ({ signal }) => api.workflow(reference, signal),
  });
  if (latest.isError)
    return <LoadProblem problem={latest.error} to="/workflows" onRetry={() => void latest.refetch()} />;
  if (latest.data === undefined) return <Skeleton className="h-96 w-full !rounded-xl" />;
  const { namespace, name, version } = latest.data;
  return (
    <Navigate
      to="/workflows/$namespace/$name/$version"
      params={{ namespace, name, version }}
      search={(search) => search}
      replace
    />
  );
}
