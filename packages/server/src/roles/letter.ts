import type { Command, ExecutionState, LedgerChange, Phase, Refusal } from '@millrace/core';
import type { Entry, ExecutionRow, WakeUpChange } from '../ports/store.ts';
import type { LiveExecution } from './live-execution.ts';
import type { LedgerWork } from './rows.ts';
import type { Receiver, Submitted } from './worker-options.ts';

/** A command, and who is told what became of it. */
export interface Job {
  readonly command: Command;
  readonly receiver: Receiver;
  /** the ledger row that carried the command: it goes with the decision */
  readonly row: string | undefined;
  tries: number;
}

/**
 * What is kept of a decision while the store makes it durable. Thousands are under way at once, and all that one holds
 * outlives a collection of the young generation: so its entry, which the store has, is none of it.
 */
export interface Letter {
  readonly live: LiveExecution;
  readonly job: Job;
  /** what the command is answered with then */
  readonly state: ExecutionState;
  readonly status: Phase;
  /** absent: it was done */
  readonly refusal: Refusal | undefined;
  /** number of facts */
  readonly facts: number;
  /** what follows then; absent: the entry only asserts what its answer stands on */
  readonly follows: Follows | undefined;
}

/** What follows from a commit when it is durable. */
export interface Follows {
  readonly previous: string;
  readonly commit: NonNullable<Entry['commit']>;
  /** absent: lists show what they showed, and nobody follows */
  readonly row: ExecutionRow | undefined;
  /** effects whose task went away */
  readonly revoked: readonly number[];
  /** the instant of its timer; null: it has none any more; absent: as before */
  readonly timer: number | null | undefined;
  /** what it changed of the ledger, where somebody is told of that */
  readonly changes: readonly LedgerChange[] | undefined;
  readonly yielded: boolean;
  readonly work: LedgerWork;
}

export function answerOf({ state, status, refusal, facts }: Letter): Submitted {
  return refusal === undefined
    ? { type: 'done', state, status, facts }
    : { type: 'refused', refusal, state, status };
}

/** What a commit does to the timer of its execution. */
export function timerOf(changes: readonly LedgerChange[]): number | null | undefined {
  let timer: number | null | undefined;
  for (const change of changes) {
    if (change.type === 'timer') timer = change.due;
    else if (change.type === 'remove' && change.row === 'timer') timer = null;
  }
  return timer;
}

/** What of the ledger goes with the decision of a command. */
export function removalOf({ row }: Job): readonly WakeUpChange[] {
  return row === undefined ? [] : [{ type: 'remove', id: row }];
}

/** The same where no commit tells of the decision. */
export function removalAlone({ row }: Job): readonly WakeUpChange[] {
  return row === undefined ? [] : [{ type: 'remove', id: row, tells: 'answer' }];
}
