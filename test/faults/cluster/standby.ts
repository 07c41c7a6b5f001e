/**
 * A streaming standby of a PostgreSQL of ours, to be promoted when the primary is gone. It begins as a copy of the primary's data
 * while that is shut down, which needs no program of the server's version.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePort } from '../../../conformance/server-process.ts';
import { handleOf, type PostgresServer } from '../../../scripts/postgres.js';
import { openMovingPort } from './moving-port.ts';

export interface Standby {
  readonly port: number;
  /** It receives nothing from now on: the way to the primary is cut. */
  cutOff(): Promise<void>;
  /** Answers when it takes writes. */
  promote(): Promise<void>;
  remove(): Promise<void>;
}

/** What of a server is needed to make another like it. */
interface Described {
  readonly programs: string;
  readonly folder: string;
  readonly password: string;
  readonly user: { readonly uid?: number; readonly gid?: number };
  readonly port: number;
}

const name = 'standby';
const streamingMsMax = 20_000;

/** `isSynchronous`: the primary acknowledges what the standby has written to its disk, and nothing before. */
export async function startStandby(primary: PostgresServer, isSynchronous: boolean): Promise<Standby> {
  const {
    programs,
    password,
    user,
    folder: primaryFolder,
    port: primaryPort,
  } = primary.describe() as Described;
  const folder = mkdtempSync(join(tmpdir(), 'millrace-standby-'));
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const way = await openMovingPort(primaryPort);
  const source = `host=127.0.0.1 port=${way.port} user=postgres password=${password} application_name=${name}`;
  const data = join(folder, 'data');
  await primary.stop('fast');
  const copied = spawnSync('cp', ['-a', join(primaryFolder, 'data'), data], { ...user, encoding: 'utf8' });
  if (copied.status !== 0) throw new Error(`the primary's data could not be copied: ${copied.stderr}`);
  await primary.restart();
  writeFileSync(join(data, 'standby.signal'), '');
  appendFileSync(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${source}'\n`);
  const port = await freePort();
  const server = handleOf({ programs, password, user, folder, port, pid: 0 });
  await server.restart();
  // Said to the primary only, behind the copy: the standby is not to wait for one of its own when it is promoted.
  if (isSynchronous) {
    await ask(primary.url, `alter system set synchronous_standby_names = '${name}'`);
    await ask(primary.url, 'select pg_reload_conf()');
  }
  await untilStreaming(primary.url, isSynchronous ? 'sync' : 'async');
  return {
    port,
    cutOff: way.close,
    async promote() {
      const [row] = await ask(server.url, 'select pg_promote(true, 30) as is_promoted');
      if (row?.is_promoted !== true) throw new Error('the standby was not promoted within 30 s');
    },
    async remove() {
      await server.remove();
      await way.close();
    },
  };
}

async function untilStreaming(url: string, state: string): Promise<void> {
  for (const until = performance.now() + streamingMsMax; performance.now() < until; await sleep(50)) {
    const [row] = await ask(
      url,
      "select sync_state from pg_stat_replication where state = 'streaming' and application_name = 'standby'",
    );
    if (row?.sync_state === state) return;
  }
  throw new Error(`the standby is not ${state} after ${streamingMsMax} ms`);
}

async function ask(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
