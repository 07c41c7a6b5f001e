/**
 * What other processes have written, as the database tells at once (LISTEN, NOTIFY). Losing a hint, or all of them, costs
 * time until the next look and nothing else: after each gap everything is hinted at.
 */
import type { Client } from 'pg';
import type { Hint, HintListener } from '../../ports/store.ts';
import { wakeUpKinds } from '../rules.ts';
import type { Database } from './database.ts';

export interface Hints {
  follow(listener: HintListener): () => void;
  /** What this process itself has stored. */
  own(hint: string): void;
  /** A hint as the database passes it on: with the name of whom it need not be told. */
  signed(hint: string): string;
  readonly channel: string;
  /** who need not be told what it has stored itself */
  readonly node: string;
  /** its own: 1, or 0 while there is none */
  readonly connections: number;
  stats(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}

/** Everything that can be hinted at. */
const all: readonly Hint[] = ['commits', 'events', ...wakeUpKinds];
/** Timers that could not be fired meanwhile wait for the hint that comes with a new connection. */
const pauseMs = { first: 100, most: 1_000 };
/** A connection that died without a word is found out by asking. */
const askMs = 30_000;

export function openHints(database: Database, node: string): Hints {
  const channel = `millrace:${database.address.schema}`;
  const listeners = new Set<HintListener>();
  const figures = { hintsHeard: 0, hintGaps: 0 };
  let client: Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let pause = pauseMs.first;
  let isOpen = false;
  let closed = false;
  let opening: Promise<void> | undefined;

  function tell(hints: readonly Hint[], isOwn: boolean): void {
    for (const listener of listeners) listener(hints, isOwn);
  }
  async function open(): Promise<void> {
    const { default: pg } = await import('pg');
    if (closed) return;
    const fresh = new pg.Client({ ...database.clientConfig(), application_name: 'millrace hints' });
    client = fresh;
    let ended = false;
    const lost = () => {
      if (ended) return;
      ended = true;
      isOpen = false;
      clearTimeout(timer);
      void fresh.end().catch(() => {});
      if (closed) return;
      figures.hintGaps++;
      timer = setTimeout(reopen, pause);
      timer.unref();
      pause = Math.min(pauseMs.most, pause * 2);
    };
    fresh.on('error', lost);
    fresh.on('end', lost);
    fresh.on('notification', ({ payload = '' }) => {
      const [from, ...hints] = payload.split(' ');
      if (from === node) return;
      figures.hintsHeard++;
      tell(hints as Hint[], false);
    });
    try {
      await fresh.connect();
      await database.prepare(fresh);
      await fresh.query(`listen ${quoted(channel)}`);
      pause = pauseMs.first;
      isOpen = true;
      tell(all, false);
      ask(fresh, lost);
    } catch {
      lost();
    }
  }
  function reopen(): void {
    opening = open();
  }
  function ask(on: Client, lost: () => void): void {
    timer = setTimeout(() => {
      on.query('select 1').then(() => ask(on, lost), lost);
    }, askMs);
    timer.unref();
  }
  return {
    channel,
    node,
    get connections() {
      return isOpen ? 1 : 0;
    },
    follow(listener) {
      listeners.add(listener);
      if (opening === undefined) reopen();
      return () => listeners.delete(listener);
    },
    own(hint) {
      if (listeners.size > 0) tell(hint.split(' ') as Hint[], true);
    },
    signed: (hint) => (hint === '' ? '' : `${node} ${hint}`),
    stats: () => ({ ...figures }),
    async close() {
      closed = true;
      clearTimeout(timer);
      await opening;
      await client?.end().catch(() => {});
    },
  };
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
