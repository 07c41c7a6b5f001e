import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { api } from '../api/client.ts';
import { phases } from '../api/types.ts';
import { useMessages } from '../app/preferences.ts';
import { useNow } from '../app/use-now.ts';
import { usePageTitle } from '../app/use-page-title.ts';
import { formatBytes, formatDuration } from '../format/duration.ts';
import { byLabel, parseMetrics, quantileOf, type Sample, sampleOf } from '../format/metrics.ts';
import { addScrape, type History, rates } from '../system/history.ts';
import { Sparkline } from '../system/sparkline.tsx';
import { ProblemNotice, Skeleton } from '../ui/notice.tsx';
import { StatusDot, statusLabel } from '../ui/phase-badge.tsx';

const refreshMs = 2_000;

/** The server itself: what it promises, what it holds, and how it fares. */
export function SystemPage() {
  const messages = useMessages();
  usePageTitle(messages.system);
  const metrics = useQuery({
    queryKey: ['metrics'],
    queryFn: ({ signal }) => api.metrics(signal),
    refetchInterval: refreshMs,
  });
  const readiness = useQuery({
    queryKey: ['ready'],
    queryFn: ({ signal }) => api.readiness(signal),
    refetchInterval: refreshMs,
  });
  const samples = useMemo(
    () => (metrics.data === undefined ? undefined : parseMetrics(metrics.data)),
    [metrics.data],
  );
  const history = useHistory(samples, metrics.dataUpdatedAt);
  const failing = metrics.error ?? readiness.error;
  return (
    <>
      <div className="mb-5 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-xl font-semibold">{messages.system}</h1>
        {readiness.data === undefined ? null : (
          <span className="flex items-center gap-2 text-soft">
            <StatusDot status={readiness.data.ready ? 'completed' : 'faulted'} />
            {readiness.data.ready ? messages.ready : messages.notReady}
            {Object.entries(readiness.data.checks)
              .filter(([, check]) => !check.ok)
              .map(([part, { detail }]) => (
                <span key={part} className="text-faulted">
                  {part}: {detail}
                </span>
              ))}
          </span>
        )}
      </div>
      {failing === null ? null : (
        <div className="mb-4">
          <ProblemNotice problem={failing} />
        </div>
      )}
      {samples === undefined ? (
        failing === null ? (
          <SystemSkeleton />
        ) : null
      ) : (
        <Figures samples={samples} history={history} />
      )}
    </>
  );
}

/** Scrapes of the last minutes, for the rates. */
function useHistory(samples: readonly Sample[] | undefined, at: number): History {
  const [history, setHistory] = useState<History>([]);
  useEffect(() => {
    if (samples === undefined) return;
    setHistory((before) =>
      addScrape(before, {
        at,
        commits: sampleOf(samples, 'millrace_commits_total') ?? 0,
        requests: sum(byLabel(samples, 'millrace_http_requests_total', 'operation')),
      }),
    );
  }, [samples, at]);
  return history;
}

function Figures({ samples, history }: { readonly samples: readonly Sample[]; readonly history: History }) {
  const messages = useMessages();
  const now = useNow(true);
  const value = (name: string, labels?: Readonly<Record<string, string>>) => sampleOf(samples, name, labels);
  const startedAt = value('process_start_time_seconds');
  const commits = rates(history, 'commits');
  const requests = rates(history, 'requests');
  const p95 = quantileOf(samples, 'millrace_http_request_duration_seconds', 0.95);
  const delay = value('nodejs_eventloop_lag_seconds', { quantile: '0.99' });
  const database = value('millrace_store_database_bytes');
  return (
    <div className="grid gap-5">
      <div className="grid gap-4 sm:grid-cols-3">
        <Alarm label={messages.orphans} text={messages.orphansText} value={value('millrace_orphans')} />
        <Alarm label={messages.overdue} text={messages.overdueText} value={value('millrace_overdue')} />
        <Alarm label={messages.inDoubt} text={messages.inDoubtText} value={value('millrace_in_doubt')} />
      </div>
      <div className="grid gap-4 lg:grid-cols-2">
        <Panel title={messages.byPhase}>
          <PhaseBars counts={byLabel(samples, 'millrace_executions', 'status')} />
        </Panel>
        <Panel title={messages.ledger} text={messages.ledgerText}>
          <Ledger counts={byLabel(samples, 'millrace_wakeups', 'kind')} />
        </Panel>
      </div>
      <div className="grid grid-cols-2 gap-4 lg:grid-cols-4">
        <Figure label={messages.commitsPerSecond} value={rateText(commits.at(-1))} line={commits} />
        <Figure label={messages.requestsPerSecond} value={rateText(requests.at(-1))} line={requests} />
        <Figure
          label={messages.answerTime}
          value={p95 === undefined ? '–' : `≤ ${formatDuration(p95 * 1_000)}`}
        />
        <Figure
          label={messages.loopDelay}
          value={delay === undefined ? '–' : formatDuration(delay * 1_000)}
        />
        <Figure label={messages.memory} value={formatBytes(value('process_resident_memory_bytes') ?? 0)} />
        <Figure label={messages.inMemory} value={String(value('millrace_executions_in_memory') ?? '–')} />
        <Figure label={messages.effectsRunning} value={String(value('millrace_effects_running') ?? '–')} />
        <Figure
          label={messages.uptime}
          value={startedAt === undefined ? '–' : formatDuration(now - startedAt * 1_000)}
        />
      </div>
      <Panel title={messages.durability}>
        <p className="text-soft">{durabilityText(samples, messages)}</p>
        <dl className="tabular mt-3 flex flex-wrap gap-x-8 gap-y-1 text-[13px]">
          <Pair
            label={messages.serverVersion}
            value={samples.find(({ name }) => name === 'millrace_build')?.labels.version ?? '–'}
          />
          {database === undefined ? null : (
            <Pair label={messages.databaseSize} value={formatBytes(database)} />
          )}
        </dl>
      </Panel>
      <details className="card p-5">
        <summary className="font-medium">{messages.allFigures}</summary>
        <AllFigures samples={samples} />
      </details>
    </div>
  );
}

/** The driver's own figures tell which it is: only a database on disk has a size. */
function durabilityText(samples: readonly Sample[], messages: ReturnType<typeof useMessages>): string {
  const declared = samples.find(({ name }) => name === 'millrace_store')?.labels.durability;
  if (declared === 'power-loss' || sampleOf(samples, 'millrace_store_database_bytes') !== undefined)
    return messages.storePower;
  return declared === 'memory' ? messages.storeMemory : messages.storeUnknown;
}

function sum(values: Readonly<Record<string, number>>): number {
  return Object.values(values).reduce((total, each) => total + each, 0);
}

function rateText(rate: number | undefined): string {
  if (rate === undefined) return '–';
  return rate < 10 ? rate.toFixed(1) : String(Math.round(rate));
}

function Panel({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text?: string;
  readonly children: ReactNode;
}) {
  return (
    <section className="card p-5">
      <h2 className="font-semibold">{title}</h2>
      {text === undefined ? null : <p className="text-[13px] text-soft">{text}</p>}
      <div className="mt-3">{children}</div>
    </section>
  );
}

function Alarm({
  label,
  text,
  value,
}: {
  readonly label: string;
  readonly text: string;
  readonly value: number | undefined;
}) {
  const bad = value !== undefined && value > 0;
  return (
    <section className={`card p-5 ${bad ? '!border-faulted !bg-faulted-soft' : ''}`}>
      <h2 className="text-[13px] text-soft">{label}</h2>
      <p className={`tabular mt-1 text-3xl font-semibold tracking-tight ${bad ? 'text-faulted' : ''}`}>
        {value ?? '–'}
      </p>
      <p className="mt-1 text-[13px] text-pretty text-soft">{text}</p>
    </section>
  );
}

function Figure({
  label,
  value,
  line,
}: {
  readonly label: string;
  readonly value: string;
  readonly line?: readonly number[];
}) {
  return (
    <section className="card relative overflow-hidden p-4">
      <h2 className="text-[13px] text-soft">{label}</h2>
      <p className="tabular mt-1 text-lg font-semibold">{value}</p>
      {line === undefined ? null : <Sparkline values={line} />}
    </section>
  );
}

function Pair({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div className="flex gap-2">
      <dt className="text-faint">{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function PhaseBars({ counts }: { readonly counts: Readonly<Record<string, number>> }) {
  const messages = useMessages();
  const most = Math.max(1, ...Object.values(counts));
  return (
    <dl className="grid gap-2">
      {phases.map((phase) => (
        <div key={phase} className="grid grid-cols-[8rem_minmax(0,1fr)_4rem] items-center gap-3">
          <dt className="flex items-center gap-2">
            <StatusDot status={phase} still />
            {statusLabel(messages, phase)}
          </dt>
          <dd className="tabular order-3 text-right">{counts[phase] ?? 0}</dd>
          <dd aria-hidden="true" className="order-2 h-2 overflow-hidden rounded-full bg-sunken">
            <div
              className="h-full rounded-full bg-accent/60"
              style={{ width: `${((counts[phase] ?? 0) / most) * 100}%` }}
            />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Ledger({ counts }: { readonly counts: Readonly<Record<string, number>> }) {
  const messages = useMessages();
  const kinds = Object.entries(counts).filter(([, count]) => count > 0);
  if (kinds.length === 0) return <p className="text-faint">{messages.ledgerEmpty}</p>;
  return (
    <dl className="grid grid-cols-2 gap-x-8 gap-y-2">
      {kinds.map(([kind, count]) => (
        <div key={kind} className="flex justify-between border-b border-line pb-1.5">
          <dt>{kind}</dt>
          <dd className="tabular font-medium">{count}</dd>
        </div>
      ))}
    </dl>
  );
}

function AllFigures({ samples }: { readonly samples: readonly Sample[] }) {
  const shown = samples.filter(({ name }) => !name.endsWith('_bucket'));
  return (
    <table className="mt-4 w-full text-left text-[13px]">
      <tbody>
        {shown.map(({ name, labels, value }) => (
          <tr key={`${name}${JSON.stringify(labels)}`} className="border-t border-line align-top">
            <th scope="row" className="py-1 pr-4 font-mono text-[12px] font-normal [overflow-wrap:anywhere]">
              {name}
              <span className="ml-2 text-faint">
                {Object.entries(labels)
                  .map(([label, text]) => `${label}=${text}`)
                  .join(' ')}
              </span>
            </th>
            <td className="tabular py-1 text-right">
              {Number.isInteger(value) ? value : value.toPrecision(4)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function SystemSkeleton() {
  return (
    <div className="grid gap-4 sm:grid-cols-3" aria-hidden="true">
      {[1, 2, 3].map((each) => (
        <Skeleton key={each} className="h-32 !rounded-xl" />
      ))}
    </div>
  );
}
