/**
 * The registry of nodes: each process on a store writes itself down every few seconds, and reads who else is there. It
 * is for people: nothing that must be right depends on it. A process that owns its store alone is the only one, and
 * writes nothing.
 */
import { missingRoles, type NodeLoad, type NodeView } from '@millrace/core';
import type { Store, StoredDocument } from '../ports/store.ts';
import type { World } from '../ports/world.ts';

export interface RegistryOptions {
  readonly world: World;
  readonly store: Store;
  /** what does not change while the process runs */
  readonly self: Omit<NodeView, 'state' | 'lastSeen' | 'load'>;
  readonly load: () => NodeLoad;
  /** told of the roles that no running process has, and of none when all are there again */
  readonly onMissing: (roles: readonly string[]) => void;
  readonly onError: (error: unknown, execution: string) => void;
}

export interface Registry {
  /** Settles when others can see this process, or its store was away. */
  readonly begun: Promise<unknown>;
  /** All processes on the store, those that started first first. */
  nodes(): Promise<readonly NodeView[]>;
  /** Says that this process takes nothing new; answers when others can read it. */
  drain(): Promise<void>;
  /** Takes this process out. */
  close(): Promise<void>;
}

export const nodeCollection = 'nodes';
/** Nodes are of the installation, whoever asks: one tenant holds them all. */
const nodeTenant = 'default';
export const beatMs = 5_000;
/** A process that has missed three beats is shown as silent; after a while it is forgotten. */
export const silentMs = 15_500;
export const forgottenMs = 60_000;
/** Beats between two looks for what is to be forgotten, and for roles that nobody has. */
const beatsPerLook = 6;
const nodesMax = 1_000;

export function startRegistry(options: RegistryOptions): Registry {
  const { world, store, self, onError } = options;
  const isAlone = store.features.exclusive;
  let state: NodeView['state'] = 'running';
  let beats = 0;
  let closed = false;
  let cancel: () => void = () => {};
  let writing: Promise<unknown> = Promise.resolve();

  const shown = (): NodeView => ({
    ...self,
    state,
    lastSeen: new Date(store.now()).toISOString(),
    load: options.load(),
  });
  const write = async () => {
    if (closed || isAlone) return;
    const { lastSeen: _, ...kept } = shown();
    await store.putDocument(nodeTenant, nodeCollection, self.id, JSON.stringify(kept), undefined);
  };
  const failed = (error: unknown) => onError(error, '');
  const tellMissing = tellLasting(options.onMissing);
  const look = async () => {
    const rows = await kept();
    await forget(store, rows);
    if (!closed && state === 'running') tellMissing(missingRoles(viewsOf(rows)));
  };
  const beat = (): Promise<void> => {
    const written = write().catch(failed);
    writing = written
      .then(() => (beats++ % beatsPerLook === 0 ? look() : undefined))
      .catch(failed)
      .then(() => {
        if (!closed) cancel = world.after(beatMs, () => void beat());
      });
    return written;
  };
  const kept = async () => (await store.documents(nodeTenant, nodeCollection, { rowsMax: nodesMax })).rows;
  const viewsOf = (rows: readonly StoredDocument[]): readonly NodeView[] => {
    const others = rows.map((row) => toView(row, store.now())).filter((view) => view !== undefined);
    // What this process knows of itself is newer than what it wrote.
    const all = [...others.filter(({ id }) => id !== self.id), ...(closed ? [] : [shown()])];
    return all.sort((a, b) => compare(a.startedAt, b.startedAt) || compare(a.id, b.id));
  };
  if (isAlone) {
    // Nobody else can come.
    const missing = missingRoles([shown()]);
    if (missing.length > 0) options.onMissing(missing);
  }
  return {
    begun: isAlone ? Promise.resolve() : beat(),
    nodes: async () => (isAlone ? [shown()] : viewsOf(await kept())),
    async drain() {
      state = 'draining';
      // Behind a beat that is under way: it says the state before.
      writing = writing.then(write).catch(failed);
      await writing;
    },
    async close() {
      closed = true;
      cancel();
      await writing;
      if (isAlone) return;
      // A process whose store is away leaves all the same: it is forgotten in its time.
      await store.deleteDocument(nodeTenant, nodeCollection, self.id, undefined).catch(() => {});
    },
  };
}

/** A role counts as missing from the second look on: who starts or is replaced meanwhile is nothing to be told. */
function tellLasting(tell: RegistryOptions['onMissing']): RegistryOptions['onMissing'] {
  let before: readonly string[] = [];
  let told = '';
  return (missing) => {
    const lasting = missing.filter((role) => before.includes(role));
    before = missing;
    if (lasting.join() === told) return;
    told = lasting.join();
    tell(lasting);
  };
}

function toView({ body, time }: StoredDocument, now: number): NodeView | undefined {
  const silentFor = now - time;
  if (silentFor > forgottenMs) return undefined;
  const kept = JSON.parse(body) as Omit<NodeView, 'lastSeen'>;
  const state = silentFor > silentMs ? 'silent' : kept.state;
  return { ...kept, state, lastSeen: new Date(time).toISOString() };
}

/** Removes those that left without a word; one that comes back meanwhile has another revision, and stays. */
async function forget(store: Store, rows: readonly StoredDocument[]): Promise<void> {
  const before = store.now() - forgottenMs;
  for (const { key, revision, time } of rows)
    if (time < before) await store.deleteDocument(nodeTenant, nodeCollection, key, revision);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
