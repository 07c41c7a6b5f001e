/**
 * One of the places at which this process has a batch under way, and the row in the database that stands for it: by the
 * row a batch whose answer was lost is told from one that was never done.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { MillraceError } from '../../errors.ts';
import type { Database, Row } from './database.ts';
import { isAway, kindOf } from './failure.ts';

export interface Writer {
  /** The number of the next batch. Makes the row where there is none. */
  begin(): Promise<{ readonly id: string; readonly batch: number }>;
  done(): void;
  /** The database has said that the batch was not done. */
  failed(): void;
  /**
   * What became of the batch whose answer was lost: the answer, or `undefined` when it was not done and never will be.
   * Rejects with `unavailable`, reason `outcome-unknown`, when the database does not come back in time.
   */
  resolve(cause: unknown): Promise<Row | undefined>;
}

const register = { name: 'writer_register', text: 'insert into {schema}.writers (id) values ($1)' };
/** It waits for a batch that is at its last statement; one that comes there later finds a retired writer, and is undone. */
const retire = {
  name: 'writer_retire',
  text: `update {schema}.writers set retired = true where id = $1
    returning batch, base, positions, versions, ids`,
};
const pauseMs = { first: 20, most: 500 };

export function openWriter(database: Database, newId: () => string): Writer {
  let id = '';
  let batch = 0;
  return {
    async begin() {
      if (id === '') {
        const fresh = newId();
        await database.write(register, [fresh]);
        id = fresh;
        batch = 0;
      }
      return { id, batch: batch + 1 };
    },
    done() {
      batch++;
    },
    failed() {
      // A row that is not there, or was retired, is replaced; any other stands where it stood.
      id = '';
    },
    async resolve(cause) {
      if (id === '') return undefined;
      let until = Number.POSITIVE_INFINITY;
      for (let pause = pauseMs.first; ; pause = Math.min(pauseMs.most, pause * 2)) {
        try {
          const [row] = await database.write(retire, [id]);
          const isDone = row !== undefined && Number(row.batch) === batch + 1;
          id = '';
          return isDone ? row : undefined;
        } catch (error) {
          until = Math.min(until, database.deadline());
          const isPassing = isAway(error) || kindOf(error) === 'timeout';
          if (!isPassing || performance.now() + pause > until) {
            // Whatever became of it, this writer sends nothing any more: its row stays as it is.
            id = '';
            throw unknownOutcome(cause);
          }
          await sleep(pause);
        }
      }
    },
  };
}

function unknownOutcome(cause: unknown): MillraceError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new MillraceError(
    'unavailable',
    `the database was lost, and does not say what became of the last batch: ${message}`,
    { reason: 'outcome-unknown' },
    { cause },
  );
}
