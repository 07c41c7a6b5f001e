/** Restate's server and a service of its SDK, each a process of its own; this process calls it over HTTP. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Pool } from 'undici';
import { type Child, startChild, startScript } from '../subjects/child-process.ts';
import type { Sleep, Subject } from '../subjects/subject.ts';
import { freePort } from './free-port.ts';
import type { PeerGiven } from './given.ts';

/** Its best on two cores; the default is 24. */
const partitions = 2;
const readyMsMax = 60_000;

export async function openRestate(given: PeerGiven): Promise<Subject> {
  const sdk = await startService(given);
  const { server, ingressUrl } = await startServer(given, sdk.port);
  const pool = new Pool(ingressUrl, { connections: 600, headersTimeout: 0, bodyTimeout: 0 });
  const call = async (handler: string, input: unknown = {}) => {
    const answer = await pool.request({
      ...{ path: `/bench/${handler}`, method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify(input),
    });
    const text = await answer.body.text();
    if (answer.statusCode >= 300) throw new Error(`${handler} answered ${answer.statusCode}: ${text}`);
  };
  await retried('its first answer', () => call('steps'));
  return {
    title: `Restate 1.7.12 with ${partitions} partitions, SDK 1.17.2, over HTTP`,
    engine: [server.pid, sdk.child.pid],
    others: [process.pid, ...(given.service === undefined ? [] : [given.service.pid])],
    steps: () => call('steps'),
    calls: () => call('calls'),
    fork: () => call('fork'),
    sleep(ms) {
      const { id, ended } = sdk.nextSleep();
      return { accepted: call('sleep/send', { id, ms }), ended };
    },
    async close() {
      await pool.destroy();
      await Promise.all([server.end('SIGTERM', 3_000), sdk.child.end('SIGTERM', 1_000)]);
    },
  };
}

/** The SDK's process tells of each sleep that is over by its channel: 10,000 requests are not held open. */
async function startService({ peersFolder, service }: PeerGiven) {
  const child = startScript('peers/restate-service.ts', [peersFolder, service?.url ?? '']);
  const [, port] = await child.printed(/^listening (\d+)$/m);
  const waiting = new Map<number, (sleep: Sleep) => void>();
  child.process.on('message', (messages: readonly { readonly id: number; readonly lateMs: number }[]) => {
    for (const { id, lateMs } of messages) {
      waiting.get(id)?.({ lateMs, early: lateMs < 0 });
      waiting.delete(id);
    }
  });
  let next = 1;
  return {
    child,
    port: Number(port),
    nextSleep() {
      const id = next++;
      return { id, ended: new Promise<Sleep>((resolve) => waiting.set(id, resolve)) };
    },
  };
}

async function startServer({ folder, peersFolder }: PeerGiven, servicePort: number) {
  const binary = `restate-server-${process.platform}-${process.arch}`;
  const command = join(
    peersFolder,
    'restate',
    'node_modules',
    '@restatedev',
    binary,
    'bin',
    'restate-server',
  );
  const [nodePort, ingressPort, adminPort] = [await freePort(), await freePort(), await freePort()];
  const data = mkdtempSync(join(folder, 'restate-'));
  const args = ['--base-dir', data, '--bind-ip', '127.0.0.1', '--bind-port', String(nodePort), '--no-logo'];
  const server: Child = startChild(command, args, {
    env: {
      ...process.env,
      ...{
        RESTATE_LISTEN_MODE: 'tcp',
        RESTATE_DISABLE_TELEMETRY: 'true',
        DO_NOT_TRACK: '1',
        RUST_LOG: 'warn',
      },
      RESTATE_DEFAULT_NUM_PARTITIONS: String(partitions),
      RESTATE_INGRESS__BIND_PORT: String(ingressPort),
      RESTATE_ADMIN__BIND_PORT: String(adminPort),
      RESTATE_ADMIN__QUERY_ENGINE__PGSQL_BIND_PORT: '0',
    },
  });
  await retried('its service', async () => {
    const answer = await fetch(`http://127.0.0.1:${adminPort}/deployments`, {
      ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
      body: JSON.stringify({ uri: `http://127.0.0.1:${servicePort}`, force: true }),
    });
    if (!answer.ok) throw new Error(`answered ${answer.status}: ${await answer.text()}`);
  });
  return { server, ingressUrl: `http://127.0.0.1:${ingressPort}` };
}

/** It has no line that says when it is ready. */
async function retried(what: string, attempt: () => Promise<void>): Promise<void> {
  const until = performance.now() + readyMsMax;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (cause) {
      if (performance.now() > until) throw new Error(`Restate was not ready for ${what}`, { cause });
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
