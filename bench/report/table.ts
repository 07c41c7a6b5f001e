/** The results as a table for people; bars stand beside what was measured, with met or missed. */
import type { Ratio, Row } from '../row.ts';
import { formatBound, formatFigure, labelOf } from './figures.ts';

/** Three tables: what was measured, what was promised, and how peers did. */
export function formatTable(rows: readonly Row[], ratios: readonly Ratio[]): string {
  const parts = [loadTable(rows), otherLines(rows), barTable(rows), ratioTable(ratios), doubtLines(rows)];
  return parts.filter((part) => part !== '').join('\n\n');
}

const columns = [
  'perSec',
  'p50Ms',
  'p99Ms',
  'maxMs',
  'cpuMsPer',
  'writtenBytesPer',
  'databaseBytesPer',
  'peakMb',
];
/** Figures that stand elsewhere, or are told only when they raise a doubt. */
const untold = new Set([...columns, 'foreignCpu', 'stolenCpu', 'p95Ms', 'otherCpuMsPer']);

function loadTable(rows: readonly Row[]): string {
  const loads = rows.filter(({ figures }) => figures.perSec !== undefined);
  if (loads.length === 0) return '';
  const head = ['work', 'in flight', 'by', ...columns.map(labelOf), 'windows per s'];
  const body = loads.map(({ work, inFlight, by, figures }) => [
    work,
    String(inFlight ?? ''),
    by,
    ...columns.map((name) => (name in figures ? formatFigure(name, figures[name] ?? Number.NaN) : '')),
    `${formatFigure('perSec', figures.perSecMin ?? Number.NaN)} to ${formatFigure('perSec', figures.perSecMax ?? Number.NaN)}`,
  ]);
  return align([head, ...body], 3);
}

/** What has no column: a line for each row that has more to say. */
function otherLines(rows: readonly Row[]): string {
  const lines = rows.flatMap((row) => {
    const { figures, failure } = row;
    const isLoad = figures.perSec !== undefined;
    const names = Object.keys(figures).filter((name) =>
      isLoad ? !untold.has(name) && !name.startsWith('perSec') : name !== 'foreignCpu',
    );
    const told = names.map((name) => `${labelOf(name)} ${formatFigure(name, figures[name] ?? Number.NaN)}`);
    if (failure !== undefined) told.push(`FAILED: ${failure.split('\n', 1)[0]}`);
    return told.length === 0 ? [] : [`${nameOf(row)}: ${told.join(', ')}`];
  });
  return lines.join('\n');
}

function barTable(rows: readonly Row[]): string {
  const judged = rows.flatMap((row) => row.bars.map((bar) => ({ row, bar })));
  if (judged.length === 0) return '';
  const lines = judged.map(({ row, bar }) => [
    row.work,
    String(row.inFlight ?? ''),
    labelOf(bar.figure),
    formatFigure(bar.figure, bar.value),
    `${bar.is} ${formatBound(bar.figure, bar.bound)}`,
    bar.met ? 'met' : 'MISSED',
  ]);
  const missed = judged.filter(({ bar }) => !bar.met).length;
  const head = ['work', 'in flight', 'figure', 'measured', 'bar', ''];
  const sum = `${judged.length - missed} bars met, ${missed} missed`;
  return `${align([head, ...lines], 3)}\n${sum}`;
}

function ratioTable(ratios: readonly Ratio[]): string {
  if (ratios.length === 0) return '';
  const lines = ratios.map(({ work, inFlight, figure, peer, ours, theirs, ratio, store, wanted }) => [
    store === undefined ? work : `${work} ${store}`,
    String(inFlight ?? ''),
    labelOf(figure),
    peer,
    formatFigure(figure, ours),
    formatFigure(figure, theirs),
    Number.isFinite(ratio) ? `${ratio.toFixed(1)} ×` : '–',
    wanted === undefined ? '' : `≥ ${wanted.toFixed(1)} ×`,
    wanted === undefined ? '' : ratio >= wanted ? 'met' : 'MISSED',
  ]);
  const head = ['work', 'in flight', 'figure', 'peer', 'millrace', 'theirs', 'better', 'bar', ''];
  return align([head, ...lines], 4);
}

function doubtLines(rows: readonly Row[]): string {
  return rows
    .filter(({ doubts }) => doubts.length > 0)
    .map((row) => `Doubt about ${nameOf(row)}: ${row.doubts.join('; ')}.`)
    .join('\n');
}

function nameOf({ work, inFlight, by }: Row): string {
  return `${work}${inFlight === undefined ? '' : `@${inFlight}`}${by === 'millrace' ? '' : ` ${by}`}`;
}

/** The first `left` columns start at the left, the others end at the right. */
function align(lines: readonly (readonly string[])[], left: number): string {
  const widths = (lines[0] ?? []).map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, at) => (at < left ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
