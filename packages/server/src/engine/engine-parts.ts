import type { BlobStore } from '../ports/blob.ts';
import type { Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { Door } from '../roles/door.ts';
import type { Feed } from '../roles/feed.ts';
import type { Definitions } from './definitions.ts';
import type { FunctionCatalog } from './functions.ts';
import type { LargeValues } from './large-values.ts';
import type { Reader } from './reader.ts';
import type { Schedules } from './schedules.ts';

/** What the engine is made of. */
export interface EngineParts {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly world: World;
  readonly door: Door;
  readonly feed: Feed;
  readonly reader: Reader;
  readonly large: LargeValues;
  readonly definitions: Definitions;
  readonly functions: FunctionCatalog;
  readonly schedules: Schedules;
  /** says that events were published */
  readonly published: () => void;
}
