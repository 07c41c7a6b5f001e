import { Link } from '@tanstack/react-router';
import { ApiError } from '../api/api-error.ts';
import { useMessages } from '../app/preferences.ts';
import { buttonClass } from './button.tsx';
import { EmptyState, ProblemNotice } from './notice.tsx';

export interface LoadProblemProps {
  readonly problem: unknown;
  /** where things of this kind are listed */
  readonly to: '/' | '/workflows';
  readonly onRetry: () => void;
}

/** Stands in the place of a page whose content could not be read. */
export function LoadProblem({ problem, to, onRetry }: LoadProblemProps) {
  const messages = useMessages();
  const place = to === '/' ? messages.executions : messages.workflows;
  const missing = problem instanceof ApiError && (problem.status === 404 || problem.status === 400);
  if (missing)
    return (
      <EmptyState
        level="h1"
        title={messages.notFound}
        text={to === '/' ? messages.noExecution : messages.noWorkflow}
      >
        <Link to={to} className={`mt-6 ${buttonClass('primary')}`}>
          {place}
        </Link>
      </EmptyState>
    );
  return (
    <>
      <h1 className="mb-4 text-xl font-semibold">{place}</h1>
      <ProblemNotice problem={problem} onRetry={onRetry} />
    </>
  );
}
