/** `millrace show`: one execution as a timeline, with what went wrong and what it waits for. */
import { parse } from '@millrace/core';
import { formatDuration } from '../config/quantity.ts';
import type { ExecutionEvent, ExecutionView, WakeUpView } from '../engine/interface.ts';
import type { ApiClient } from './api-client.ts';
import { ApiError } from './api-error.ts';
import { readArguments } from './arguments.ts';
import { connect, connectionHelp, connectionOptions } from './connection.ts';
import { definitionText } from './definition-text.ts';
import { readExecutionId } from './execution-id.ts';
import { exitCodes } from './exit.ts';
import type { Io } from './io.ts';
import { describeFault } from './run-fault.ts';
import { painter } from './run-progress.ts';
import { visible } from './terminal-text.ts';
import { type TimelineTask, timelineOf } from './timeline.ts';
import { drawTimeline } from './timeline-text.ts';
import { describeWakeUp } from './waiting-text.ts';

export const options = connectionOptions;

export const help = `Options:
${connectionHelp}

✓ completed  ✗ faulted  ▸ running  … waiting  - skipped or cancelled  ↻ another attempt`;

/** Exits 0 whatever became of the execution. */
export async function show(args: readonly string[], io: Io): Promise<number> {
  const read = readArguments(args, options);
  const id = readExecutionId('show', read);
  const api = connect(read.flags, io);
  const shown = await readShown(api, id);
  if (read.flags.json) {
    const { execution, tasks, wakeUps, eventsLeftOut } = shown;
    io.out(`${JSON.stringify({ execution, tasks, wakeUps, eventsLeftOut }, null, 2)}\n`);
  } else {
    io.out(draw(shown, io, api.now()));
  }
  return exitCodes.ok;
}

interface Shown {
  readonly execution: ExecutionView;
  readonly tasks: readonly TimelineTask[];
  readonly wakeUps: readonly WakeUpView[];
  /** the text that runs; undefined: it is not in the store */
  readonly text: string | undefined;
  /** the execution has more events than a timeline is made of */
  readonly eventsLeftOut: boolean;
}

const eventPagesMax = 100;

async function readShown(api: ApiClient, id: string): Promise<Shown> {
  const execution = await api.execution(id);
  const { events, after } = await readEvents(api, id);
  const [text, wakeUps] = await Promise.all([
    definitionText(api, execution),
    execution.endedAt === undefined ? api.wakeUps(id) : [],
  ]);
  const tasks = await withChildren(api, timelineOf(events));
  return { execution, tasks, wakeUps, text, eventsLeftOut: after !== undefined };
}

async function readEvents(
  api: ApiClient,
  id: string,
): Promise<{ readonly events: readonly ExecutionEvent[]; readonly after: number | undefined }> {
  const events: ExecutionEvent[] = [];
  let after: number | undefined = 0;
  for (let page = 0; page < eventPagesMax && after !== undefined; page += 1) {
    const read: { items: readonly ExecutionEvent[]; after?: number } = await api.events(id, after);
    events.push(...read.items);
    after = read.after;
  }
  return { events, after };
}

/** executions below the one that is shown whose tasks are drawn with it; all of them stand there by their id */
const childrenMax = 20;

/** The tasks, each followed by those of the executions that it ran, one step to the right. */
async function withChildren(
  api: ApiClient,
  tasks: readonly TimelineTask[],
): Promise<readonly TimelineTask[]> {
  let left = childrenMax;
  return nested(tasks);

  async function nested(from: readonly TimelineTask[]): Promise<readonly TimelineTask[]> {
    const all: TimelineTask[] = [];
    for (const task of from) {
      all.push(task);
      for (const { id, started } of task.children) {
        if (!started || left === 0) continue;
        left -= 1;
        const inside = await nested(timelineOf(await eventsOf(id)));
        all.push(
          ...inside.map((each) => ({
            ...each,
            depth: each.depth + task.depth + 1,
            execution: each.execution ?? id,
          })),
        );
      }
    }
    return all;
  }

  /** None, of a child that is not there yet. */
  async function eventsOf(id: string): Promise<readonly ExecutionEvent[]> {
    try {
      return (await readEvents(api, id)).events;
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return [];
      throw error;
    }
  }
}

function draw({ execution, tasks, wakeUps, text, eventsLeftOut }: Shown, io: Io, now: number): string {
  const paint = painter(io.outColours);
  const { namespace, name, version } = execution.workflow;
  const workflow = `${namespace}/${name}/${version}`;
  const parsed = text === undefined ? undefined : parse(text);
  const from = Date.parse(execution.startedAt);
  const to = execution.endedAt === undefined ? now : Date.parse(execution.endedAt);
  const timeline = drawTimeline(tasks, {
    axis: { from, to },
    columns: io.columns,
    paint,
    lineOf: (task) => (parsed?.ok ? parsed.source.locate(task).line : undefined),
  });
  const sections = [
    [
      `${visible(execution.id)}  ${phaseText(execution.status, io)}\n`,
      `workflow  ${visible(workflow)}\n`,
      `started   ${execution.startedAt}, ${execution.endedAt === undefined ? 'for' : 'took'} ${formatDuration(Math.max(0, to - from))}\n`,
      ...(execution.retryOf === undefined ? [] : [`retry of  ${visible(execution.retryOf)}\n`]),
      ...(execution.parent === undefined ? [] : [`child of  ${visible(execution.parent.execution)}\n`]),
      ...(execution.cause === undefined
        ? []
        : [`schedule  ${execution.cause.source}, due ${execution.cause.due}\n`]),
    ].join(''),
    timeline === '' ? 'No task was entered.\n' : timeline,
    eventsLeftOut ? paint.yellow('It has more events than are shown here.\n') : '',
    wakeUps.map((wakeUp) => `waits for ${describeWakeUp(wakeUp, tasks, execution.id, now)}\n`).join(''),
    execution.error === undefined
      ? ''
      : `${describeFault(execution.error, visible(workflow), text, paint)}\n`,
  ];
  return sections.filter((section) => section !== '').join('\n');
}

/** The phase in its colour, for standard output. */
export function phaseText(status: ExecutionView['status'], io: Io): string {
  const paint = painter(io.outColours);
  if (status === 'completed') return paint.green(status);
  if (status === 'faulted') return paint.red(status);
  return status === 'cancelled' ? paint.dim(status) : paint.yellow(status);
}
