/** Draws Millrace beside the peers. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Results, Row } from '../row.ts';
import { isOurs, type SubjectName } from '../works/work.ts';
import { findWork } from '../works/works.ts';
import { formatFigure } from './figures.ts';
import { resultsFolder } from './results.ts';
import { svgText, toSvg } from './svg.ts';

interface Chart {
  readonly file: string;
  readonly title: string;
  readonly groups: readonly Group[];
}

interface Group {
  readonly title: string;
  readonly work: string;
  readonly inFlight?: number;
  readonly figure: string;
  readonly unit: string;
}

const charts: readonly Chart[] = [
  {
    file: 'throughput.svg',
    title: 'Executions per second (longer is better)',
    groups: [
      { title: 'Five durable steps, 64 at a time', work: 'W1b', inFlight: 64, figure: 'perSec', unit: '/s' },
      {
        title: 'Five durable steps, 512 at a time',
        work: 'W1b',
        inFlight: 512,
        figure: 'perSec',
        unit: '/s',
      },
      { title: 'Three HTTP calls, 64 at a time', work: 'W2', inFlight: 64, figure: 'perSec', unit: '/s' },
    ],
  },
  {
    file: 'latency.svg',
    title: 'Milliseconds (shorter is better)',
    groups: [
      { title: 'Five durable steps, alone (p50)', work: 'W1b', inFlight: 1, figure: 'p50Ms', unit: 'ms' },
      { title: 'Fork of 100 and join, alone (p50)', work: 'W3', inFlight: 1, figure: 'p50Ms', unit: 'ms' },
      {
        title: '10,000 sleepers due together: late (p99)',
        work: 'W4-together',
        figure: 'lateP99Ms',
        unit: 'ms',
      },
      { title: 'Start of a process to its first answer', work: 'W5', figure: 'startMs', unit: 'ms' },
    ],
  },
];

/** Writes the charts of which there are figures; answers their paths. */
export function writePlots(results: Results, folder: string = resultsFolder): string[] {
  mkdirSync(folder, { recursive: true });
  return charts.flatMap((chart) => {
    const svg = drawChart(chart, results);
    if (svg === undefined) return [];
    const path = join(folder, chart.file);
    writeFileSync(path, svg);
    return [path];
  });
}

const names: Readonly<Record<SubjectName, string>> = {
  millrace: 'Millrace',
  postgres: 'on PostgreSQL',
  restate: 'Restate',
  dbos: 'DBOS',
  bullmq: 'BullMQ',
};

const order = Object.keys(names);

const width = 720;
const margin = 16;
const nameWidth = 80;
const numberWidth = 110;
const barHeight = 16;
const barStep = 22;
const groupStep = 34;

const style = `
  .peer { fill: #a3acb5; }
  .millrace { fill: #0969da; }`;
const darkStyle = `
    .peer { fill: #59636e; }
    .millrace { fill: #4493f8; }`;

function drawChart({ title, groups }: Chart, results: Results): string | undefined {
  const drawn: string[] = [];
  let y = margin + 14;
  drawn.push(svgText(margin, y, title, { kind: 'title' }));
  const before = drawn.length;
  for (const group of groups) {
    const bars = barsOf(group, results.rows);
    if (bars.length === 0) continue;
    y += groupStep;
    drawn.push(svgText(margin, y, group.title, { kind: 'group' }));
    const longest = Math.max(...bars.map(({ value }) => value));
    for (const bar of bars) {
      drawn.push(drawBar(bar, y + 8, longest, group));
      y += barStep;
    }
  }
  if (drawn.length === before) return undefined;
  y += groupStep;
  drawn.push(svgText(margin, y, noteOf(results), { kind: 'note' }));
  const height = y + margin;
  return toSvg({ title, width, height, style, darkStyle, parts: drawn });
}

interface Bar {
  readonly by: SubjectName;
  readonly value: number;
}

function barsOf({ work, inFlight, figure }: Group, rows: readonly Row[]): Bar[] {
  return rows
    .filter((row) => row.inFlight === inFlight && isOf(row, work))
    .map(({ by, figures }) => ({ by, value: figures[figure] ?? Number.NaN }))
    .filter(({ value }) => Number.isFinite(value))
    .sort((a, b) => order.indexOf(a.by) - order.indexOf(b.by));
}

function isOf(row: Row, work: string): boolean {
  return row.work === (isOurs(row.by) ? work : (findWork(work).peerWork ?? work));
}

function drawBar({ by, value }: Bar, y: number, longest: number, { figure, unit }: Group): string {
  const x = margin + nameWidth;
  const length = Math.max(2, (value / longest) * (width - x - numberWidth - margin));
  const kind = by === 'millrace' ? 'millrace' : 'peer';
  return [
    svgText(margin, y + 13, names[by]),
    `<rect class="${kind}" x="${x}" y="${y}" width="${length.toFixed(1)}" height="${barHeight}" rx="2"/>`,
    svgText(x + length + 8, y + 13, `${formatFigure(figure, value)} ${unit}`),
  ].join('\n');
}

function noteOf({ version, machine, rows, measuredAt }: Results): string {
  const peers = new Set(
    rows.filter(({ by }) => by !== 'millrace').map(({ subject }) => subject.split(/[,;]| in | with /)[0]),
  );
  const versions = [`Millrace ${version}`, ...peers].join(', ');
  return `${versions}; each durable at every step, all parts on ${machine.cores} cores, ${machine.fileSystem}; ${measuredAt.slice(0, 10)}`;
}
