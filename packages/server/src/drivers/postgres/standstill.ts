/**
 * Finds out that a database stands still: it takes connections and answers nothing, since its processes are frozen, or
 * the network drops what is sent to it.
 *
 * A bound for each statement would not tell that from a statement that takes its time. So when something waits, and
 * nothing was heard for a while, the database is asked on a connection of its own. If that is not answered either, all
 * others are cut: what waits on them goes the way of any cut connection, and what comes later is refused at once. The
 * question is asked until it is answered, so that all goes on by itself.
 */
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientConfig } from 'pg';
import { standstillCode } from './failure.ts';

export interface Standstill {
  /** The database has answered something. */
  heard(): void;
  /** While it stands still: with what whatever would be sent is refused. */
  error(): Error | undefined;
  close(): void;
}

export interface StandstillOptions {
  readonly config: ClientConfig;
  /** whether anything waits for an answer */
  readonly isWaiting: () => boolean;
  /** told once for each standstill; `since`: when it was heard last, by `performance.now()` */
  readonly begun: (since: number) => void;
}

/** Silence after which it is asked, and how long the answer may take: 4 s in all are what a request can wait. */
const silenceMsMax = 2_000;
const answerMsMax = 2_000;
const lookMs = 250;
/** While it stands still: how long each further question may take, so that a slow one is answered too, and the pause. */
const askMsMax = 5_000;
const pauseMs = 500;

export function watchStandstill({ config, isWaiting, begun }: StandstillOptions): Standstill {
  let heardAt = performance.now();
  let asking: Socket | undefined;
  let error: Error | undefined;
  let closed = false;
  const timer = setInterval(() => {
    if (!isWaiting()) heardAt = performance.now();
    else if (asking === undefined && performance.now() - heardAt > silenceMsMax) void untilAnswered();
  }, lookMs);
  timer.unref();

  async function untilAnswered(): Promise<void> {
    const late = setTimeout(begin, answerMsMax);
    for (asking = new Socket(); !(await isAnswered(config, asking)) && !closed; asking = new Socket()) {
      begin();
      await sleep(pauseMs);
    }
    clearTimeout(late);
    asking = undefined;
    error = undefined;
    heardAt = performance.now();
  }
  function begin(): void {
    if (error !== undefined || closed) return;
    error = Object.assign(new Error('it takes connections, and answers nothing'), { code: standstillCode });
    begun(heardAt);
  }
  return {
    heard() {
      heardAt = performance.now();
    },
    error: () => error,
    close() {
      closed = true;
      clearInterval(timer);
      asking?.destroy();
    },
  };
}

/** Any answer will do: a refusal shows that somebody is there. */
async function isAnswered(config: ClientConfig, socket: Socket): Promise<boolean> {
  const { default: pg } = await import('pg');
  const bounds = { connectionTimeoutMillis: askMsMax, query_timeout: askMsMax };
  const client = new pg.Client({ ...config, ...bounds, stream: () => socket });
  // Lost behind its answer it says so to nobody else.
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch (error) {
    return 'severity' in (error as object);
  } finally {
    client.end().catch(() => {});
  }
}
