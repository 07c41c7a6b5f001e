/**
 * The connections to one PostgreSQL database.
 *
 * 1. Two pools: a small one for batches of commits, which must never wait behind reads, and one for all else.
 * 2. Statements are named, so that each connection parses them once.
 * 3. What may be done twice is tried again for a while when the connection is lost: a database that is started anew is
 *    no error for anybody who can wait for it. When it has been away for longer, calls are refused at once.
 * 4. Everything ends: connecting, waiting for a connection, and each statement, on both sides. A database that stands still
 *    is told from a slow statement, and its connections are cut.
 */
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase, ClientConfig, Pool, PoolClient, QueryConfig } from 'pg';
import { MillraceError } from '../../errors.ts';
import { type PostgresAddress, readAddress } from './address.ts';
import { isAway, kindOf, toError } from './failure.ts';
import { type LastSeen, openLastSeen } from './last-seen.ts';
import { prepareSession, type SessionBounds } from './session.ts';
import { watchStandstill } from './standstill.ts';

export type Row = Readonly<Record<string, unknown>>;
export type Value = string | number | boolean | null | Uint8Array | readonly Value[];

export interface Statement {
  /** within a connection; one name is one text */
  readonly name: string;
  /** with `{schema}` where the schema's name belongs */
  readonly text: string;
}

export interface Database {
  readonly address: PostgresAddress;
  /** One statement; `again`: it may be done twice, so a lost connection is tried anew. */
  query(statement: Statement, values: readonly Value[], again?: 'again'): Promise<readonly Row[]>;
  /** A statement of the writers' own pool, as it fails. */
  write(statement: Statement, values: readonly Value[]): Promise<readonly Row[]>;
  /** Runs with a connection that is its own meanwhile. */
  withClient<T>(run: (client: PoolClient) => Promise<T>): Promise<T>;
  clientConfig(): ClientConfig;
  /** For a client that was connected with that configuration. */
  prepare(client: ClientBase): Promise<void>;
  /** A commit that is stored: a database without it is not used any more. */
  readonly seen: LastSeen['seen'];
  /** Documents that are stored: a database without them is not used any more. */
  readonly documentsStored: Pick<LastSeen, 'process' | 'marked'>;
  /** SQL with the schema's name in it. */
  sql(text: string): string;
  /** Why nothing is taken any more. */
  refusal(): MillraceError | undefined;
  /**
   * Until when a lost database is waited for, by `performance.now()`: one that has been away for long is asked once. It moves on
   * as long as other connections are answered, so whoever waits keeps the first that it was told.
   */
  deadline(): number;
  stats(): Readonly<Record<string, number>>;
  /** Ends when what is under way has. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly address: string;
  /** of this process together, from 4 */
  readonly connectionsMax: number;
  /** how long a lost database is waited for within a call; default 5 s */
  readonly patienceMs?: number;
  /** The database has gone back to what it was before, and the process must end; absent: calls are refused. */
  readonly onFatal?: (error: Error) => void;
}

const writersMax = 2;
const listenersMax = 1;
const connectMsMax = 5_000;
const statementMsMax = 30_000;
/** The server's bound comes first; this one is for a connection that died without a word, of a server that answers others. */
const answerMsMax = 35_000;
/** The same two of what may have to go through the whole store: a migration, retention, a copy. */
export const longStatementMsMax = 3_600_000;
export const longAnswerMsMax = 3_605_000;
const patienceMsDefault = 5_000;
const idleMsMax = 60_000;
const pauseMs = { first: 20, most: 500 };

/** Loads the client library. Nothing is connected yet. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const address = readAddress(options.address);
  const { connectionsMax, patienceMs = patienceMsDefault } = options;
  const { default: pg } = await import('pg');
  const sockets = new Set<Socket>();
  const config: ClientConfig = {
    stream() {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
    connectionString: address.url,
    application_name: 'millrace',
    connectionTimeoutMillis: connectMsMax,
    query_timeout: answerMsMax,
    keepAlive: true,
    types: { getTypeParser: parserOf },
  };
  // Whoever has it in the address sends it with the start of the session.
  const isBoundGiven = new URL(address.url).searchParams.has('statement_timeout');
  const bounds: SessionBounds = {
    ...(isBoundGiven ? {} : { statement_timeout: statementMsMax }),
    idle_in_transaction_session_timeout: statementMsMax,
  };
  const lastSeen = openLastSeen(sql, options.onFatal ?? ignore);
  const pooled = {
    ...config,
    // A new connection costs more than one that waits: its session is prepared.
    idleTimeoutMillis: idleMsMax,
    async onConnect(client: ClientBase) {
      await prepareSession(client, bounds);
      await lastSeen.check(client);
    },
  };
  const writers = new pg.Pool({ ...pooled, max: writersMax });
  const others = new pg.Pool({ ...pooled, max: Math.max(1, connectionsMax - writersMax - listenersMax) });
  const pools: readonly Pool[] = [writers, others];
  // A connection that is lost while nobody uses it is replaced by the next call.
  for (const pool of pools) pool.on('error', () => {});
  const figures = { databaseStatements: 0, databaseRetries: 0, databaseLost: 0, databaseStandstills: 0 };
  let awaySince: number | undefined;
  let closed = false;
  let underWay = 0;
  let drained: (() => void) | undefined;
  const standstill = watchStandstill({
    config,
    isWaiting: () => underWay > 0,
    begun(since) {
      figures.databaseStandstills++;
      awaySince = since;
      for (const socket of sockets) socket.destroy();
    },
  });

  function configOf(statement: Statement, values: readonly Value[]): QueryConfig {
    return { name: statement.name, text: sql(statement.text), values: [...values] };
  }
  function sql(text: string): string {
    return text.replaceAll('{schema}', `"${address.schema}"`).replaceAll('{name}', address.schema);
  }
  function refusal(): MillraceError | undefined {
    if (closed) return new MillraceError('unavailable', 'the store is closed', { reason: 'closed' });
    return undefined;
  }
  async function counted<T>(run: () => Promise<T>): Promise<T> {
    underWay++;
    try {
      return await run();
    } finally {
      if (--underWay === 0) drained?.();
    }
  }
  function note(error: unknown): void {
    if (!isAway(error)) return;
    figures.databaseLost++;
    awaySince ??= performance.now();
  }
  async function once(pool: Pool, statement: Statement, values: readonly Value[]): Promise<readonly Row[]> {
    try {
      refuse(standstill.error());
      figures.databaseStatements++;
      const { rows } = await pool.query(configOf(statement, values));
      awaySince = undefined;
      standstill.heard();
      return rows as readonly Row[];
    } catch (error) {
      note(error);
      throw error;
    }
  }
  function deadline(): number {
    return (awaySince ?? performance.now()) + patienceMs;
  }
  async function persistent(statement: Statement, values: readonly Value[]): Promise<readonly Row[]> {
    let until = Number.POSITIVE_INFINITY;
    for (let pause = pauseMs.first; ; pause = Math.min(pauseMs.most, pause * 2)) {
      try {
        return await once(others, statement, values);
      } catch (error) {
        until = Math.min(until, deadline());
        const isPassing = isAway(error) || kindOf(error) === 'clash';
        if (!isPassing || performance.now() + pause > until || closed) throw error;
        figures.databaseRetries++;
        await sleep(pause);
      }
    }
  }
  return {
    address,
    async query(statement, values, again) {
      const refused = refusal();
      if (refused !== undefined) throw refused;
      return counted(async () => {
        try {
          return await (again === undefined
            ? once(others, statement, values)
            : persistent(statement, values));
        } catch (error) {
          throw toError(error);
        }
      });
    },
    write: (statement, values) => counted(() => once(writers, statement, values)),
    async withClient(run) {
      const refused = refusal();
      if (refused !== undefined) throw refused;
      return counted(async () => {
        let client: PoolClient | undefined;
        let failed: Error | undefined;
        try {
          refuse(standstill.error());
          client = await others.connect();
          // Lost between two statements it says so to nobody else; the next statement fails.
          client.on('error', ignore);
          return await run(client);
        } catch (error) {
          note(error);
          failed = error instanceof Error ? error : new Error(String(error));
          throw toError(error);
        } finally {
          client?.off('error', ignore);
          client?.release(failed);
        }
      });
    },
    clientConfig: () => config,
    prepare: (client) => prepareSession(client, bounds),
    seen: lastSeen.seen,
    documentsStored: lastSeen,
    sql,
    refusal,
    deadline,
    stats: () => ({
      ...figures,
      poolConnections: writers.totalCount + others.totalCount,
      poolIdle: writers.idleCount + others.idleCount,
      poolWaiting: writers.waitingCount + others.waitingCount,
      poolMax: connectionsMax,
    }),
    async close() {
      closed = true;
      if (underWay > 0) await new Promise<void>((resolve) => (drained = resolve));
      standstill.close();
      await Promise.all(pools.map((pool) => pool.end()));
      // A client that could not answer the server's question for a password leaves its connection open.
      for (const socket of sockets) socket.destroy();
    },
  };
}

const bigint = 20;
const bigints = 1016;
const integer = 23;
const integers = 1007;
const float = 701;
const bytes = 17;
const boolean = 16;
const texts = 1009;

function ignore(): void {}

function refuse(error: Error | undefined): void {
  if (error !== undefined) throw error;
}

/** Positions, versions and instants are whole numbers below 2^53. Dates come as text: nobody reads any. */
function parserOf(type: number): (text: string) => unknown {
  switch (type) {
    case bigint:
    case integer:
    case float:
      return Number;
    case bigints:
    case integers:
      return (text) => (text === '{}' ? [] : text.slice(1, -1).split(',').map(numberOrNull));
    case boolean:
      return (text) => text === 't';
    case bytes:
      return (text) => Buffer.from(text.slice(2), 'hex');
    case texts:
      return textsOf;
    default:
      return (text) => text;
  }
}

function numberOrNull(text: string): number | null {
  return text === 'NULL' ? null : Number(text);
}

/** An array of texts as PostgreSQL writes it: `{a,NULL,"b \"c\""}`. */
function textsOf(text: string): readonly (string | null)[] {
  const found: (string | null)[] = [];
  for (const [, quoted, bare] of text.matchAll(/"((?:[^"\\]|\\.)*)"|([^,{}"]+)/gs)) {
    if (quoted !== undefined) found.push(quoted.replaceAll(/\\(.)/gs, '$1'));
    else found.push(bare === 'NULL' ? null : (bare ?? null));
  }
  return found;
}
