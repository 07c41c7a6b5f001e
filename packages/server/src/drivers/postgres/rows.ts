/** Rows of the database as the port shows them. */
import type { Phase } from '@millrace/core';
import type {
  ClaimedWakeUp,
  Commit,
  ExecutionRow,
  Listener,
  Snapshot,
  StoredDocument,
  WakeUp,
  WakeUpKind,
} from '../../ports/store.ts';
import { isDoubted } from '../rules.ts';
import type { Row } from './database.ts';
import { shownText } from './kept-text.ts';
import { fromQueuedBody } from './queued-body.ts';

export const commitColumns = 'tenant, stream, version, facts, id, previous, time, cause, body, position';
export const executionColumns =
  'stream, namespace, name, workflow_version, definition, status, started_at, updated_at, ended_at, error';
export const wakeUpColumns =
  'id, execution, kind, due, attempt, owner, until, unsafe, doubt, body, shape, key';
export const documentColumns = 'tenant, key, revision, time, body';

export function toCommit(row: Row): Commit {
  return {
    tenant: String(row.tenant),
    stream: String(row.stream),
    version: Number(row.version),
    count: Number(row.facts),
    id: String(row.id),
    previous: String(row.previous),
    time: Number(row.time),
    cause: shownText(String(row.cause)),
    body: shownText(String(row.body)),
    position: Number(row.position),
  };
}

export function toExecution(row: Row): ExecutionRow {
  return {
    id: String(row.stream),
    namespace: String(row.namespace),
    name: String(row.name),
    version: String(row.workflow_version),
    definition: String(row.definition),
    status: String(row.status) as Phase,
    startedAt: Number(row.started_at),
    updatedAt: Number(row.updated_at),
    endedAt: numberOrNull(row.ended_at),
    error: textOrNull(row.error),
  };
}

export function toWakeUp(row: Row, now: number): WakeUp {
  const lease = row.owner === null ? null : { owner: String(row.owner), until: Number(row.until) };
  const unsafe = row.unsafe === true;
  return {
    id: String(row.id),
    execution: String(row.execution),
    kind: String(row.kind) as WakeUpKind,
    due: Number(row.due),
    attempt: Number(row.attempt),
    lease,
    unsafe,
    doubt: isDoubted({ lease, unsafe, doubt: row.doubt === true }, now),
    ...fromQueuedBody(textOrNull(row.body)),
    ...(row.shape === null ? {} : { listens: { shape: String(row.shape), key: String(row.key) } }),
  };
}

export function toListener(row: Row): Listener {
  return {
    id: String(row.id),
    execution: String(row.execution),
    shape: String(row.shape),
    key: String(row.key),
    position: Number(row.position),
  };
}

export function toClaimed(row: Row, owner: string): ClaimedWakeUp {
  return {
    tenant: String(row.tenant),
    execution: String(row.execution),
    id: String(row.id),
    kind: String(row.kind) as WakeUpKind,
    due: Number(row.due),
    attempt: Number(row.attempt),
    unsafe: row.unsafe === true,
    doubt: false,
    ...fromQueuedBody(textOrNull(row.body)),
    lease: { owner, until: Number(row.until) },
  };
}

export function toDocument(row: Row): StoredDocument {
  return {
    key: String(row.key),
    revision: Number(row.revision),
    time: Number(row.time),
    body: shownText(String(row.body)),
  };
}

export function toSnapshot(row: Row): Snapshot {
  return {
    schema: Number(row.schema),
    version: Number(row.version),
    commit: String(row.commit_id),
    body: shownText(String(row.body)),
  };
}

/** Rows of a name and a number over names that all appear, with 0 when they have no row. */
export function toCounts(names: readonly string[], rows: readonly Row[]): Record<string, number> {
  return Object.fromEntries([
    ...names.map((name) => [name, 0]),
    ...rows.map(({ name, count }) => [String(name), Number(count)]),
  ]);
}

function numberOrNull(value: unknown): number | null {
  return value === null ? null : Number(value);
}

function textOrNull(value: unknown): string | null {
  return value === null ? null : shownText(String(value));
}
