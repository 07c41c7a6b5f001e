import type { ReactNode } from 'react';
import { ApiError } from '../api/api-error.ts';
import { useMessages } from '../app/preferences.ts';
import { Button } from './button.tsx';

/** What went wrong, in the server's words. */
export function ProblemNotice({
  problem,
  onRetry,
}: {
  readonly problem: unknown;
  readonly onRetry?: () => void;
}) {
  const messages = useMessages();
  return (
    <div role="alert" className="rounded-xl border border-faulted/40 bg-faulted-soft px-4 py-3 text-faulted">
      <p className="font-medium">{titleOf(problem, messages.serverUnreachable)}</p>
      {detailsOf(problem).map((line) => (
        <p key={line} className="mt-1 break-words text-[13px]">
          {line}
        </p>
      ))}
      {onRetry === undefined ? null : (
        <Button className="mt-3" icon="again" onClick={onRetry}>
          {messages.retryLoading}
        </Button>
      )}
    </div>
  );
}

function titleOf(problem: unknown, unreachable: string): string {
  if (problem instanceof ApiError) return problem.status === 0 ? unreachable : problem.problem.title;
  return problem instanceof Error ? problem.message : String(problem);
}

const linesMax = 12;

function detailsOf(problem: unknown): readonly string[] {
  if (!(problem instanceof ApiError) || problem.status === 0) return [];
  const { detail, errors = [] } = problem.problem;
  const lines = errors.map(({ line, column, pointer, message }) =>
    line === undefined ? `${pointer ?? ''} ${message}`.trim() : `${line}:${column ?? 1} ${message}`,
  );
  return [...new Set([...(detail === undefined ? [] : [detail]), ...lines])].slice(0, linesMax);
}

export function EmptyState({
  title,
  text,
  level: Heading = 'h2',
  children,
}: {
  readonly title: string;
  readonly text: string;
  readonly level?: 'h1' | 'h2';
  readonly children?: ReactNode;
}) {
  return (
    <div className="mx-auto flex max-w-xl flex-col items-center px-6 py-14 text-center">
      <Waves />
      <Heading className="text-lg font-semibold">{title}</Heading>
      <p className="mt-2 text-pretty text-soft">{text}</p>
      {children}
    </div>
  );
}

/** The mark of what is empty. */
export function Waves() {
  return (
    <svg
      width="120"
      height="56"
      viewBox="0 0 120 56"
      fill="none"
      aria-hidden="true"
      className="mb-6 text-accent"
    >
      <path
        d="M4 18c14 0 14 9 28 9s14-9 28-9 14 9 28 9 14-9 28-9"
        stroke="currentColor"
        strokeWidth="2.5"
        strokeLinecap="round"
      />
      <path
        d="M4 31c14 0 14 9 28 9s14-9 28-9 14 9 28 9 14-9 28-9"
        stroke="currentColor"
        strokeWidth="2.5"
        strokeLinecap="round"
        opacity=".5"
      />
      <path
        d="M4 44c14 0 14 9 28 9s14-9 28-9 14 9 28 9 14-9 28-9"
        stroke="currentColor"
        strokeWidth="2.5"
        strokeLinecap="round"
        opacity=".22"
      />
    </svg>
  );
}

export function Skeleton({ className }: { readonly className: string }) {
  return <div className={`skeleton ${className}`} />;
}
