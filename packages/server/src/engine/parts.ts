/** What all roles of one process are made from, and what they share. */
import type { Limits } from '@millrace/core';
import type { BlobStore } from '../ports/blob.ts';
import type { Performer } from '../ports/performer.ts';
import type { ResourceReader } from '../ports/resources.ts';
import type { Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { Feed } from '../roles/feed.ts';
import { ListeningDefinitions } from '../roles/listening-definitions.ts';
import type { LimitSettings, Places } from '../roles/places.ts';
import { type Definition, Definitions } from './definitions.ts';
import { LargeValues } from './large-values.ts';
import { placesOf } from './placing.ts';
import { createPulses, type Pulses } from './pulses.ts';

export type Role = 'api' | 'worker' | 'executor' | 'timer' | 'events';

export interface RuntimeOptions {
  readonly world: World;
  /** the world of those who wait for answers, when that is another; absent: it is the same */
  readonly callers?: World;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly performer: Performer;
  /** reads functions and schemas that definitions name; absent: none can be read */
  readonly resources?: ResourceReader;
  readonly roles: ReadonlySet<Role>;
  /** names of the functions that the performer knows: `call: name` finds them at load */
  readonly functions: ReadonlySet<string>;
  /** definitions that were read before, by digest */
  readonly definitions?: ReadonlyMap<string, Definition>;
  readonly limits: Limits;
  /** how long a row is held by the process that took it */
  readonly leaseMs: number;
  /** deeds at once */
  readonly effectsMax: number;
  /** how much is under way at once over all processes, by the name of the limit; absent: as much as there is */
  readonly placesMax?: LimitSettings;
  /** how often rows are looked for that nobody hinted at */
  readonly sweepMs: number;
  /** characters of JSON from which a value leaves the log */
  readonly blobThreshold: number;
  /** executions kept in memory */
  readonly executionsMax: number;
  /** of their states together, approximately */
  readonly liveBytesMax: number;
  /** how long idempotency keys are kept; absent: for ever */
  readonly idempotencyMs?: number;
  /** something that no caller waits for went wrong */
  readonly onError: (error: unknown, execution: string) => void;
}

/** What the roles share. */
export interface Parts {
  readonly options: RuntimeOptions;
  /** id of this process among those on the store */
  readonly node: string;
  readonly feed: Feed;
  readonly definitions: Definitions;
  readonly large: LargeValues;
  readonly pulses: Pulses;
  readonly listening: ListeningDefinitions;
  /** absent: nothing is limited in number */
  readonly places: Places | undefined;
}

/** rows of one claim, and commits of one reading of the log */
export const claimRowsMax = 500;
const definitionsMax = 1_000;
/** Roles look at least every sweep; one that has not for so long hangs, or its store does. */
const silentMsMin = 10_000;

export function createParts(options: RuntimeOptions): Parts {
  const { world, store, blobs, functions, resources, definitions: known, sweepMs } = options;
  return {
    options,
    node: world.id(),
    feed: new Feed(),
    definitions: new Definitions({
      ...{ store, world, functions, definitionsMax },
      ...(resources === undefined ? {} : { resources }),
      ...(known === undefined ? {} : { known }),
    }),
    large: new LargeValues(blobs),
    pulses: createPulses(() => world.elapsed(), Math.max(silentMsMin, sweepMs * 5)),
    listening: new ListeningDefinitions(store),
    places: placesOf(options.placesMax),
  };
}
