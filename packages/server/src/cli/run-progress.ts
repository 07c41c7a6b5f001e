/** The progress of an execution for people: one line for each task that ended. */
import { taskNames, taskPointer } from '@millrace/core';
import { formatDuration } from '../config/quantity.ts';
import type { ExecutionEvent } from '../engine/interface.ts';
import { visible } from './terminal-text.ts';

export interface Progress {
  show(event: ExecutionEvent): void;
}

export function createProgress(write: (line: string) => void, colours: boolean): Progress {
  const paint = painter(colours);
  const started = new Map<string, number>();
  const line = (mark: string, fact: TaskFact, text: string) =>
    write(`${mark} ${nameOf(fact)}${text === '' ? '' : `  ${paint.dim(text)}`}\n`);
  return {
    show: ({ fact, time }) => {
      const at = Date.parse(time);
      const taken = (task: TaskFact) => formatDuration(at - (started.get(keyOf(task)) ?? at));
      switch (fact.type) {
        case 'task.started':
          started.set(keyOf(fact), at);
          break;
        case 'task.completed':
          // An extended task is told of once, when what is around it has ended as well.
          if (!isExtended(fact)) line(paint.green('✓'), fact, taken(fact));
          started.delete(keyOf(fact));
          break;
        case 'task.faulted':
          line(paint.red('✗'), fact, `${taken(fact)}  ${visible(fact.error.title ?? fact.error.type)}`);
          break;
        case 'task.skipped':
          line(paint.dim('-'), fact, 'skipped');
          break;
        case 'task.cancelled':
          line(paint.dim('-'), fact, 'cancelled');
          break;
        case 'wait.started':
          line(paint.dim('…'), fact, `waits ${formatDuration(fact.due - at)}`);
          break;
        case 'retry.scheduled':
          line(
            paint.yellow('↻'),
            fact,
            `attempt ${fact.attempt} in ${formatDuration(Math.max(0, fact.due - at))}`,
          );
          break;
        case 'execution.suspended':
          write(
            `${paint.yellow('‖')} suspended${fact.reason === undefined ? '' : `: ${visible(fact.reason)}`}\n`,
          );
          break;
        default:
          break;
      }
    },
  };
}

export interface TaskFact {
  readonly task: string;
  readonly visit?: number;
}

function keyOf({ task, visit }: TaskFact): string {
  return `${task}#${visit ?? 1}`;
}

function isExtended({ task }: TaskFact): boolean {
  return taskPointer(task) !== task;
}

/** `/do/0/order/try/1/pay` → `order › pay`. */
export function nameOf({ task, visit }: TaskFact): string {
  return `${visible(taskNames(task).join(' › ') || task)}${visit === undefined || visit === 1 ? '' : ` #${visit}`}`;
}

export interface Painter {
  green(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  dim(text: string): string;
}

export function painter(colours: boolean): Painter {
  const paint = (code: number) => (text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  return { green: paint(32), red: paint(31), yellow: paint(33), dim: paint(2) };
}
