/** Followers: one for each execution, given its events as they come; when its process ends it goes on elsewhere. */
import { isTerminal } from '@millrace/core';
import { type Cluster, describe, isOutage, type SimProcess } from './cluster.ts';
import type { Mirror, Mirrored } from './mirror.ts';
import type { Violations } from './violations.ts';

interface Follower {
  process: SimProcess;
  active: boolean;
  /** version of the last event that it was given */
  seen: number;
  ended: boolean;
}

export interface FollowersOptions {
  readonly cluster: Cluster;
  readonly mirror: Mirror;
  readonly violations: Violations;
}

const never = new AbortController().signal;

export class Followers {
  readonly #options: FollowersOptions;
  readonly #byStream = new Map<Mirrored, Follower>();

  constructor(options: FollowersOptions) {
    this.#options = options;
  }

  /** Follows an execution from where its follower was, unless that one still listens. */
  follow(process: SimProcess, stream: Mirrored): void {
    const known = this.#byStream.get(stream);
    if (known?.ended === true || (known?.active === true && known.process.alive)) return;
    const follower: Follower = { process, active: true, seen: known?.seen ?? 0, ended: false };
    this.#byStream.set(stream, follower);
    this.#listen(follower, stream).then(
      () => {
        follower.active = false;
        follower.ended = true;
      },
      (error: unknown) => {
        follower.active = false;
        if (!isOutage(error)) this.#options.violations.add('a follower is given events', describe(error));
      },
    );
  }

  /** Brings back those whose process has ended. */
  followAgain(): void {
    const [process] = this.#options.cluster.open;
    if (process !== undefined) for (const stream of this.#byStream.keys()) this.follow(process, stream);
  }

  get haveSeenAll(): boolean {
    for (const [stream, follower] of this.#byStream) if (!hasSeenAll(stream, follower)) return false;
    return true;
  }

  /** What was given is in the log; of what has ended, all was given. */
  atRest(): void {
    for (const [stream, follower] of this.#byStream) {
      const { seen, ended } = follower;
      this.#options.violations.expect(
        hasSeenAll(stream, follower),
        'a follower has seen all when all rests',
        () =>
          `${stream.id}: seen ${seen} of ${stream.state.version}, ${ended ? 'ended' : 'listening'}, ${stream.state.phase}`,
      );
    }
  }

  async #listen(follower: Follower, stream: Mirrored): Promise<void> {
    const { tenant, id } = stream;
    const { violations } = this.#options;
    for await (const event of follower.process.runtime.engine.follow(tenant, id, follower.seen, never)) {
      const place = () => `${event.id} after ${follower.seen}`;
      violations.expect(
        event.version === follower.seen + 1,
        'a follower is given every event once, in order',
        place,
      );
      follower.seen = event.version;
    }
  }
}

function hasSeenAll({ state }: Mirrored, { seen, ended }: Follower): boolean {
  return ended === isTerminal(state.phase) && (ended || seen === state.version);
}
