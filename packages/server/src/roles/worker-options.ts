/** What the worker is built from, and what it answers. */
import type { Executable, ExecutionState, LedgerChange, Limits, Phase, Refusal } from '@millrace/core';
import type { BlobStore } from '../ports/blob.ts';
import type { Store } from '../ports/store.ts';
import type { World } from '../ports/world.ts';
import type { Feed } from './feed.ts';
import type { LeftEffect } from './left-requests.ts';
import type { Places } from './places.ts';
import type { EffectTask, SendTask } from './rows.ts';

/**
 * What became of a command. `state` is as of its decision, whatever was decided since and is not durable yet; its
 * `tasks` and `effects` are the worker's own, so the phase is given beside it.
 */
export type Submitted = { readonly state: ExecutionState; readonly status: Phase } & Outcome;

type Outcome =
  | { readonly type: 'done'; readonly facts: number }
  | { readonly type: 'refused'; readonly refusal: Refusal };

/** Who is told what became of a command, when that is durable. Neither may throw. */
export interface Receiver {
  /** @param submitted undefined: the command is durable, and decided elsewhere */
  decided(submitted: Submitted | undefined): void;
  failed(error: unknown): void;
}

export interface WorkerOptions {
  readonly world: World;
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly feed: Feed;
  /** id of this process among those on the store */
  readonly node: string;
  readonly leaseMs: number;
  readonly blobThreshold: number;
  readonly executionsMax: number;
  readonly liveBytesMax: number;
  readonly limits: Limits;
  /** the program of a definition, at once when it is in memory */
  readonly executable: (tenant: string, digest: string) => Executable | Promise<Executable>;
  /** leases for effects and timers that this process takes itself; absent: they are left to be claimed */
  readonly effects?: {
    /** keeps a place for an effect that is about to be committed */
    reserve(): boolean;
    /** gives back places whose commit was not accepted */
    unreserve(places: number): void;
    take(task: EffectTask): void;
    /** one that is durable, and left to be claimed */
    leave(effect: LeftEffect): void;
    /** ends deeds whose task went away */
    revoke(tenant: string, execution: string, effects: readonly number[]): void;
  };
  /** leases for what other executions are told; absent: it is left to be claimed */
  readonly sends?: {
    /** keeps a place for what is about to be committed */
    reserve(): boolean;
    unreserve(places: number): void;
    take(task: SendTask): void;
  };
  readonly timers?: {
    set(tenant: string, execution: string, due: number): void;
    clear(tenant: string, execution: string): void;
  };
  /** what is limited in number; absent: nothing is */
  readonly places?: Places;
  /** the rows that a durable commit has changed, told where something is limited: somebody may wait for a place */
  readonly changed?: (changes: readonly LedgerChange[]) => void;
  /** something that this worker cannot answer for: a store that fails, a broken rule */
  readonly onError: (error: unknown, execution: string) => void;
}
