import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { version } from '@millrace/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const launcher = fileURLToPath(new URL('../../bin/millrace.js', import.meta.url));
const builder = fileURLToPath(new URL('../../../../scripts/millrace.js', import.meta.url));

/** A Node that is too old to run Millrace itself, as the machine may have it. */
const oldNode = (process.env.PATH ?? '')
  .split(delimiter)
  .map((entry) => join(entry, 'node'))
  .find((path) => existsSync(path) && majorOf(path) < 24);

function majorOf(node: string): number {
  return Number(/^v(\d+)/.exec(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? 0);
}

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-cli-'));
  const head = "document:\n  dsl: '1.0.1'\n  namespace: test\n  name: flow\n  version: '1.0.0'\ndo:\n";
  const files = {
    'greet.yaml': `${head}  - greet:\n      set:\n        greeting: \${ "Hello, " + .name }\n  - twice:\n      for: { each: n, in: '[1, 2]' }\n      do:\n        - inner: { set: '\${ . }' }\n`,
    'fault.yaml': `${head}  - stop:\n      raise:\n        error: { type: 'https://example.com/e', status: 418, title: Stopped, detail: no tea }\n`,
    'bad.yaml': `${head}  - a:\n      sett: { x: 1 }\n  - b:\n      wait: soon\n`,
    'later.yaml': `${head}  - a:\n      set: { x: 1 }\n  - b:\n      run: { shell: { command: ls } }\n`,
    'reuse.yaml': `${head.replace('do:\n', '')}use:\n  functions: { f: { set: { x: 1 } } }\n  extensions: [{ e: { extend: set, before: [{ b: { wait: { milliseconds: 1 } } }] } }]\ndo:\n  - c: { call: f }\n  - s: { set: { y: 1 } }\n`,
    'long.yaml': `${head}  - rest:\n      wait: { hours: 1 }\n`,
    'input.yaml': 'name: Bo\n',
    'millrace.yaml': 'port: 0\nlogLevel: warn\n',
    'data.json': '{"a": [1, 2]}\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  // What is tested is what users run: the program as it is built, from these sources.
  expect((await run(['--version'], { program: builder })).code).toBe(0);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

interface Options {
  readonly env?: Record<string, string>;
  readonly stdin?: string;
  readonly program?: string;
  readonly node?: string;
}

/** The real program, with nothing of this process's own settings. */
function open(
  args: readonly string[],
  { env = {}, program = launcher, node = process.execPath }: Options = {},
) {
  const child = spawn(node, [program, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
  });
  let [out, error] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    error += chunk;
  });
  const ended = once(child, 'close').then(([code]): Ended => ({ code, out, error }));
  return { child, ended, out: () => out, error: () => error };
}

async function run(args: readonly string[], options: Options = {}): Promise<Ended> {
  const { child, ended } = open(args, options);
  child.stdin?.end(options.stdin ?? '');
  return ended;
}

async function openServer(args: readonly string[] = [], options: Options = {}) {
  const server = open(['start', '--store', 'memory:', ...args], options);
  await expect.poll(() => /address +(http:\S+)/.exec(server.out())?.[1], { timeout: 15_000 }).toBeDefined();
  return { ...server, url: /address +(http:\S+)/.exec(server.out())?.[1] ?? '' };
}

describe('millrace', () => {
  it('says its version, as package.json has it', async () => {
    const { version: declared } = JSON.parse(
      readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
    );
    expect(version).toBe(declared);
    expect(await run(['--version'])).toMatchObject({ code: 0, out: `${version}\n` });
  });

  it('lists its commands and exit codes', async () => {
    const { code, out } = await run(['help']);
    expect(code).toBe(0);
    for (const word of ['start', 'run', 'deploy', 'show', 'completion', 'Exit codes', '130  '])
      expect(out).toContain(word);
  });

  it.each([
    [['strat'], 'There is no command "strat"; did you mean "start"?'],
    [['start', '--prot', '1'], 'There is no option --prot; did you mean "--port"?'],
    [['start', '--port', 'x'], '--port: expected a whole number but found "x"'],
    [['start', '--port', '99999'], '--port: expected a number from 0 to 65535 but found 99999'],
    [['start', '--store', 'x:y'], '--store: cannot be "x:y". Where executions are kept: memory: (lost'],
    [['start', '--store', 'postgres://u:p@h:five/d'], '--store: its port is no number from 1 to 65535'],
    [['verify', '--store', 'postgres://u:p/w@h/d'], '--store: a character of the user or the password'],
    [['backup', 'copy', '--store', 'postgres://u:%@h/d'], '--store: a % is not followed by two'],
    [
      ['store', 'migrate', '--from', 'sqlite:x', '--to', 'postgres://u:p@h:five/d'],
      '--to: its port is no number',
    ],
    [
      ['run'],
      'run takes one FILE, or one namespace/name that is published. For example: millrace run greet.yaml --input',
    ],
    [['validate', 'none.yaml'], 'none.yaml cannot be read: there is no such file.\n'],
    [['run', 'greet.yaml', '--input', '{'], '--input: expected JSON'],
    [['run', 'greet.yaml', '--wait', 'soon'], '--wait: expected a duration'],
    [['validate'], 'validate takes at least one FILE.'],
  ])('%j is wrong usage: exit code 2 and a sentence', async (args, sentence) => {
    const { code, error } = await run(args);
    expect(code).toBe(2);
    expect(error).toContain(sentence);
  });
});

it('a secrets file that others may read is no matter of the store', async () => {
  const file = join(folder, 'open-secrets.yaml');
  writeFileSync(file, 'key: hidden\n');
  chmodSync(file, 0o644);
  const { code, error } = await run(['start', '--port', '0', '--store', 'memory:', '--secrets-file', file]);
  expect([code, error]).toEqual([4, expect.stringMatching(/mode 0644: .*Set 0600 or 0640\.\n$/)]);
});

describe('millrace run', () => {
  it('prints the output on standard output, and each task on standard error', async () => {
    const { code, out, error } = await run(['run', 'greet.yaml', '--input', '{"name":"Ada"}']);
    expect([code, JSON.parse(out)]).toEqual([0, { greeting: 'Hello, Ada' }]);
    expect(error.replaceAll(/ {2}\d+ ms/g, '')).toBe(
      '✓ greet\n✓ twice › inner\n✓ twice › inner #2\n✓ twice\n',
    );
  });

  it('names functions as their authors do, and tells of a task with extensions once', async () => {
    const { error } = await run(['run', 'reuse.yaml']);
    const ended = error.split('\n').filter((line) => line.startsWith('✓'));
    expect(ended.map((line) => line.replace(/ {2}.*/, ''))).toEqual([
      ...['✓ e › b', '✓ e', '✓ f', '✓ c'],
      ...['✓ e › b #2', '✓ e #2', '✓ s'],
    ]);
  });

  it('takes the input from a file', async () => {
    const { out } = await run(['run', 'greet.yaml', '--quiet', '--input', '@input.yaml']);
    expect(JSON.parse(out)).toEqual({ greeting: 'Hello, Bo' });
  });

  it('exits 1 on a fault, and shows error and line', async () => {
    const { code, out, error } = await run(['run', 'fault.yaml']);
    expect([code, out]).toEqual([1, '']);
    expect(error).toContain(
      'faulted: Stopped\n  type    https://example.com/e\n  status  418\n  detail  no tea\n',
    );
    expect(error).toMatch(/at {6}fault\.yaml:7:5\n {4}7 \| {3}- stop:\n {6}\| {5}\^/);
  });

  it('exits 3 on a definition with errors, each with its place', async () => {
    const { code, error } = await run(['run', 'bad.yaml']);
    expect(code).toBe(3);
    expect(error).toMatch(/^bad\.yaml:8:7: .*'sett'/m);
    expect(error).toMatch(/^bad\.yaml:10:13: /m);
  });

  it('cancels what has not ended in time, and at an interrupt', async () => {
    expect(await run(['run', 'long.yaml', '--wait', '100ms'])).toMatchObject({
      code: 1,
      error: expect.stringContaining('was cancelled'),
    });
    const { child, ended, error } = open(['run', 'long.yaml']);
    await expect.poll(error, { timeout: 15_000 }).toContain('waits');
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: 130, error: expect.stringContaining('interrupted') });
  });
});

it('millrace validate prints every error of every file as file:line:column', async () => {
  const { code, out, error } = await run(['validate', 'greet.yaml', 'bad.yaml']);
  expect([code, out]).toEqual([3, 'greet.yaml: valid: test/flow/1.0.0\n']);
  expect(error.trim().split('\n')).toHaveLength(2);
});

it('millrace validate warns of what is valid and cannot be run by this version, and exits 0', async () => {
  const { code, out, error } = await run(['validate', 'later.yaml']);
  expect([code, out]).toEqual([0, 'later.yaml: valid: test/flow/1.0.0\n']);
  expect(error).toBe(
    'later.yaml:9:5: warning: `run: shell` tasks cannot be run by this version yet (at /do/1/b)\n',
  );
  const json = await run(['validate', 'later.yaml', '--json']);
  expect(json.code).toBe(0);
  expect(JSON.parse(json.out)).toEqual([
    {
      file: 'later.yaml',
      ok: true,
      workflow: 'test/flow/1.0.0',
      unsupported: [
        {
          line: 9,
          column: 5,
          pointer: '/do/1/b',
          message: '`run: shell` tasks cannot be run by this version yet',
        },
      ],
      warnings: [],
    },
  ]);
});

it('millrace validate --json gives programs the same', async () => {
  const { code, out } = await run(['validate', 'greet.yaml', 'bad.yaml', '--json']);
  expect(code).toBe(3);
  expect(JSON.parse(out)).toMatchObject([
    { file: 'greet.yaml', ok: true, workflow: 'test/flow/1.0.0' },
    {
      file: 'bad.yaml',
      ok: false,
      errors: [
        { line: 8, column: 7 },
        { line: 10, column: 13 },
      ],
    },
  ]);
});

const hasTerminal = spawnSync('script', ['--version']).status === 0;

it.skipIf(!hasTerminal).each([
  [{}, true],
  [{ NO_COLOR: '1' }, false],
  [{ TERM: 'dumb' }, false],
])('on a terminal with %j there are colours: %s (skipped where `script` is missing)', (env, colours) => {
  const command = `'${process.execPath}' '${launcher}' run fault.yaml`;
  const { stdout } = spawnSync('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env.PATH, TERM: 'xterm', ...env },
    encoding: 'utf8',
  });
  expect(stdout).toContain('Stopped');
  expect(stdout.includes('\u001b[31m')).toBe(colours);
});

it('millrace jq reads standard input or files, and exits as jq does', async () => {
  expect(await run(['jq', '-c', '.a|add'], { stdin: '{"a":[1,2]}' })).toMatchObject({ code: 0, out: '3\n' });
  expect(await run(['jq', '-c', '.a', 'data.json', '--arg', 'x', '1'])).toMatchObject({
    code: 0,
    out: '[1,2]\n',
  });
  expect((await run(['jq', '-n', '1+'])).code).toBe(3);
});

it('millrace config tells value, source and meaning, and no key', async () => {
  const { code, out } = await run(['config', '--host', 'localhost'], {
    env: { API_KEYS: 'hush-hush', MILLRACE_LEASE_MS: '5s' },
  });
  expect(code).toBe(0);
  for (const text of [
    'host = localhost\n    from --host.',
    'leaseMs = 5 s\n    from MILLRACE_LEASE_MS.',
    'port = 0\n    from port in ./millrace.yaml.',
  ]) {
    expect(out).toContain(text);
  }
  expect(out).not.toContain('hush');
});

describe('millrace start', () => {
  it('says where and how it serves, runs for a remote `run`, and stops at SIGTERM', async () => {
    const server = await openServer(['--origin-map', '{"https://a.example":"http://127.0.0.1:1"}']);
    expect(server.out()).toMatch(
      /store +memory.*\n +roles +api, worker, executor, timer, events\n +network .*loopback\n +mapped +calls to https:\/\/a\.example go to http:\/\/127\.0\.0\.1:1\n/,
    );
    const places = server.out().match(/http:\/\/[^\s)]+(?=\)| {2}\()/g) ?? [];
    expect(places.map((place) => place.replace(server.url, ''))).toEqual(['', '/docs', '/openapi.json']);
    for (const place of places.slice(1)) expect((await fetch(place)).status, place).toBe(200);
    const remote = await run(['run', 'greet.yaml', '--server', server.url, '--input', '{"name":"Cy"}']);
    expect(JSON.parse(remote.out)).toEqual({ greeting: 'Hello, Cy' });
    expect(remote.error).toContain('✓ greet');
    expect((await run(['run', 'fault.yaml'], { env: { MILLRACE_SERVER: server.url } })).code).toBe(1);
    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
    expect(await run(['run', 'greet.yaml', '--server', server.url])).toMatchObject({
      code: 4,
      error: expect.stringContaining('cannot be reached'),
    });
  });

  it('logs the roles that it lacks when no other process can have them, and nothing of the kind when it has all', async () => {
    const part = await openServer(['--roles', 'api,worker,executor']);
    const whole = await openServer();
    for (const { child } of [part, whole]) child.kill('SIGTERM');
    expect((await part.ended).error).toMatch(/no running process has these roles.*timer.*events/);
    expect((await whole.ended).error).not.toContain('no running process');
  });

  it('exits 4 and says what to do when its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { code, error } = await run(['start', '--store', 'memory:', '--port', String(port)]);
    other.close();
    expect(code).toBe(4);
    expect(error).toContain(`Port ${port} of 127.0.0.1 is taken by another program.`);
  });

  it('exits 4 when another process has its store, and names it', async () => {
    const store = ['--store', 'sqlite:taken.db'];
    const first = await openServer(store);
    const { code, error } = await run(['start', ...store]);
    first.child.kill('SIGTERM');
    expect(code).toBe(4);
    expect(error).toContain(`process ${first.child.pid}`);
    expect((await first.ended).code).toBe(0);
  });

  it('exits 4 on a public address without keys', async () => {
    const { code, error } = await run(['start', '--host', '0.0.0.0', '--store', 'memory:']);
    expect([code, error]).toEqual([4, expect.stringContaining('there are no API keys')]);
  });
});

describe.skipIf(oldNode === undefined)('on a Node that is too old (skipped where there is none)', () => {
  const old: Options = oldNode === undefined ? {} : { node: oldNode };

  it('the program runs on the Node that came with it, with the same streams and exit code', async () => {
    expect(await run(['jq', '.a'], { ...old, stdin: '{"a":7}' })).toMatchObject({ code: 0, out: '7\n' });
    expect((await run(['run', 'fault.yaml'], old)).code).toBe(1);
  });

  it('a signal is passed on, and the server stops in order', async () => {
    const server = await openServer([], old);
    server.child.kill('SIGTERM');
    expect((await server.ended).code).toBe(0);
  });

  it('a launcher that is killed takes the server with it', async () => {
    const server = await openServer([], old);
    server.child.kill('SIGKILL');
    const isGone = () =>
      fetch(`${server.url}/health`).then(
        () => false,
        () => true,
      );
    await expect.poll(isGone, { timeout: 5_000 }).toBe(true);
  });
});
