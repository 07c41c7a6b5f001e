/** Follows what changes in the list of executions, for as long as it is looked at. */
import type { ExecutionChange } from '@millrace/sdk';
import { type KeepOpenOptions, keepOpen } from './keep-open.ts';
import { streamFrames } from './stream.ts';

export interface FollowListOptions extends KeepOpenOptions {
  /** `open` and `reset` ask for the list to be read (again); `changed` brings a row as it is now. */
  readonly onChanges: (changes: readonly ExecutionChange[]) => void;
}

export function followList({ onChanges, ...options }: FollowListOptions): Promise<void> {
  let after: string | undefined;
  return keepOpen(async (signal) => {
    let came = false;
    const onOpen = () => options.onConnection('live');
    for await (const frames of streamFrames('/api/v1/feed/executions', { after, onOpen, signal })) {
      after = frames.findLast(({ id }) => id !== undefined)?.id ?? after;
      came = true;
      onChanges(frames.map(({ data }) => JSON.parse(data) as ExecutionChange));
    }
    return came;
  }, options);
}
