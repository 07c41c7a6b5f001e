/**
 * The wake-up ledger's changes, read off the facts of one commit: what the execution waits for from now on.
 *
 * 1. Changes are netted: an effect that is asked for and revoked in one commit leaves no row.
 * 2. A timer row holds only the earliest instant at which something is due; the instants themselves are in state.
 * 3. While an execution is suspended its timer is held, and an `approval` row is its reason to move again.
 */
import type { EffectRequested, Fact } from '../model/facts.ts';
import { type ExecutionState, isTerminal, waitsForPlace } from '../model/state.ts';
import { type ListenRow, listenRowId, listenRows, noListenRows } from '../rules/listening.ts';

export type LedgerChange =
  | { readonly type: 'effect'; readonly version: number; readonly fact: EffectRequested }
  /** an effect that was in doubt is asked for once more */
  | { readonly type: 'again'; readonly version: number }
  | { readonly type: 'timer'; readonly due: number }
  | { readonly type: 'resume' }
  | { readonly type: 'approval' }
  /** the execution waits for a place, in the order of `since`, and was resumed last by the fact of this version, or by none; or has it */
  | {
      readonly type: 'place';
      readonly since: number;
      readonly resumed: number;
      readonly held: boolean;
    }
  /** a child that is waited for */
  | { readonly type: 'child'; readonly version: number }
  /** something that another execution, or whatever started this one, has to be told; the fact says what */
  | { readonly type: 'send'; readonly version: number; readonly fact: Fact }
  /** a filter of a task that listens: under its id, or under another key than before */
  | { readonly type: 'listen'; readonly row: ListenRow; readonly definition: string }
  | { readonly type: 'remove'; readonly row: LedgerRow };

/**
 * The rows that one execution may own; those that stand for one fact are named by its version, an effect's by no more, a
 * listener's with its filter's number.
 */
export type LedgerRow =
  | 'timer'
  | 'resume'
  | 'approval'
  | 'place'
  | `${number}.${number}`
  | number
  | `child-${number}`
  | `send-${number}`;

/** The rows, effects apart, that an execution owns. */
export interface OwnRows {
  readonly due: number | null;
  readonly resume: boolean;
  readonly approval: boolean;
  readonly listens: readonly ListenRow[];
  readonly place: 'waits' | 'held' | null;
}

export const noRows: OwnRows = {
  due: null,
  resume: false,
  approval: false,
  listens: noListenRows,
  place: null,
};

/** What the state asks of the ledger, effects apart. */
export function ownRows(state: ExecutionState): OwnRows {
  if (state.phase === 'absent' || isTerminal(state.phase)) return noRows;
  const place = state.place?.held === true ? 'held' : null;
  if (waitsForPlace(state)) return waitingRows(state);
  const listens = listenRows(state);
  if (state.phase === 'suspended') return { due: null, resume: false, approval: true, listens, place };
  return { due: state.due, resume: state.yielded, approval: false, listens, place };
}

/** Until it has a place only its own timeout is due; while it is suspended others go before it. */
function waitingRows({ phase, deadline }: ExecutionState): OwnRows {
  return phase === 'suspended'
    ? { ...noRows, approval: true }
    : { ...noRows, due: deadline ?? null, place: 'waits' };
}

/**
 * The changes of one commit.
 *
 * @param before the rows owned before it
 * @param facts the commit's facts, the first of which has version `first`
 * @param revoked versions of effects whose task went away in it
 * @param now the rows owned after it, where the caller has asked already
 */
export function ledgerChanges(
  before: OwnRows,
  after: ExecutionState,
  facts: readonly Fact[],
  first: number,
  revoked: readonly number[],
  now: OwnRows = ownRows(after),
): readonly LedgerChange[] {
  const changes: LedgerChange[] = [];
  for (let index = 0; index < facts.length; index++) {
    const fact = facts[index] as Fact;
    if (fact.type === 'effect.requested' && typeof after.effects[first + index] === 'string') {
      changes.push({ type: 'effect', version: first + index, fact });
    } else if (fact.type === 'effect.completed' || fact.type === 'effect.failed') {
      changes.push({ type: 'remove', row: fact.effect });
    } else if (fact.type === 'effect.resolved' && fact.as === 'again') {
      changes.push({ type: 'again', version: fact.effect });
    } else if (mayConcernOthers(fact)) {
      changes.push(...childChanges(fact, first + index, after));
    }
  }
  for (const version of revoked) if (version < first) changes.push({ type: 'remove', row: version });
  if (now.due !== before.due)
    changes.push(now.due === null ? { type: 'remove', row: 'timer' } : { type: 'timer', due: now.due });
  if (now.resume !== before.resume)
    changes.push(now.resume ? { type: 'resume' } : { type: 'remove', row: 'resume' });
  if (now.approval !== before.approval)
    changes.push(now.approval ? { type: 'approval' } : { type: 'remove', row: 'approval' });
  if (now.place !== before.place)
    changes.push(
      now.place === null
        ? { type: 'remove', row: 'place' }
        : {
            type: 'place',
            since: after.place?.since ?? after.at,
            resumed: after.place?.resumed ?? 0,
            held: now.place === 'held',
          },
    );
  if (now.listens.length > 0 || before.listens.length > 0)
    changeListens(changes, before.listens, now.listens, after.definition?.digest ?? '');
  return changes;
}

/** Most facts are of tasks: nothing is made to find that they concern nobody else. */
function mayConcernOthers({ type }: Fact): boolean {
  return type.startsWith('child.') || type.startsWith('execution.');
}

/** What concerns other executions: each send goes out once the commit is durable, and its row goes when it has arrived. */
function childChanges(fact: Fact, version: number, after: ExecutionState): readonly LedgerChange[] {
  const send: LedgerChange = { type: 'send', version, fact };
  switch (fact.type) {
    case 'child.requested':
      // Asked for and revoked in one commit: nobody needs to hear of it.
      return after.children?.[version] === undefined ? [] : [send];
    case 'child.resolved': {
      const resolve: LedgerChange = { type: 'remove', row: `send-${fact.child}` };
      const isAwaited = after.children?.[fact.child] !== undefined;
      return isAwaited ? [resolve, { type: 'child', version: fact.child }, send] : [resolve, send];
    }
    case 'child.completed':
    case 'child.faulted':
    case 'child.cancelled':
      return [
        { type: 'remove', row: `send-${fact.child}` },
        { type: 'remove', row: `child-${fact.child}` },
      ];
    case 'child.revoked': {
      if (fact.resolved === undefined) return [{ type: 'remove', row: `send-${fact.child}` }];
      return [{ type: 'remove', row: `child-${fact.child}` }, send];
    }
    case 'execution.completed':
    case 'execution.faulted':
    case 'execution.cancelled':
      return tellsOfItsEnd(after) ? [send] : [];
    default:
      return none;
  }
}

const none: readonly LedgerChange[] = [];

/** Whether somebody goes on when this execution has ended: its parent, or the schedule that runs it again. */
function tellsOfItsEnd({ parent, cause }: ExecutionState): boolean {
  return (parent !== undefined && parent.detached !== true) || cause?.source === 'after';
}

function changeListens(
  changes: LedgerChange[],
  before: readonly ListenRow[],
  now: readonly ListenRow[],
  definition: string,
): void {
  const known = new Map(before.map((row) => [listenRowId(row), row]));
  for (const row of now) {
    const id = listenRowId(row);
    if (!hasSameKey(known.get(id), row)) changes.push({ type: 'listen', row, definition });
    known.delete(id);
  }
  for (const id of known.keys()) changes.push({ type: 'remove', row: id });
}

function hasSameKey(known: ListenRow | undefined, { bound }: ListenRow): boolean {
  return (
    known?.bound.length === bound.length &&
    bound.every(
      ([name, value], index) => known.bound[index]?.[0] === name && known.bound[index]?.[1] === value,
    )
  );
}
