import type { EventConsumption } from '@millrace/core';
import type { ScheduleView } from '@millrace/sdk';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ApiError } from '../api/api-error.ts';
import { api } from '../api/client.ts';
import { useMessages } from '../app/preferences.ts';
import { useNow } from '../app/use-now.ts';
import { formatDuration } from '../format/duration.ts';
import { eventWords } from '../graph/event-words.ts';
import { buttonClass } from '../ui/button.tsx';
import { Instant } from '../ui/time.tsx';

const refreshMs = 15_000;
const nextShown = 3;

/** When the workflow starts by itself, where it does; an operator holds it here, and lets it go on. */
export function Schedule({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  const queryKey = ['schedule', namespace, name];
  const { data } = useQuery({
    queryKey,
    queryFn: ({ signal }) => scheduleOf({ namespace, name }, signal),
    refetchInterval: refreshMs,
  });
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: (verb: 'pause' | 'resume') => api.changeSchedule({ namespace, name }, verb),
    onSuccess: (view) => queries.setQueryData(queryKey, view),
  });
  if (data === undefined || data === null) return null;
  return <Panel view={data} busy={change.isPending} onChange={(verb) => change.mutate(verb)} />;
}

/** Most workflows have none, which is no problem to tell of. */
async function scheduleOf(
  id: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<ScheduleView | null> {
  try {
    return await api.schedule(id, signal);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

interface PanelProps {
  readonly view: ScheduleView;
  readonly busy: boolean;
  readonly onChange: (verb: 'pause' | 'resume') => void;
}

function Panel({ view, busy, onChange }: PanelProps) {
  const messages = useMessages();
  const now = useNow(view.status === 'active', 1_000);
  const paused = view.status === 'paused';
  return (
    <section
      aria-label={messages.schedule}
      className="card mb-5 flex flex-wrap items-start gap-x-6 gap-y-2 px-5 py-3"
    >
      <div className="min-w-0">
        <h2 className="text-[13px] font-medium text-soft">{messages.schedule}</h2>
        <p className="[overflow-wrap:anywhere]">{kindsOf(view, messages).join(' · ')}</p>
      </div>
      <div className="tabular text-[13px]" role="status">
        {view.status === 'active' ? (
          <NextRuns view={view} now={now} />
        ) : (
          <p className="text-waiting">{paused ? messages.schedulePaused(view.paused?.reason) : view.idle}</p>
        )}
      </div>
      <div className="ml-auto flex items-center gap-3">
        {view.last === undefined ? null : (
          <Link
            to="/executions/$id"
            params={{ id: view.last.execution }}
            className="rounded text-[13px] text-accent hover:underline"
          >
            {messages.lastRun}
          </Link>
        )}
        {view.status === 'idle' ? null : (
          <button
            type="button"
            className={buttonClass()}
            disabled={busy}
            onClick={() => onChange(paused ? 'resume' : 'pause')}
          >
            {paused ? messages.resumeSchedule : messages.pauseSchedule}
          </button>
        )}
      </div>
    </section>
  );
}

/** By the clock of whoever looks, which may be another than that of the schedule beside them. */
function NextRuns({ view, now }: { readonly view: ScheduleView; readonly now: number }) {
  const messages = useMessages();
  if (view.next.length === 0) return null;
  return (
    <>
      <p className="font-medium text-soft">{messages.scheduleNext(zoneHere)}</p>
      {view.next.slice(0, nextShown).map(({ source, due }) => (
        <p key={`${source} ${due}`}>
          <Instant at={due} now={now} />
        </p>
      ))}
    </>
  );
}

const zoneHere = Intl.DateTimeFormat().resolvedOptions().timeZone;

function kindsOf(
  { cron, everyMs, afterMs, on, timeZone }: ScheduleView,
  messages: ReturnType<typeof useMessages>,
): readonly string[] {
  return [
    ...(cron === undefined ? [] : [`${cron} (${timeZone})`]),
    ...(everyMs === undefined ? [] : [messages.scheduleEvery(formatDuration(everyMs))]),
    ...(afterMs === undefined ? [] : [messages.scheduleAfter(formatDuration(afterMs))]),
    ...(on === undefined ? [] : [`${messages.scheduleOn}: ${eventWords(on as unknown as EventConsumption)}`]),
  ];
}
