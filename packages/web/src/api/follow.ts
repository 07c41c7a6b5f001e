/**
 * Follows the events of an execution until it has ended. Every event is handed on once and in order: what comes again
 * after a reconnection is dropped by its version, and a stream is opened again after the last that was handed on.
 */
import { endsExecution } from '@millrace/core';
import type { ExecutionEvent } from '@millrace/sdk';
import { executionPath } from './client.ts';
import { type KeepOpenOptions, keepOpen } from './keep-open.ts';
import { streamFrames } from './stream.ts';

export interface FollowOptions extends KeepOpenOptions {
  readonly onEvents: (events: readonly ExecutionEvent[]) => void;
}

export function followExecution(id: string, options: FollowOptions): Promise<void> {
  let last = 0;
  return keepOpen(async (signal) => {
    const before = last;
    const onOpen = () => options.onConnection('live');
    const after = String(last);
    for await (const frames of streamFrames(`${executionPath(id)}/events`, { after, onOpen, signal })) {
      const events = frames.map(({ data }) => JSON.parse(data) as ExecutionEvent);
      const fresh = events.filter((event) => event.version > last);
      last = fresh.at(-1)?.version ?? last;
      if (fresh.length > 0) options.onEvents(fresh);
      if (fresh.some(({ fact }) => endsExecution(fact))) return 'ended';
    }
    return last > before;
  }, options);
}
