/**
 * Events as they are stored: each is the only commit of a stream that is named after its `source` and `id`. So an event is
 * durable like any commit, stands in the one order of the log beside what executions do, and a second one of the same
 * name finds its stream not empty: that is all there is to deduplication, with any driver.
 */
import type { Fact, JsonObject } from '@millrace/core';
import { eventKey } from '@millrace/core';
import type { BlobStore } from '../ports/blob.ts';
import { commitContent } from '../ports/commit-content.ts';
import type { Commit, Entry, Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import { decode } from './codec.ts';

/** No execution has such an id. */
const prefix = '@event/';

export interface Published {
  /** what the event is known by here */
  readonly key: string;
  /** an event of this `source` and `id` was published before; it is the one that counts */
  readonly duplicate: boolean;
}

/** Answers when all of them are durable. */
export async function publishEvents(
  { store, world }: { readonly store: Store; readonly world: World },
  tenant: string,
  events: readonly JsonObject[],
): Promise<readonly Published[]> {
  const keys = events.map((event) => keyOfEvent(event, world));
  const time = store.now();
  const results = await store.commit(
    events.map((event, index) => eventEntry(tenant, keys[index] as string, event, time, world)),
  );
  return keys.map((key, index) => ({ key, duplicate: results[index]?.type === 'refused' }));
}

export function keyOfEvent(event: JsonObject, world: World): string {
  return world.hash(eventKey(event)).slice(0, 40);
}

function eventEntry(tenant: string, key: string, event: JsonObject, time: number, world: World): Entry {
  const stream = `${prefix}${key}`;
  const body = JSON.stringify([{ type: 'event.published', event }]);
  const content = { version: 1, count: 1, time, cause: 'event.publish', body };
  const id = world.hash(commitContent('', tenant, stream, content));
  return {
    tenant,
    stream,
    after: { version: 0, commit: '' },
    commit: { id, ...content },
    wakeUps: [],
    tells: 'events',
  };
}

/** An event, and the instant at which it was stored, epoch ms. */
export interface StoredEvent {
  readonly event: JsonObject;
  readonly storedAt: number;
}

/** An event that was published or emitted, or undefined when there is none under this key. */
export async function readEvent(
  store: Pick<Store, 'read'>,
  blobs: BlobStore,
  tenant: string,
  key: string,
): Promise<StoredEvent | undefined> {
  const slash = key.lastIndexOf('/');
  if (slash === -1) {
    const [commit] = await store.read(tenant, `${prefix}${key}`, { rowsMax: 1 });
    return commit && { event: eventOf(commit), storedAt: commit.time };
  }
  const version = Number(key.slice(slash + 1));
  if (!Number.isSafeInteger(version) || version < 1) return undefined;
  const [commit] = await store.read(tenant, key.slice(0, slash), { fromVersion: version, rowsMax: 1 });
  if (commit === undefined || commit.version > version) return undefined;
  const fact = (await decode(commit.body, tenant, blobs))[version - commit.version];
  return fact?.type === 'event.emitted' ? { event: fact.event, storedAt: commit.time } : undefined;
}

export function isEventStream({ stream }: Pick<Commit, 'stream'>): boolean {
  return stream.startsWith(prefix);
}

/** An event in its place in the log. */
export interface LoggedEvent {
  readonly type: 'event';
  readonly tenant: string;
  readonly event: JsonObject;
  /** what it is known by: of an event that an execution emitted, `execution/version` */
  readonly key: string;
  readonly position: number;
  /** its fact's place in the commit */
  readonly index: number;
  /** the execution that emitted it, and the version of its fact */
  readonly emitted?: { readonly execution: string; readonly version: number };
}

/** An execution that began, or a task of one that began to listen. */
export type LoggedItem =
  | LoggedEvent
  | {
      readonly type: 'started';
      readonly tenant: string;
      readonly definition: string;
    }
  | {
      readonly type: 'listening';
      readonly tenant: string;
      readonly execution: string;
      readonly version: number;
      readonly fact: Extract<Fact, { type: 'listen.started' }>;
      readonly position: number;
      /** the execution began in this commit, and emitted nothing before: nothing can have been meant for it */
      readonly first: boolean;
    };

const telling = ['"execution.started"', '"execution.restored"', '"listen.started"', '"event.emitted"'];

/** Whether a commit may hold anything that the matcher looks for; most do not, and need not be read. */
export function mayMatter(commit: Pick<Commit, 'stream' | 'body'>): boolean {
  return isEventStream(commit) || telling.some((text) => commit.body.includes(text));
}

/** Whether an event is in it, or what begins to listen: the matcher is not to wait. Text that looks like it costs a look. */
export function holdsEvents(body: string): boolean {
  return body.includes('"event.emitted"') || body.includes('"listen.started"');
}

/** What a commit holds for the matcher, in its order. */
export async function loggedItems(commit: Commit, blobs: BlobStore): Promise<readonly LoggedItem[]> {
  const { tenant, stream, position } = commit;
  if (isEventStream(commit)) {
    const key = stream.slice(prefix.length);
    return [{ type: 'event', tenant, event: eventOf(commit), key, position, index: 0 }];
  }
  if (!mayMatter(commit)) return [];
  const items: LoggedItem[] = [];
  for (const [index, fact] of (await decode(commit.body, tenant, blobs)).entries()) {
    const version = commit.version + index;
    if (fact.type === 'execution.started')
      items.push({ type: 'started', tenant, definition: fact.definition.digest });
    else if (fact.type === 'execution.restored' && fact.state.definition !== null)
      items.push({ type: 'started', tenant, definition: fact.state.definition.digest });
    else if (fact.type === 'listen.started')
      items.push({
        type: 'listening',
        tenant,
        execution: stream,
        version,
        fact,
        position,
        first: commit.version === 1 && items.every(({ type }) => type !== 'event'),
      });
    else if (fact.type === 'event.emitted')
      items.push({
        type: 'event',
        tenant,
        event: fact.event,
        key: `${stream}/${version}`,
        position,
        index,
        emitted: { execution: stream, version },
      });
  }
  return items;
}

function eventOf({ body }: Commit): JsonObject {
  const [stored] = JSON.parse(body) as readonly { readonly event: JsonObject }[];
  if (stored === undefined) throw new Error('broken rule: the stream of an event holds the event');
  return stored.event;
}
