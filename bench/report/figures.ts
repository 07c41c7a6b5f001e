/** How figures are named and written for people. Names of figures end in their unit, `Per` is per execution. */

interface Form {
  readonly label: string;
  readonly digits: number;
  /** what the value is multiplied by */
  readonly factor?: number;
}

const forms: Readonly<Record<string, Form>> = {
  perSec: { label: 'per s', digits: 0 },
  perSecMin: { label: 'min', digits: 0 },
  perSecMax: { label: 'max', digits: 0 },
  p50Ms: { label: 'p50 ms', digits: 2 },
  p95Ms: { label: 'p95 ms', digits: 2 },
  p99Ms: { label: 'p99 ms', digits: 2 },
  maxMs: { label: 'max ms', digits: 1 },
  cpuMsPer: { label: 'CPU ms', digits: 3 },
  otherCpuMsPer: { label: 'load CPU ms', digits: 3 },
  writtenBytesPer: { label: 'kB written', digits: 2, factor: 1e-3 },
  databaseBytesPer: { label: 'kB kept', digits: 2, factor: 1e-3 },
  statementsPer: { label: 'statements', digits: 2 },
  logBytesPer: { label: 'kB database log', digits: 2, factor: 1e-3 },
  peakMb: { label: 'peak MB', digits: 0 },
  stallMs: { label: 'longest stall ms', digits: 1 },
  stallCpuMs: { label: 'of it own CPU ms at most', digits: 1 },
  foreignCpu: { label: 'foreign cores', digits: 2 },
  stolenCpu: { label: 'stolen cores', digits: 2 },
  engineCpu: { label: 'engine cores', digits: 2 },
  wakeP50Ms: { label: 'woken p50 ms', digits: 2 },
  wakeP99Ms: { label: 'woken p99 ms', digits: 2 },
  wakeMaxMs: { label: 'woken max ms', digits: 1 },
  durableP50Ms: { label: 'one durable event p50 ms', digits: 2 },
  durableP99Ms: { label: 'p99', digits: 2 },
  examinedPer: { label: 'rows examined', digits: 2 },
  filtersPer: { label: 'filters asked', digits: 2 },
  fewWakeP50Ms: { label: 'woken p50 ms, few', digits: 2 },
  fewFiltersPer: { label: 'filters asked, few', digits: 2 },
  allWokenPerSec: { label: 'woken per s', digits: 0 },
  eventsPerSec: { label: 'events per s', digits: 0 },
  cpuMicrosPer: { label: 'CPU µs', digits: 1 },
  early: { label: 'early', digits: 0 },
  lateP50Ms: { label: 'late p50 ms', digits: 1 },
  lateP99Ms: { label: 'late p99 ms', digits: 1 },
  lateMaxMs: { label: 'late max ms', digits: 1 },
  startedPerSec: { label: 'started per s', digits: 0 },
  startMs: { label: 'start ms', digits: 0 },
  startMaxMs: { label: 'start max ms', digits: 0 },
  idleMb: { label: 'idle MB', digits: 0 },
  eventCpuMicrosFew: { label: 'CPU µs an event, few', digits: 1 },
  eventCpuMicrosMany: { label: 'CPU µs an event, many', digits: 1 },
  cpuRatio: { label: 'CPU many / few', digits: 2 },
  elapsedRatio: { label: 'time many / few', digits: 2 },
};

export function labelOf(figure: string): string {
  return forms[figure]?.label ?? figure;
}

/** The number without its unit, which `labelOf` has; a dash for what could not be measured. */
export function formatFigure(figure: string, value: number): string {
  if (!Number.isFinite(value)) return '–';
  const { digits, factor = 1 } = forms[figure] ?? { digits: 2 };
  return (value * factor).toLocaleString('en', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** A bound as it was promised, without digits that nobody promised. */
export function formatBound(figure: string, bound: number): string {
  return (bound * (forms[figure]?.factor ?? 1)).toLocaleString('en', { maximumFractionDigits: 2 });
}
