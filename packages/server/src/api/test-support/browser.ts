/** For tests: a real Chromium without a window, spoken to over its debugging protocol. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findChromium } from '../../../../../scripts/chromium.js';

export interface BrowserPage {
  /** Evaluates an expression, a promise's value included; throws what it throws. */
  evaluate(expression: string): Promise<unknown>;
  /** what the page wrote to its console or was refused, violations of its policy included */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** Path of the browser's program, the same as for all other tests; undefined: there is none here. */
export const chromium = findChromium();

export async function openPage(url: string, scheme: 'light' | 'dark' = 'light'): Promise<BrowserPage> {
  const profile = mkdtempSync(join(tmpdir(), 'millrace-browser-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'];
  const child = spawn(
    chromium ?? '',
    [...flags, '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
    { stdio: 'ignore' },
  );
  const port = await portOf(child, profile);
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  const session = await openSession(targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '');
  await Promise.all(['Page', 'Runtime', 'Log'].map((domain) => session.send(`${domain}.enable`)));
  await session.send('Emulation.setEmulatedMedia', {
    features: [{ name: 'prefers-color-scheme', value: scheme }],
  });
  await session.send('Page.navigate', { url });
  return {
    complaints: session.complaints,
    evaluate: async (expression) => {
      const answer = await session.send('Runtime.evaluate', {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      if (answer.exceptionDetails !== undefined) throw new Error(JSON.stringify(answer.exceptionDetails));
      return (answer.result as { value?: unknown }).value;
    },
    close: async () => {
      session.close();
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

const startMsMax = 20_000;

/** The browser writes the port that it took into its profile. */
async function portOf(child: ChildProcess, profile: string): Promise<number> {
  const file = join(profile, 'DevToolsActivePort');
  for (let waited = 0; waited < startMsMax && child.exitCode === null; waited += 50) {
    const port = existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : 0;
    if (port > 0) return port;
    await pause(50);
  }
  child.kill();
  throw new Error('the browser did not start');
}

type Members = Readonly<Record<string, unknown>>;

async function openSession(url: string) {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const waiting = new Map<number, (answer: Members) => void>();
  const complaints: string[] = [];
  socket.addEventListener('message', ({ data }) => {
    const { id, method, result, params } = JSON.parse(String(data));
    if (id !== undefined) waiting.get(id)?.(result ?? {});
    if (method === 'Log.entryAdded') complaints.push(params.entry.text);
    if (method === 'Runtime.exceptionThrown') complaints.push(JSON.stringify(params.exceptionDetails));
  });
  let last = 0;
  return {
    complaints,
    send: (method: string, params: Members = {}) =>
      new Promise<Members>((resolve) => {
        last += 1;
        waiting.set(last, resolve);
        socket.send(JSON.stringify({ id: last, method, params }));
      }),
    close: () => socket.close(),
  };
}
