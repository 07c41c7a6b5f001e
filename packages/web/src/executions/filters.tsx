import type { Phase } from '@millrace/core';
import { phases } from '@millrace/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { api } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import type { ExecutionsSearch } from '../app/router.tsx';
import { StatusDot, statusLabel } from '../ui/phase-badge.tsx';

/** By phase, any of those chosen, and by workflow. */
export function Filters({ search }: { readonly search: ExecutionsSearch }) {
  const messages = useMessages();
  const navigate = useNavigate();
  const workflows = useQuery({
    queryKey: ['workflows'],
    queryFn: ({ signal }) => api.workflows(signal),
    staleTime: 30_000,
  });
  const names = [
    ...new Set((workflows.data ?? []).map(({ namespace, name }) => `${namespace}/${name}`)),
  ].sort();
  if (search.workflow !== undefined && !names.includes(search.workflow)) names.push(search.workflow);
  const chosen = new Set(search.status?.split(',') ?? []);
  const filter = (part: ExecutionsSearch) => {
    const { cursor: _, ...rest } = { ...search, ...part };
    void navigate({ to: '/', search: rest });
  };
  const toggle = (phase: Phase) => {
    const next = phases.filter((each) => (each === phase ? !chosen.has(each) : chosen.has(each)));
    const { status: _, ...rest } = search;
    filter(next.length === 0 ? { ...rest, status: '' } : { status: next.join(',') });
  };
  return (
    <div className="mb-4 flex flex-wrap items-center gap-2">
      <fieldset className="flex max-w-full min-w-0 flex-wrap gap-1.5 p-0.5">
        <legend className="sr-only">{messages.filterStatus}</legend>
        {phases
          .filter((phase) => phase !== 'pending')
          .map((phase) => (
            <button
              key={phase}
              type="button"
              aria-pressed={chosen.has(phase)}
              onClick={() => toggle(phase)}
              className="inline-flex min-h-8 items-center gap-1.5 rounded-full border border-line bg-surface px-3 text-[13px] whitespace-nowrap text-soft transition-colors hover:border-line-strong aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-ink"
            >
              <StatusDot status={phase} still />
              {statusLabel(messages, phase)}
            </button>
          ))}
      </fieldset>
      <select
        aria-label={messages.filterWorkflow}
        value={search.workflow ?? ''}
        onChange={(event) => filter({ workflow: event.target.value })}
        className="field !min-h-8 !w-auto max-w-full !rounded-full !border-line !py-0 text-[13px] text-soft"
      >
        <option value="">{messages.allWorkflows}</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
