/** Draws a timeline in the terminal: a line for each task with its bar, and lines for what went wrong in it. */
import { type EffectRequest, unreachable, type WorkflowError } from '@millrace/core';
import { formatDuration } from '../config/quantity.ts';
import type { Painter } from './run-progress.ts';
import { cut, visible } from './terminal-text.ts';
import type { TaskStatus, TimelineTask } from './timeline.ts';

export interface Axis {
  /** epoch ms */
  readonly from: number;
  readonly to: number;
}

export interface TimelineLayout {
  readonly axis: Axis;
  /** width of the whole in characters */
  readonly columns: number;
  readonly paint: Painter;
  /** the line of the definition in which a task stands; undefined: the text is not at hand */
  lineOf(task: string): number | undefined;
}

const rowsMax = 200;
const nameColumnsMax = 36;
const barColumnsMin = 10;
const barColumnsMax = 60;
/** mark, gaps and the duration */
const otherColumns = 18;

/** Of more than 200 tasks the first and the last hundred are drawn. */
export function drawTimeline(tasks: readonly TimelineTask[], layout: TimelineLayout): string {
  const labels = tasks.map(labelOf);
  const nameColumns = Math.min(nameColumnsMax, Math.max(0, ...labels.map((label) => [...label].length)));
  const barColumns = Math.min(
    barColumnsMax,
    Math.max(barColumnsMin, layout.columns - nameColumns - otherColumns),
  );
  const lines = tasks.map((task, index) =>
    [
      taskLine(task, cut(labels[index] ?? '', nameColumns).padEnd(nameColumns), barColumns, layout),
      ...detailLines(task, layout),
    ].join(''),
  );
  if (lines.length <= rowsMax) return lines.join('');
  const left = lines.length - rowsMax;
  const gap = layout.paint.dim(`  … ${left} more tasks; all of them: --json\n`);
  return [...lines.slice(0, rowsMax / 2), gap, ...lines.slice(-rowsMax / 2)].join('');
}

function labelOf({ depth, name, iteration, visit }: TimelineTask): string {
  const place = iteration === undefined ? (visit === 1 ? '' : ` #${visit}`) : ` [${iteration}]`;
  return `${'  '.repeat(depth)}${visible(name)}${place}`;
}

function taskLine(task: TimelineTask, label: string, barColumns: number, layout: TimelineLayout): string {
  const { axis, paint } = layout;
  const mark = markOf(task.status);
  const painted = painterOf(task.status, paint);
  const [before, bar, after] = barOf(task, axis, barColumns);
  const spent = (task.endedAt ?? axis.to) - task.startedAt;
  const text = task.status === 'skipped' ? 'skipped' : formatDuration(Math.max(0, spent));
  return `${painted(mark)} ${label}  ${paint.dim(before)}${painted(bar)}${paint.dim(after)}  ${text}\n`;
}

function markOf(status: TaskStatus): string {
  switch (status) {
    case 'completed':
      return '✓';
    case 'faulted':
      return '✗';
    case 'running':
      return '▸';
    case 'waiting':
      return '…';
    case 'cancelled':
    case 'skipped':
      return '-';
    default:
      return unreachable(status);
  }
}

function painterOf(status: TaskStatus, paint: Painter): (text: string) => string {
  if (status === 'completed') return paint.green;
  if (status === 'faulted') return paint.red;
  return status === 'running' || status === 'waiting' ? paint.yellow : paint.dim;
}

/** What stands before the bar, the bar, and what stands after it; `↻` marks where an attempt after the first began. */
export function barOf(
  { startedAt, endedAt, retriedAt }: Pick<TimelineTask, 'startedAt' | 'endedAt' | 'retriedAt'>,
  { from, to }: Axis,
  columns: number,
): readonly [before: string, bar: string, after: string] {
  const length = Math.max(1, to - from);
  const columnAt = (at: number) =>
    Math.min(columns - 1, Math.max(0, Math.floor(((at - from) / length) * columns)));
  const first = columnAt(startedAt);
  const last = Math.max(
    first,
    Math.min(columns - 1, Math.ceil((((endedAt ?? to) - from) / length) * columns) - 1),
  );
  const bar = Array.from({ length: last - first + 1 }, () => '━');
  for (const at of retriedAt) bar[Math.min(last, columnAt(at)) - first] = '↻';
  return ['·'.repeat(first), bar.join(''), '·'.repeat(columns - last - 1)];
}

function detailLines(task: TimelineTask, { paint, lineOf }: TimelineLayout): string[] {
  const indent = `  ${'  '.repeat(task.depth + 1)}`;
  const lines = task.failedAttempts.map(({ number, error, nextAt }) => {
    const next = nextAt === undefined ? 'caught' : 'tried again';
    return `${indent}${paint.yellow(`↻ attempt ${number}: ${describe(error)}`)}${paint.dim(`, ${next}`)}\n`;
  });
  for (const { id, workflow, started } of task.children) {
    const { namespace, name, version } = workflow;
    const named = visible([namespace, name, ...(version === undefined ? [] : [version])].join('/'));
    lines.push(`${indent}${paint.dim(started ? `→ ${visible(id)}  ${named}` : `→ ${named}, not started`)}\n`);
  }
  const deed = task.deeds.at(-1);
  if (deed !== undefined && task.status !== 'completed')
    lines.push(`${indent}${paint.dim(describeRequest(deed.request))}\n`);
  if (task.status === 'faulted' && task.error !== undefined) {
    // A child's tasks stand in another definition.
    const line = task.execution === undefined ? lineOf(task.task) : undefined;
    const place = line === undefined ? '' : paint.dim(`  line ${line}`);
    lines.push(`${indent}${paint.red(describe(task.error))}${place}\n`);
  }
  return lines;
}

function describe({ title, type, status, detail }: WorkflowError): string {
  return cut(
    `${visible(title ?? type)} (${status})${detail === undefined ? '' : `: ${visible(detail)}`}`,
    160,
  );
}

export function describeRequest(request: EffectRequest): string {
  switch (request.type) {
    case 'http':
      return visible(`${request.method.toUpperCase()} ${request.uri}`);
    case 'openapi':
      return visible(`${request.operationId} of ${request.document.uri}`);
    case 'function':
      return visible(`function ${request.name}`);
    default:
      return unreachable(request);
  }
}
