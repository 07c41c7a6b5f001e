/** The task tree as rows, and each row's bar on the axis of time. Plain functions: no markup, no clock. */
import { taskPointer } from '@millrace/core';
import type { Run, TaskRun } from './run.ts';

export interface Row {
  readonly task: TaskRun;
  readonly depth: number;
  readonly expandable: boolean;
  readonly expanded: boolean;
}

/** The rows that are to be seen: children follow their parent unless it is folded up. */
export function rowsOf(run: Run, collapsed: ReadonlySet<string>): readonly Row[] {
  const rows: Row[] = [];
  // A stack instead of recursion: nesting in a definition is bounded, but not by us.
  const stack = run.roots.map((key) => ({ key, depth: 0 })).reverse();
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const task = run.tasks.get(next.key);
    if (task === undefined) continue;
    const itself = taskAlone(run, task);
    if (itself !== undefined) {
      stack.push({ key: itself.key, depth: next.depth });
      continue;
    }
    const expandable = task.children.length > 0;
    const expanded = expandable && !collapsed.has(task.key);
    rows.push({ task, depth: next.depth, expandable, expanded });
    if (!expanded) continue;
    const { depth } = next;
    for (const key of task.children.toReversed()) stack.push({ key, depth: depth + 1 });
  }
  return rows;
}

/** The task that stands for all that is around it: no extension concerns it, and nothing failed but in it. */
function taskAlone(run: Run, { unwatched, children, status }: TaskRun): TaskRun | undefined {
  const itself = unwatched === true ? run.tasks.get(children[0] ?? '') : undefined;
  return status === 'faulted' && itself?.status !== 'faulted' ? undefined : itself;
}

/** Instants in epoch ms. */
export interface Axis {
  readonly from: number;
  readonly to: number;
}

/** From the start of an execution to its end, or to `now` while it is open. */
export function axisOf({ state }: Run, now: number): Axis {
  const to = state.endedAt ?? Math.max(now, state.at);
  return { from: state.startedAt, to: Math.max(to, state.startedAt + 1) };
}

/** Parts of the axis, each from 0 to 1. */
export interface Bar {
  readonly start: number;
  readonly width: number;
}

export function barOf(task: Pick<TaskRun, 'startedAt' | 'endedAt'>, { from, to }: Axis): Bar {
  const length = to - from;
  const start = clamp((task.startedAt - from) / length);
  const end = clamp(((task.endedAt ?? to) - from) / length);
  return { start, width: Math.max(0, end - start) };
}

function clamp(part: number): number {
  return Math.min(1, Math.max(0, part));
}

/** Round instants for the axis, at most `count`, as ms since its start. */
export function ticksOf({ from, to }: Axis, count: number): readonly number[] {
  const step = roundStep((to - from) / Math.max(1, count));
  const ticks: number[] = [];
  for (let at = 0; at <= to - from && ticks.length <= count; at += step) ticks.push(at);
  return ticks;
}

const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000,
  600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 21_600_000, 43_200_000, 86_400_000,
];

function roundStep(ms: number): number {
  const day = 86_400_000;
  return steps.find((step) => step >= ms) ?? Math.ceil(ms / day) * day;
}

export interface TaskSummary {
  readonly status: TaskRun['status'];
  readonly visits: number;
}

/** By pointer: where the last visit of each task stands, and how many there were. */
export function summaries(run: Run): ReadonlyMap<string, TaskSummary> {
  const found = new Map<string, TaskSummary>();
  for (const { task: pointer, status, children } of run.tasks.values()) {
    const task = taskPointer(pointer);
    // What is around a task is told of by the task, unless that was not entered.
    if (task !== pointer && children.some((key) => run.tasks.get(key)?.task === task)) continue;
    const before = found.get(task);
    const open = before?.status === 'running' || before?.status === 'waiting';
    found.set(task, { status: open ? before.status : status, visits: (before?.visits ?? 0) + 1 });
  }
  return found;
}
