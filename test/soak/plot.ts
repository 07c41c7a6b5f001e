/** Draws a soak: memory, lag, answers and the database over time. */
import { svgText, toSvg } from '../../bench/report/svg.ts';
import type { Figure, Sample, SoakResult } from './soak.ts';

interface Panel {
  readonly title: string;
  readonly lines: readonly { readonly figure: Figure; readonly name: string }[];
}

const panels: readonly Panel[] = [
  {
    title: 'Memory of the process, MiB',
    lines: [
      { figure: 'residentMb', name: 'resident' },
      { figure: 'heapMb', name: 'heap' },
    ],
  },
  {
    title: "Event loop's lag, ms",
    lines: [
      { figure: 'lagMaxMs', name: 'longest' },
      { figure: 'lagP99Ms', name: 'p99' },
    ],
  },
  {
    title: 'Executions ended per second; ms to the end of a pure one (p99)',
    lines: [
      { figure: 'perSec', name: 'per second' },
      { figure: 'pureP99Ms', name: 'ms' },
    ],
  },
  {
    title: 'CPU of the server and its database, ms for each execution',
    lines: [{ figure: 'cpuMsPer', name: 'ms' }],
  },
  {
    title: 'Database, MiB',
    lines: [
      { figure: 'databaseMb', name: 'file' },
      { figure: 'walMb', name: 'write-ahead log' },
    ],
  },
];

const width = 760;
const left = 48;
const right = 120;
const panelHeight = 130;
const panelStep = 180;
const top = 60;
const pointsMax = 600;

const style = `
  .axis { stroke: #d0d7de; }
  polyline { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
  .line0 { stroke: #0969da; } .name0 { fill: #0969da; }
  .line1 { stroke: #bc4c00; } .name1 { fill: #bc4c00; }`;
const darkStyle = `
    .axis { stroke: #3d444d; }
    .line0 { stroke: #4493f8; } .name0 { fill: #4493f8; }
    .line1 { stroke: #f0883e; } .name1 { fill: #f0883e; }`;

export function drawSoak(result: SoakResult, note: string): string {
  const samples = thin(result.samples);
  const height = top + panels.length * panelStep;
  const title = `Mixed load for ${result.minutes} minutes, ${result.wantedPerSec} executions per second`;
  const parts = [
    svgText(left, 24, title, { kind: 'title' }),
    ...panels.flatMap((panel, index) => drawPanel(panel, samples, top + index * panelStep)),
    svgText(left, height - 8, note),
  ];
  return toSvg({ title, width, height, style, darkStyle, parts });
}

/** Of neighbours the worst is shown: what is drawn must not hide a peak. */
function thin(samples: readonly Sample[]): readonly Sample[] {
  const size = Math.ceil(samples.length / pointsMax);
  if (size <= 1) return samples;
  const groups = Map.groupBy(samples, (_sample, index) => Math.floor(index / size));
  return [...groups.values()].map((group) =>
    group.reduce((worst, sample) => {
      const names = Object.keys(worst) as (keyof Sample)[];
      return Object.fromEntries(
        names.map((name) => [name, Math.max(worst[name], sample[name])]),
      ) as unknown as Sample;
    }),
  );
}

function drawPanel({ title, lines }: Panel, samples: readonly Sample[], y: number): string[] {
  const highest = niceAbove(
    Math.max(1, ...samples.flatMap((sample) => lines.map(({ figure }) => sample[figure]))),
  );
  const seconds = Math.max(1, samples.at(-1)?.at ?? 1);
  const across = (at: number) => left + (at / seconds) * (width - left - right);
  const up = (value: number) => y + panelHeight - (value / highest) * panelHeight;
  const drawn = lines.flatMap(({ figure, name }, index) => {
    const points = samples.map(
      (sample) => `${across(sample.at).toFixed(1)},${up(sample[figure]).toFixed(1)}`,
    );
    return [
      `<polyline class="line${index}" points="${points.join(' ')}"/>`,
      svgText(width - right + 8, y + 14 + index * 18, name, { kind: `name${index}` }),
    ];
  });
  const minutes = (seconds / 60).toFixed(seconds < 600 ? 1 : 0);
  return [
    svgText(left, y - 8, title, { kind: 'group' }),
    ...[0, 0.5, 1].flatMap((share) => [
      `<line class="axis" x1="${left}" x2="${width - right}" y1="${up(highest * share)}" y2="${up(highest * share)}"/>`,
      svgText(left - 6, up(highest * share) + 4, highest * share, { anchor: 'end' }),
    ]),
    ...drawn,
    svgText(width - right, y + panelHeight + 16, `${minutes} min`, { anchor: 'end' }),
  ];
}

/** 1, 2 or 5 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5].find((step) => step * power >= value) ?? 10) * power;
}
