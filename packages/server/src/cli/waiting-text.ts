/** Why an execution is waiting, in sentences: its rows in the wake-up ledger, with the tasks that they are for. */
import { type NearMiss, taskNames, unreachable, type WakeUpView } from '@millrace/core';
import { formatDuration } from '../config/quantity.ts';
import { visible } from './terminal-text.ts';
import type { TimelineTask } from './timeline.ts';
import { describeRequest } from './timeline-text.ts';

/** `now`: epoch ms. */
export function describeWakeUp(
  wakeUp: WakeUpView,
  tasks: readonly TimelineTask[],
  execution: string,
  now: number,
): string {
  switch (wakeUp.kind) {
    case 'effect':
      return describeDeed(wakeUp, tasks, execution, now);
    case 'timer':
      return describeTimer(Date.parse(wakeUp.due), tasks, now);
    case 'approval':
      return `somebody: it is suspended. Let it go on with: millrace resume ${execution}`;
    case 'event':
      return describeListener(wakeUp);
    case 'place':
      return `a place: no more executions of this workflow run at once (${visible(wakeUp.limit ?? '')})`;
    case 'child':
      return describeChild(wakeUp, tasks);
    case 'send':
    case 'command':
    case 'resume':
      return 'the engine, which takes it up as soon as it can';
    default:
      return unreachable(wakeUp.kind);
  }
}

/** Its row is named by the version that asked for it. */
function describeChild({ id }: WakeUpView, tasks: readonly TimelineTask[]): string {
  const version = Number(id.slice(id.lastIndexOf('-') + 1));
  const child = tasks
    .filter(({ execution }) => execution === undefined)
    .flatMap(({ children }) => children)
    .find((each) => each.version === version);
  return child === undefined ? 'another execution' : `the execution ${visible(child.id)}`;
}

function describeListener({ listens }: WakeUpView): string {
  if (listens === undefined) return 'an event';
  const attributes =
    Object.keys(listens.with).length === 0 ? 'any event' : `an event ${JSON.stringify(listens.with)}`;
  const correlated =
    listens.correlate === undefined ? '' : `, correlated by ${JSON.stringify(listens.correlate)}`;
  const name = taskNames(listens.task).at(-1) ?? listens.task;
  const missed = listens.missed === undefined ? '' : `; ${missedText(listens.missed)}`;
  return visible(
    `${attributes}${correlated} (${name}${listens.until === true ? ', to stop listening' : ''})${missed}`,
  );
}

function missedText({ id, source, predicate, detail }: NearMiss): string {
  return `the last that came did not fit: ${id} of ${source}, by its ${predicate}${detail === undefined ? '' : `: ${detail}`}`;
}

function describeDeed(
  { id, due, attempt, lease, doubt, limit }: WakeUpView,
  tasks: readonly TimelineTask[],
  execution: string,
  now: number,
): string {
  const version = Number(id.slice(id.lastIndexOf('/') + 1));
  const task = tasks.find(({ deeds }) => deeds.some((deed) => deed.version === version));
  const deed = task?.deeds.find((each) => each.version === version);
  const subject = deed === undefined ? 'a call' : describeRequest(deed.request);
  const owner = task === undefined ? '' : ` (${visible(task.name)})`;
  return `${subject}${owner}, ${standing()}`;

  function standing(): string {
    if (doubt)
      return `in doubt: nobody knows whether it was done. Say it: millrace resolve ${execution} --effect ${version} --done JSON (or --failed JSON, or --again)`;
    if (lease !== undefined && Date.parse(lease.until) > now)
      return `under way${attempt > 1 ? `, taken ${attempt} times` : ''}`;
    if (lease !== undefined) return 'whose process is gone; another one takes it up';
    if (limit !== undefined && Date.parse(due) <= now)
      return `waits for a place: no more calls of its type run at once (${visible(limit)})`;
    return Date.parse(due) > now ? `queued until ${instant(Date.parse(due), now)}` : 'queued';
  }
}

/** A timer row holds the earliest instant only; which task it is for stands in the events. */
function describeTimer(due: number, tasks: readonly TimelineTask[], now: number): string {
  const task = tasks.find((each) => each.due === due);
  const what =
    task === undefined
      ? 'a time limit'
      : task.kind === 'wait'
        ? `the end of ${visible(task.name)}`
        : `the next attempt of ${visible(task.name)}`;
  return `${what}, at ${instant(due, now)}`;
}

function instant(at: number, now: number): string {
  const left = at > now ? `in ${formatDuration(at - now)}` : 'now';
  return `${new Date(at).toISOString()} (${left})`;
}
