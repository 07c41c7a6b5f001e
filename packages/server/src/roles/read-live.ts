import { type Command, type Executable, fold, ownRows } from '@millrace/core';
import type { BlobStore } from '../ports/blob.ts';
import type { Store } from '../ports/store.ts';
import { decode } from './codec.ts';
import { definitionOf } from './decided-commit.ts';
import { type LiveExecution, newLive } from './live-execution.ts';

export interface ReadOptions {
  readonly store: Store;
  readonly blobs: BlobStore;
  readonly executable: (tenant: string, digest: string) => Executable | Promise<Executable>;
}

/**
 * Reads an execution into memory, with the program it runs.
 *
 * @param first the command that asks for it, and how often the store has refused what was decided on it
 * @param known what was in memory before, whose commits are answered first
 */
export async function readLive(
  { store, blobs, executable }: ReadOptions,
  tenant: string,
  execution: string,
  first: { readonly command: Command; readonly tries: number },
  known: LiveExecution | undefined,
): Promise<LiveExecution> {
  await known?.outbox;
  const live = newLive(tenant, execution);
  // A start expects an empty stream: it is not read unless the store has refused it once.
  const isNew = first.command.type === 'execution.start' && first.tries === 0;
  const commits = isNew ? [] : await store.read(tenant, execution);
  for (const commit of commits) {
    fold([{ time: commit.time, facts: await decode(commit.body, tenant, blobs) }], live.state);
    live.head = commit.id;
  }
  live.rows = ownRows(live.state);
  const digest = live.state.definition?.digest ?? definitionOf(first.command);
  if (digest !== undefined) live.executable = await executable(tenant, digest);
  return live;
}
