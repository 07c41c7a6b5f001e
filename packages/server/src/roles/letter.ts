import type { Command } from '@millrace/core';
import type { Entry, WakeUpChange } from '../ports/store.ts';
import type { DecidedCommit } from './decided-commit.ts';
import type { LiveExecution } from './live-execution.ts';
import type { EffectTask, SendTask } from './rows.ts';
import type { Receiver, Submitted } from './worker-options.ts';

/** A command, and who is told what became of it. */
export interface Job {
  readonly command: Command;
  readonly receiver: Receiver;
  /** the ledger row that carried the command: it goes with the decision */
  readonly row: string | undefined;
  tries: number;
}

/** An entry on its way to the store. */
export interface Letter {
  readonly live: LiveExecution;
  readonly job: Job;
  readonly entry: Entry;
  /** what the command is answered with when the entry is durable */
  readonly answer: Submitted;
  /** what follows then; absent: the entry only asserts what its answer stands on */
  readonly decided?: DecidedCommit;
  /** effects that this process may begin then */
  readonly effects?: readonly EffectTask[];
  /** what this process may tell other executions then */
  readonly sends?: readonly SendTask[];
}

/** What of the ledger goes with the decision of a command. */
export function removalOf({ row }: Job): readonly WakeUpChange[] {
  return row === undefined ? [] : [{ type: 'remove', id: row }];
}

/** The same where no commit tells of the decision. */
export function answerOf({ row }: Job): readonly WakeUpChange[] {
  return row === undefined ? [] : [{ type: 'remove', id: row, tells: 'answer' }];
}
