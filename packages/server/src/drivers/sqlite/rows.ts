import type { Phase } from '@millrace/core';
import type {
  Commit,
  ExecutionRow,
  Listener,
  Snapshot,
  StoredDocument,
  WakeUp,
  WakeUpKind,
} from '../../ports/store.ts';
import { isDoubted } from '../rules.ts';
import { kindOf, queueOf } from './queued-kind.ts';
import { shownCause } from './stored-cause.ts';
import { type Row, WireReader } from './wire.ts';

/** Rows of the reader thread as the port shows them; the columns are those of `reader.ts`, in its order. */
export function toCommit(row: Row): Commit {
  const from = new WireReader(row);
  return {
    tenant: from.text(),
    stream: from.text(),
    version: from.number(),
    count: from.number(),
    id: from.text(),
    previous: from.text(),
    time: from.number(),
    cause: shownCause(from.text()),
    body: from.text(),
    position: from.number(),
  };
}

export function toExecution(row: Row): ExecutionRow {
  const from = new WireReader(row);
  return {
    id: from.text(),
    namespace: from.text(),
    name: from.text(),
    version: from.text(),
    definition: from.text(),
    status: from.text() as Phase,
    startedAt: from.number(),
    updatedAt: from.number(),
    endedAt: from.numberOrNull(),
    error: from.textOrNull(),
  };
}

export function toWakeUp(row: Row, now: number): WakeUp {
  const from = new WireReader(row);
  const head = {
    id: from.text(),
    execution: from.text(),
    queued: from.text(),
    due: from.number(),
    attempt: from.number(),
  };
  const owner = from.textOrNull();
  const until = from.numberOrNull();
  const lease = owner === null || until === null ? null : { owner, until };
  const unsafe = from.number() === 1;
  const doubt = isDoubted({ lease, unsafe, doubt: from.number() === 1 }, now);
  const { queued, ...rest } = head;
  const queue = queueOf(queued);
  const body = from.textOrNull();
  const shape = from.textOrNull();
  return {
    ...rest,
    kind: kindOf(queued) as WakeUpKind,
    ...{ lease, unsafe, doubt, body },
    ...(queue === '' ? {} : { queue }),
    ...(shape === null ? {} : { listens: { shape, key: from.text() } }),
  };
}

/** And the number of the key that it was found under, which comes first. */
export function toListener([at, ...row]: Row): { readonly at: number; readonly listener: Listener } {
  const from = new WireReader(row);
  const [id, execution, shape, key] = [from.text(), from.text(), from.text(), from.text()];
  return { at: Number(at), listener: { id, execution, shape, key, position: from.number() } };
}

export function toDocument(row: Row): StoredDocument {
  const from = new WireReader(row);
  return { key: from.text(), revision: from.number(), time: from.number(), body: from.text() };
}

export function toSnapshot(row: Row): Snapshot {
  const from = new WireReader(row);
  return { schema: from.number(), version: from.number(), commit: from.text(), body: from.text() };
}

/** The single number of a count. */
export function toNumber(rows: readonly Row[]): number {
  return Number(rows[0]?.[0] ?? 0);
}

/** Rows of a name and a number over names that all appear, with 0 when they have no row. */
export function toCounts(names: readonly string[], rows: readonly Row[]): Record<string, number> {
  return Object.fromEntries([
    ...names.map((name) => [name, 0]),
    ...rows.map(([name, count]) => [name, count]),
  ]);
}
