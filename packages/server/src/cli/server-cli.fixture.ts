import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import {
  faulty,
  greet,
  longWait,
  openTestServer,
  type TestServer,
  workflowText,
} from '../api/test-support/test-server.ts';
import { runCli } from './cli.ts';
import type { Io } from './io.ts';

const retried = workflowText(
  'retried',
  `  - fetch:
      try:
        - get: { call: http, with: { method: get, endpoint: 'http://127.0.0.1:9/nothing' } }
      catch:
        errors: {}
        retry: { delay: { milliseconds: 50 }, limit: { attempt: { count: 2 } } }
        do: [ { fallback: { set: { b: 2 } } } ]
  - loop:
      for: { each: n, in: '[1, 2]' }
      do: [ { "in\\eside": { set: '\${ . }' } } ]`,
);

/** Published, and in a folder; `changed.yaml` and `bad.yaml` lie beside them. */
const files = {
  'greet.yaml': greet(),
  'long.yaml': longWait,
  'faulty.yaml': faulty,
  'retried.yaml': retried,
};

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

interface Overrides extends Partial<Io> {
  readonly signal?: AbortSignal;
}

export interface ServerCli {
  readonly server: TestServer;
  readonly folder: string;
  /** The command line itself, against the server over HTTP; only the streams of the process are taken down. */
  millrace(...args: readonly string[]): Promise<Ended>;
  millraceWith(overrides: Overrides, ...args: readonly string[]): Promise<Ended>;
  /** The id of an execution that is started, and waited for. */
  start(name: string, wait?: string): Promise<string>;
}

/** The command line itself, against a server of the test's. */
export function millraceAt(server: TestServer, ...args: readonly string[]): Promise<Ended> {
  return run(server, {}, args);
}

async function run(
  server: TestServer,
  { signal, ...overrides }: Overrides,
  args: readonly string[],
): Promise<Ended> {
  let [out, error] = ['', ''];
  const io: Io = {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
    environment: { MILLRACE_SERVER: server.url, PATH: process.env.PATH },
    colours: false,
    outColours: false,
    outTerminal: false,
    columns: 100,
    terminal: false,
    onInterrupt: (run) => {
      const interrupt = () => run('SIGINT');
      signal?.addEventListener('abort', interrupt);
      return () => signal?.removeEventListener('abort', interrupt);
    },
    ...overrides,
  };
  return { code: await runCli(args, io), out, error };
}

/** A server and the command line that speaks to it, for the tests of a file. */
export function useServerCli(): ServerCli {
  let server: TestServer;
  let folder: string;
  beforeAll(async () => {
    server = await openTestServer();
    folder = mkdtempSync(join(tmpdir(), 'millrace-verbs-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    writeFileSync(join(folder, 'changed.yaml'), greet().replace('Hello', 'Goodbye'));
    writeFileSync(join(folder, 'bad.yaml'), greet().replace('set:', 'sett:'));
    await millraceAt(server, 'deploy', ...Object.keys(files).map((name) => join(folder, name)));
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    get server() {
      return server;
    },
    get folder() {
      return folder;
    },
    millrace: (...args) => millraceAt(server, ...args),
    millraceWith: (overrides, ...args) => run(server, overrides, args),
    async start(name, wait = '5s') {
      const workflow = { namespace: 'test', name };
      const { body } = await server.send('POST', `/api/v1/executions?wait=${wait}`, { workflow });
      return body.id;
    },
  };
}
