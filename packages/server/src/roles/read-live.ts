import { approximateBytes, type Command, type Executable, fold, ownRows, phaseOf } from '@millrace/core';
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

/** The command that asks for an execution, and how often the store has refused what was decided on it. */
interface Asked {
  readonly command: Command;
  readonly tries: number;
}

/**
 * Brings an execution into memory, with the program it runs: at once when it is new and its program is at hand.
 *
 * @param known what was in memory before, whose commits are answered first
 */
export function openLive(
  options: ReadOptions,
  tenant: string,
  execution: string,
  first: Asked,
  known: LiveExecution | undefined,
): LiveExecution | Promise<LiveExecution> {
  // A start expects an empty stream: it is not read unless the store has refused it once.
  return first.command.type === 'execution.start' && first.tries === 0 && known === undefined
    ? withProgram(options, newLive(tenant, execution), first.command)
    : readLive(options, tenant, execution, first, known);
}

async function readLive(
  options: ReadOptions,
  tenant: string,
  execution: string,
  { command, tries }: Asked,
  known: LiveExecution | undefined,
): Promise<LiveExecution> {
  const { store, blobs } = options;
  await known?.outbox;
  const live = newLive(tenant, execution);
  const isNew = command.type === 'execution.start' && tries === 0;
  for (const commit of isNew ? [] : await store.read(tenant, execution)) {
    const facts = await decode(commit.body, tenant, blobs);
    live.recordedBytes += approximateBytes(facts, Number.POSITIVE_INFINITY);
    fold([{ time: commit.time, facts }], live.state);
    live.head = commit.id;
  }
  live.rows = ownRows(live.state);
  live.bytes = approximateBytes(live.state, Number.POSITIVE_INFINITY);
  if (live.state.version > 0) {
    live.status = phaseOf(live.state);
    live.durable = live.status;
  }
  return withProgram(options, live, command);
}

function withProgram(
  { executable }: ReadOptions,
  live: LiveExecution,
  command: Command,
): LiveExecution | Promise<LiveExecution> {
  const digest = live.state.definition?.digest ?? definitionOf(command);
  if (digest === undefined) return live;
  const program = executable(live.tenant, digest);
  if (!(program instanceof Promise)) {
    live.executable = program;
    return live;
  }
  return program.then((loaded) => {
    live.executable = loaded;
    return live;
  });
}
