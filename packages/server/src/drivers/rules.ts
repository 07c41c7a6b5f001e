/**
 * What every store driver agrees on: the reading of a lease, the order of text, the cursors of pages, and what an
 * entry may say. Drivers differ in where they keep rows, never in these.
 */
import type { Phase } from '@millrace/core';
import { MillraceError } from '../errors.ts';
import {
  type ClaimRequest,
  type Entry,
  type ExecutionQuery,
  type ExecutionRow,
  type Lease,
  type Listener,
  neverDue,
  type Page,
  type WakeUpKind,
} from '../ports/store.ts';

export const openPhases: readonly Phase[] = ['pending', 'running', 'waiting', 'suspended'];
export const phases: readonly Phase[] = [...openPhases, 'cancelled', 'faulted', 'completed'];
export const wakeUpKinds: readonly WakeUpKind[] = [
  'effect',
  'timer',
  'event',
  'child',
  'send',
  'command',
  'approval',
  'resume',
  'place',
];

/**
 * The instant from which a row can be claimed; `null`: never as it stands. An unsafe row that is leased can not be
 * claimed again whatever happens to its lease.
 */
export function claimableFrom(row: {
  readonly due: number;
  readonly lease: Lease | null;
  readonly unsafe: boolean;
  readonly doubt: boolean;
}): number | null {
  if (row.doubt) return null;
  if (row.lease === null) return row.due;
  return row.unsafe ? null : Math.max(row.due, row.lease.until);
}

export function isDoubted(
  row: { readonly lease: Lease | null; readonly unsafe: boolean; readonly doubt: boolean },
  now: number,
): boolean {
  return row.doubt || (row.unsafe && row.lease !== null && row.lease.until <= now);
}

/** By code point, as UTF-8 bytes sort; `<` of JavaScript sorts by UTF-16 unit and differs above U+D7FF. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const end = Math.min(a.length, b.length);
  for (let at = 0; at < end; at++) {
    const left = a.charCodeAt(at);
    const right = b.charCodeAt(at);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above every other unit. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/** Whether a list with these filters has the row. */
export function matchesQuery(row: ExecutionRow, query: ExecutionQuery): boolean {
  return (
    (query.status === undefined || query.status.includes(row.status)) &&
    (query.idPrefix === undefined || row.id.startsWith(query.idPrefix)) &&
    (query.namespace === undefined || query.namespace === row.namespace) &&
    (query.name === undefined || query.name === row.name) &&
    (query.version === undefined || query.version === row.version) &&
    (query.definition === undefined || query.definition === row.definition) &&
    (query.since === undefined || row.startedAt >= query.since)
  );
}

/** The order of lists: by when they started, then by id, both descending. */
export function newestFirst(
  a: Pick<ExecutionRow, 'startedAt' | 'id'>,
  b: Pick<ExecutionRow, 'startedAt' | 'id'>,
): number {
  return b.startedAt - a.startedAt || compareText(b.id, a.id);
}

/** The opaque form of the place where a page ended. */
export function toCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** The place of an execution's page: `[startedAt, id]`. */
export function fromExecutionCursor(cursor: string): { readonly startedAt: number; readonly id: string } {
  const place = fromCursor(cursor);
  if (
    Array.isArray(place) &&
    Number.isSafeInteger(place[0]) &&
    typeof place[1] === 'string' &&
    place.length === 2
  ) {
    return { startedAt: place[0], id: place[1] };
  }
  throw badCursor();
}

/** The place of a page of documents: `[key]`. */
export function fromDocumentCursor(cursor: string): string {
  const place = fromCursor(cursor);
  if (Array.isArray(place) && typeof place[0] === 'string' && place.length === 1) return place[0];
  throw badCursor();
}

/** The place of a page of listeners: the number of the key, the execution and the id. */
export function fromListenerCursor(
  cursor: string | undefined,
): readonly [key: number, execution: string, id: string] {
  if (cursor === undefined) return [0, '', ''];
  const place = fromCursor(cursor);
  if (
    Array.isArray(place) &&
    Number.isSafeInteger(place[0]) &&
    typeof place[1] === 'string' &&
    typeof place[2] === 'string'
  )
    return [place[0], place[1], place[2]];
  throw badCursor();
}

/** A page of listeners out of what was found, one row more than asked for. */
export function toListenerPage(
  found: readonly { readonly at: number; readonly listener: Listener }[],
  rowsMax: number,
): Page<Listener> {
  const rows = found.slice(0, rowsMax).map(({ listener }) => listener);
  const last = found[rowsMax - 1];
  if (last === undefined || found.length <= rowsMax) return { rows };
  return { rows, cursor: toCursor([last.at, last.listener.execution, last.listener.id]) };
}

/** The place of the tail: a position, 0 before the first. */
export function fromTailCursor(cursor: string): number {
  if (cursor === '') return 0;
  if (!/^[0-9]{1,15}$/.test(cursor)) throw badCursor();
  return Number(cursor);
}

function fromCursor(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    throw badCursor();
  }
}

function badCursor(): MillraceError {
  return new MillraceError('bad-request', 'The cursor is not one that this store gave out');
}

/** Whether a row takes a place of the limit that its queue is of. */
export function takesPlace(
  row: { readonly due: number; readonly lease: Lease | null },
  now: number,
): boolean {
  return row.lease === null ? row.due >= neverDue : row.lease.until > now;
}

/**
 * Whether a row was claimed for a place, and the lease has lapsed: whoever claimed it may be late, and grant that place yet.
 * Nobody else is to get it before, so it goes to the same execution again.
 */
export function mayBeGranted(
  { kind, lease }: { readonly kind: string; readonly lease: Lease | null },
  now: number,
): boolean {
  return kind === 'place' && lease !== null && lease.until <= now;
}

/** Whether a row is a reason for its execution to move, now or one day: a place that it has is none. */
export function isReason({ kind, due }: { readonly kind: WakeUpKind; readonly due: number }): boolean {
  return kind !== 'place' || due < neverDue;
}

export function checkClaim(request: ClaimRequest): void {
  checkRowsMax(request.rowsMax);
  for (const { limit, placesMax } of request.limits ?? []) {
    checkKey('limit', limit);
    if (limit.includes(' '))
      throw new TypeError(`a limit has no space in its name: ${JSON.stringify(limit)}`);
    checkInteger('placesMax', placesMax, 0);
  }
  checkKey('owner', request.owner);
  checkInteger('leaseMs', request.leaseMs, 0);
}

export function checkRowsMax(rowsMax: number): void {
  if (!Number.isSafeInteger(rowsMax) || rowsMax < 1) {
    throw new RangeError(`rowsMax is a whole number from 1, not ${rowsMax}`);
  }
}

/** What no caller may send: an entry that contradicts itself is our own bug, and would spoil its whole batch. */
export function checkEntry(entry: Entry): void {
  const { after, commit, execution, stream } = entry;
  checkKey('tenant', entry.tenant);
  checkKey('stream', stream);
  if (after !== undefined) checkAfter(stream, after);
  if (commit !== undefined) checkCommit(stream, after?.version, commit);
  if (execution !== undefined) checkRow(stream, execution);
  for (const change of entry.wakeUps) checkChange(stream, change);
}

function checkAfter(stream: string, { version, commit }: NonNullable<Entry['after']>): void {
  checkInteger('after.version', version, 0);
  if ((version === 0) !== (commit === '')) {
    throw new TypeError(`entry of ${stream}: after has version ${version} and commit '${commit}'`);
  }
}

function checkCommit(stream: string, after: number | undefined, commit: NonNullable<Entry['commit']>): void {
  checkKey('commit.id', commit.id);
  checkInteger('commit.count', commit.count, 1);
  checkInteger('commit.time', commit.time, 0);
  if (after === undefined || commit.version !== after + 1) {
    throw new TypeError(
      `entry of ${stream}: commit at version ${commit.version} after version ${after ?? 'unknown'}`,
    );
  }
}

function checkRow(stream: string, row: ExecutionRow): void {
  if (row.id !== stream) throw new TypeError(`entry of ${stream}: the row of another execution, ${row.id}`);
  checkInteger('startedAt', row.startedAt, 0);
  checkInteger('updatedAt', row.updatedAt, 0);
  if (row.endedAt !== null) checkInteger('endedAt', row.endedAt, 0);
}

function checkChange(stream: string, change: Entry['wakeUps'][number]): void {
  if (change.type === 'remove') return checkKey('wake-up id', change.id);
  const { row } = change;
  checkKey('wake-up id', row.id);
  if (row.queue !== undefined) checkKey('wake-up queue', row.queue);
  checkInteger('wake-up due', row.due, 0);
  checkInteger('wake-up attempt', row.attempt, 0);
  if (row.listens !== undefined && row.kind !== 'event')
    throw new TypeError(`entry of ${stream}: ${row.id} of kind ${row.kind} listens for nothing`);
  if (row.listens !== undefined) checkKey('shape', row.listens.shape);
  if (row.lease !== null) checkInteger('lease until', row.lease.until, 0);
  if (row.execution !== stream) {
    throw new TypeError(`entry of ${stream}: a wake-up of another execution, ${row.execution}`);
  }
}

export function checkKey(name: string, value: string): void {
  if (typeof value !== 'string' || value === '' || value.includes('\0') || !value.isWellFormed()) {
    throw new TypeError(`${name} is well-formed text without U+0000 and not empty: ${JSON.stringify(value)}`);
  }
}

export function checkInteger(name: string, value: number, min: number): void {
  if (!Number.isSafeInteger(value) || value < min)
    throw new TypeError(`${name} is a whole number from ${min}: ${value}`);
}
