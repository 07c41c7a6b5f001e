/**
 * The store port: the only place where roles meet.
 *
 * 1. A commit is the unit of storage: the ordered facts that one decision gave one stream, kept whole or not at
 *    all. An entry touches one stream, its execution's row and its wake-ups, in one transaction.
 * 2. An entry expects the version of the stream's last fact *and* the id of its last commit. Version alone is not
 *    enough when commits are pipelined: if another process wins version 2, a queued entry for version 3 would be
 *    accepted on a state that never existed. A refused entry therefore refuses every entry queued on it.
 * 3. A commit's id covers its predecessor's id and its own content (`commitId`): the ids are a hash chain.
 * 4. A refused entry does not abort its batch. A failed sync is the end of the process, never retried.
 * 5. Due and lease times are compared with the store's clock only.
 * 6. `tenant` leads every key; another tenant's id is as good as absent.
 * 7. What a driver cannot do stands in `features`; callers ask the feature, never the driver's name.
 * 8. A lease is *held* by its owner, with its attempt, until its instant: `until > now()`. What has lapsed cannot be
 *    renewed or released. An unsafe row is in doubt from the instant at which its lease lapses, with no write.
 * 9. Tenants, ids and keys are well-formed Unicode without U+0000. Text is ordered by code point.
 * 10. A row of kind `event` says by `listens` where an event looks for it. It is told with the position of the entry
 *     that put it, so that whoever looks knows which events were there before.
 * 11. A queue may be of a *limit*: its name is then that of the limit, a space, and whatever tells it from others of the
 *     limit. A row of such a queue *takes a place* while its lease is held, and while it is due never (`neverDue`). Who
 *     claims says how many places a limit has, and no claim takes more, whoever claims at the same time. A row of kind
 *     `place` whose lease has lapsed is claimed before all others of its limit: who had it may still be about to make it one
 *     that is due never.
 * 12. A call that is rejected (`unavailable`, `internal`) changed nothing, unless its reason is `outcome-unknown`: then the
 *     way to the store was lost and it may have been stored, whole. Every cached head of its streams is to be read again.
 *     After a failed sync nothing is answered any more.
 */
import type { Phase } from '@millrace/core';
import type { Dropped, StoreCounts } from './store-counts.ts';

/** What survives a crash, said at start and asked by nobody in code. */
export type Durability = 'memory' | 'process-crash' | 'power-loss';

export interface StoreFeatures {
  /** its name, for operators; asked by nobody in code */
  readonly driver: string;
  readonly durability: Durability;
  /** one sentence for the operator, such as `SQLite, WAL, synchronous=FULL: …` */
  readonly description: string;
  /** no other process can write: hot state may be trusted, leases of earlier owners are void at open */
  readonly exclusive: boolean;
  /** positions of different streams are ordered by commit time */
  readonly globalOrder: boolean;
}

/** One stored commit. */
export interface Commit {
  readonly tenant: string;
  /** the execution */
  readonly stream: string;
  /** version of its first fact, from 1 */
  readonly version: number;
  /** number of its facts */
  readonly count: number;
  readonly id: string;
  /** id of the commit before, empty for the first */
  readonly previous: string;
  /** instant of the decision, epoch ms */
  readonly time: number;
  /** what asked for it: the type of the command, and its id where it has one */
  readonly cause: string;
  /** the facts as a JSON array, behind the number of their schema; those of schema 1 have none */
  readonly body: string;
  /** opaque, grows with every commit of the store */
  readonly position: number;
}

/** Where a stream stands, as of one of its commits. */
export interface StreamHead {
  readonly tenant: string;
  readonly stream: string;
  /** of the commit's last fact */
  readonly version: number;
}

/** The row of an execution: what lists and filters show without reading its stream. */
export interface ExecutionRow {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly version: string;
  /** digest of the definition */
  readonly definition: string;
  readonly status: Phase;
  readonly startedAt: number;
  readonly updatedAt: number;
  readonly endedAt: number | null;
  /** the fault's title or type, for lists */
  readonly error: string | null;
}

export type WakeUpKind =
  | ('effect' | 'timer' | 'event' | 'child' | 'send' | 'command' | 'approval' | 'resume')
  /** due: an execution waits for its turn; due never: it has its place until it ends, which is no reason to move */
  | 'place';

export interface Lease {
  /** the process that holds it */
  readonly owner: string;
  /** epoch ms by the store's clock */
  readonly until: number;
}

/** Where a listener is found. */
export interface ListenKey {
  /** the filter: equal for all executions of a definition; not empty */
  readonly shape: string;
  /** hash of what its events must be correlated by; empty: it is nothing */
  readonly key: string;
}

/** A row of kind `event`, as whoever looks for listeners sees it. */
export interface Listener extends ListenKey {
  /** of the row */
  readonly id: string;
  readonly execution: string;
  /** of the entry that put the row */
  readonly position: number;
}

/** A durable reason for an execution to move again. It points at a fact and never copies it. */
export interface WakeUp {
  /** unique in its tenant: `execution/version` of the fact for effects, `execution/timer`, `execution/resume` … */
  readonly id: string;
  readonly execution: string;
  readonly kind: WakeUpKind;
  /** epoch ms from which it may be claimed */
  readonly due: number;
  /** fencing number of the current or last lease; 0: never leased */
  readonly attempt: number;
  readonly lease: Lease | null;
  /** at most once: when its lease lapses it goes in doubt and is never claimed again */
  readonly unsafe: boolean;
  /** read back as true when it was put so, and for an unsafe row whose lease has lapsed or went void at open */
  readonly doubt: boolean;
  /** of a row of kind `event`, and of no other: what it is found by */
  readonly listens?: ListenKey;
  /** what it carries when there is no fact to point at: a `command` row's command, as JSON */
  readonly body: string | null;
  /** whose rows it stands among: claims take turns between queues; not empty. Absent: the queue of all that have none */
  readonly queue?: string;
}

export interface ClaimedWakeUp extends WakeUp {
  readonly tenant: string;
  readonly lease: Lease;
}

/**
 * Changes apply in their order. `put` replaces a row whole, its lease and attempt included, and its `execution` is
 * the entry's stream; `remove` reaches rows of the entry's stream only, and an absent one is no error.
 */
export type WakeUpChange =
  | { readonly type: 'put'; readonly row: WakeUp }
  | {
      readonly type: 'remove';
      readonly id: string;
      /** what whoever waits for it is told: rows of a kind may wait for a place that it had, a caller for an answer */
      readonly tells?: Hint;
    };

export interface Entry {
  readonly tenant: string;
  readonly stream: string;
  /**
   * the state that the decision stood on: `{version: 0, commit: ''}` expects a stream that is empty; absent: nothing is
   * expected, for the `command` row of a process that decides nothing itself
   */
  readonly after?: { readonly version: number; readonly commit: string };
  /**
   * Its `version` is `after.version + 1`. Absent: nothing is appended, the entry only asserts `after` (an answer
   * without facts) and changes the row and wake-ups.
   */
  readonly commit?: Omit<Commit, 'tenant' | 'stream' | 'previous' | 'position'>;
  /** absent: the row stays as it is. Either way its `updatedAt` is not before the time of the stream's last commit */
  readonly execution?: ExecutionRow;
  readonly wakeUps: readonly WakeUpChange[];
  /** what is hinted at besides its commit and wake-ups */
  readonly tells?: Hint;
}

export type CommitResult =
  | { readonly type: 'accepted'; readonly position: number }
  | { readonly type: 'refused'; readonly version: number; readonly commit: string };

export interface ClaimRequest {
  readonly kinds: readonly WakeUpKind[];
  /** not empty */
  readonly owner: string;
  readonly leaseMs: number;
  readonly rowsMax: number;
  /** of which limits there are rows of these kinds; those of a limit that is not named here are claimed like any other */
  readonly limits?: readonly PlaceLimit[];
}

/** So many rows of the kinds of a claim may take a place at once, over all owners. */
export interface PlaceLimit {
  /** without a space, and not empty */
  readonly limit: string;
  readonly placesMax: number;
}

export interface ExecutionQuery {
  readonly status?: readonly Phase[];
  /** what the id begins with; not empty */
  readonly idPrefix?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly version?: string;
  /** digest of the definition */
  readonly definition?: string;
  /** epoch ms: started at or after */
  readonly since?: number;
  readonly rowsMax: number;
  /** from the page before */
  readonly cursor?: string;
}

export interface Page<T> {
  readonly rows: readonly T[];
  /** absent: this was the last page */
  readonly cursor?: string;
}

/** A small document under compare-and-set: workflows, definitions by digest, settings. */
export interface StoredDocument {
  readonly key: string;
  readonly revision: number;
  readonly time: number;
  readonly body: string;
}

/** With where it stands, for whoever copies all that there are. */
export interface KeptDocument extends StoredDocument {
  readonly tenant: string;
  readonly collection: string;
}

export interface DocumentQuery {
  readonly prefix?: string;
  /** only keys behind this one: what stands before it costs nothing */
  readonly after?: string;
  readonly rowsMax: number;
  readonly cursor?: string;
}

export type PutResult =
  | { readonly type: 'stored'; readonly revision: number }
  | { readonly type: 'conflict'; readonly revision: number /* 0: absent */ };

export interface Snapshot {
  /** schema number of the state; a reader of another schema throws the snapshot away */
  readonly schema: number;
  readonly version: number;
  readonly commit: string;
  readonly body: string;
}

/**
 * What was written that somebody may be waiting for: commits, commits with events or with what begins to listen, wake-ups
 * of a kind that nobody holds, or the answer to a command that was decided without facts, so that no commit tells of it.
 */
export type Hint = 'commits' | 'events' | 'answer' | WakeUpKind;

/** @param isOwn whether this process has written it; if that is not known it has not */
export type HintListener = (hints: readonly Hint[], isOwn: boolean) => void;

export interface Store {
  readonly features: StoreFeatures;
  /** the store's clock, epoch ms */
  now(): number;
  /** Writes a group; answers in order when all of it is durable. Entries of one stream apply in their order. */
  commit(entries: readonly Entry[]): Promise<readonly CommitResult[]>;
  /** Commits of a stream whose facts reach `fromVersion` (default 1) or later, in order. */
  read(
    tenant: string,
    stream: string,
    options?: { readonly fromVersion?: number; readonly rowsMax?: number },
  ): Promise<readonly Commit[]>;
  /** Commits of all streams after a cursor (empty: from the first), none missed, ordered per stream. */
  tail(
    cursor: string,
    rowsMax: number,
  ): Promise<{ readonly commits: readonly Commit[]; readonly cursor: string }>;
  /**
   * As `tail`, but without what the commits say: where their streams stand, for whoever holds states in memory that others
   * may have gone on from. Absent: `tail` says it.
   */
  heads?(
    cursor: string,
    rowsMax: number,
  ): Promise<{ readonly heads: readonly StreamHead[]; readonly cursor: string }>;
  /** The cursor after the last commit as it is now. */
  end(): Promise<string>;
  execution(tenant: string, id: string): Promise<ExecutionRow | undefined>;
  /** Newest first: by `startedAt`, then `id`, both descending. A page goes on where the one before ended, whatever was inserted meanwhile. */
  executions(tenant: string, query: ExecutionQuery): Promise<Page<ExecutionRow>>;
  /**
   * Leases rows that are due and free (or whose lease lapsed) to `owner` over all tenants, and raises `attempt`. Those
   * that could be claimed earliest go first: since they were due, or since their lease lapsed; but queues take turns: of
   * `k` that have such rows each gets one among `k` rows that a process claims, one claim after the other.
   */
  claim(request: ClaimRequest): Promise<readonly ClaimedWakeUp[]>;
  /** Extends leases that are still held with this fencing number; answers the ids that were. */
  renew(
    tenant: string,
    leases: readonly { readonly id: string; readonly attempt: number }[],
    owner: string,
    leaseMs: number,
  ): Promise<readonly string[]>;
  /** Gives rows back, to be claimed from `due` on; undefined: from when each was due. */
  release(
    tenant: string,
    leases: readonly { readonly id: string; readonly attempt: number }[],
    owner: string,
    due: number | undefined,
  ): Promise<void>;
  /** The wake-ups of one execution by id: the answer to "why is it waiting". */
  wakeUps(tenant: string, execution: string): Promise<readonly WakeUp[]>;
  /**
   * The rows that are found under any of these keys, as of one instant, in the order of the keys and then by execution and
   * id. A key without `key` is all that a shape has. No other rows are looked at. A row that was removed a moment ago may
   * still be told: whoever delivers to it is refused.
   */
  listeners(
    tenant: string,
    keys: readonly (Pick<ListenKey, 'shape'> & Partial<ListenKey>)[],
    query: { readonly rowsMax: number; readonly cursor?: string },
  ): Promise<Page<Listener>>;
  /** The earliest instant at which a row of these kinds can be claimed, a lease's end included; undefined: there is none. */
  nextDue(kinds: readonly WakeUpKind[]): Promise<number | undefined>;
  /**
   * The earliest instant yet to come at which a row of these kinds can be claimed that `owner` does not hold: the lease of a
   * process that may be gone ends, or a row that was given back for later is due. Absent: no other process can hold any.
   */
  nextLapse?(kinds: readonly WakeUpKind[], owner: string): Promise<number | undefined>;
  document(tenant: string, collection: string, key: string): Promise<StoredDocument | undefined>;
  /** Documents of a collection over all tenants, those that were put longest ago first. */
  oldestDocuments(
    collection: string,
    rowsMax: number,
  ): Promise<readonly (StoredDocument & { readonly tenant: string })[]>;
  /** By key, ascending. */
  documents(tenant: string, collection: string, query: DocumentQuery): Promise<Page<StoredDocument>>;
  /** The first revision is 1. `revision` 0 expects the document to be absent; `undefined` expects nothing. */
  putDocument(
    tenant: string,
    collection: string,
    key: string,
    body: string,
    revision: number | undefined,
  ): Promise<PutResult>;
  deleteDocument(
    tenant: string,
    collection: string,
    key: string,
    revision: number | undefined,
  ): Promise<boolean>;
  snapshot(tenant: string, stream: string): Promise<Snapshot | undefined>;
  putSnapshot(tenant: string, stream: string, snapshot: Snapshot): Promise<void>;
  counts(overdueMs: number): Promise<StoreCounts>;
  /** Open executions of a tenant that own no wake-up at all, but for a place, by id. */
  orphans(tenant: string, rowsMax: number): Promise<readonly string[]>;
  /**
   * Drops executions that ended before an instant, as far as that gives the disk back: whole weeks. What is open, or ended
   * later, stays whole, with the large values that it names. Absent: the driver keeps everything.
   */
  dropEndedBefore?(instant: number): Promise<Dropped>;
  /**
   * Tells when something was written, by this process or another: whoever looks then need not look all the time. A hint
   * may be lost or come without reason. Absent: the driver has none. The answer ends it.
   */
  hints?(listener: HintListener): () => void;
  /** Figures of the driver itself, for the metrics: group sizes, queue lengths, pool. */
  stats(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** The due instant of what no time brings about: 9999-12-31T23:59:59Z, the last that every date format can say. */
export const neverDue = 253_402_300_799_000;

/** The limit that a queue is of; undefined: it is of none. */
export function limitOf(queue: string | undefined): string | undefined {
  const end = queue?.indexOf(' ') ?? -1;
  return end === -1 ? undefined : queue?.slice(0, end);
}
