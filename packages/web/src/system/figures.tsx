import { useMessages } from '../app/preferences.ts';
import { formatBytes, formatDuration } from '../format/duration.ts';
import { quantileOf, type Sample } from '../format/metrics.ts';
import { gauges, type History, rates } from './history.ts';
import { Sparkline } from './sparkline.tsx';

/** How the server fares, with the course of the last minutes. */
export function Figures({
  samples,
  history,
}: {
  readonly samples: readonly Sample[];
  readonly history: History;
}) {
  const messages = useMessages();
  const commits = rates(history, 'commits');
  const requests = rates(history, 'requests');
  const p95 = quantileOf(samples, 'millrace_http_request_duration_seconds', 0.95);
  const last = history.at(-1)?.gauges;
  return (
    <section aria-labelledby="figures">
      <h2 id="figures" className="sr-only">
        {messages.figures}
      </h2>
      <div className="grid grid-cols-2 gap-4 lg:grid-cols-3">
        <Figure label={messages.commitsPerSecond} value={rateText(commits.at(-1))} line={commits} />
        <Figure
          label={messages.requestsPerSecond}
          value={rateText(requests.at(-1))}
          line={requests}
          {...(p95 === undefined ? {} : { note: messages.answeredWithin(formatDuration(p95 * 1_000)) })}
        />
        <Figure
          label={messages.effectsRunning}
          value={String(last?.effects ?? '–')}
          line={gauges(history, 'effects')}
        />
        <Figure
          label={messages.inMemory}
          value={String(last?.inMemory ?? '–')}
          line={gauges(history, 'inMemory')}
        />
        <Figure
          label={messages.loopDelay}
          value={last === undefined ? '–' : formatDuration(last.loopDelay * 1_000)}
          line={gauges(history, 'loopDelay')}
        />
        <Figure
          label={messages.memory}
          value={last === undefined ? '–' : formatBytes(last.memory)}
          line={gauges(history, 'memory')}
        />
      </div>
    </section>
  );
}

interface FigureProps {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
  readonly line: readonly number[];
}

function Figure({ label, value, note, line }: FigureProps) {
  return (
    <section className="card overflow-hidden">
      <div className="px-4 pt-3.5 pb-2">
        <h3 className="text-[13px] text-pretty text-soft">{label}</h3>
        <p className="tabular mt-0.5 flex flex-wrap items-baseline gap-x-3 text-lg font-semibold">
          {value}
          {note === undefined ? null : <span className="text-[12.5px] font-normal text-faint">{note}</span>}
        </p>
      </div>
      <Sparkline values={line} />
    </section>
  );
}

function rateText(rate: number | undefined): string {
  if (rate === undefined) return '–';
  return rate < 10 ? rate.toFixed(1) : String(Math.round(rate));
}
