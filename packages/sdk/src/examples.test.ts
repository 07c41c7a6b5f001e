/** The programs of examples/sdk, compiled and run, and the README's snippets, which are parts of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { startServer } from './testing/server-process.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, 'examples/sdk');
const programs = readdirSync(folder).filter((name) => name.endsWith('.ts'));

function launch(name: string, args: readonly string[] = [], environment = {}): ChildProcess {
  const path = join(folder, name);
  return spawn(process.execPath, ['--conditions=millrace-source', path, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function outputOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null || child.stderr === null) throw new Error('the program has no output');
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  expect({ code: child.exitCode, errors }).toEqual({ code: 0, errors: '' });
  return out;
}

describe('the examples', () => {
  it('compile', async () => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const child = spawn(process.execPath, [
      tsc,
      '-p',
      folder,
      '--noEmit',
      '--pretty',
      'false',
      '--checkers',
      '1',
    ]);
    const out = await text(child.stdout);
    expect(out.split('\n').filter((line) => line.includes('examples/sdk'))).toEqual([]);
    expect(programs.length).toBeGreaterThan(0);
  });

  it('basic-usage runs against a server with API keys', async () => {
    const key = 'a-key-of-16-chars';
    const server = await startServer({ environment: { MILLRACE_API_KEYS: key } });
    const out = await outputOf(launch('basic-usage.ts', [server.url], { MILLRACE_API_KEY: key }));
    await server.stop();
    const lines = out.trim().split('\n');
    expect(lines[0]).toBe("completed { greeting: 'Hello, Ada!' }");
    expect(lines[1]).toBe('1 execution.started');
    expect(lines.filter((line) => line.endsWith('execution.completed'))).toHaveLength(1);
    expect(lines.filter((line) => /^\d{4}-.*Z \S+$/.test(line))).toHaveLength(2);
    expect(lines.at(-1)).toContain('There is no such thing');
  });

  it('custom-task runs', async () => {
    const [paid, refused] = (await outputOf(launch('custom-task.ts'))).split('\n');
    expect(paid).toBe("{ receipt: '1200 cents of 4242' }");
    expect(refused).toMatch(/^faulted the input of the task charge does not fit its schema: \/cents/);
  });

  it('embedded-server goes on with its orders when it was killed', async () => {
    const data = mkdtempSync(join(tmpdir(), 'millrace-sdk-'));
    const first = launch('embedded-server.ts', ['0', data]);
    const order = `${await addressOf(first)}/orders/A-1`;
    const send = (url: string, body: string) => fetch(url, { method: 'POST', body });
    expect((await send(order, '{"item": "tea"}')).status).toBe(201);
    expect((await send(order, '{"item": "tea"}')).status).toBe(200);
    expect(await (await send(order, '{"item": "coffee"}')).json()).toMatchObject({
      type: 'urn:millrace:problem:idempotency-mismatch',
    });
    first.kill('SIGKILL');
    await once(first, 'exit');
    const second = launch('embedded-server.ts', ['0', data]);
    const url = await addressOf(second);
    const look = async () => (await fetch(`${url}/orders/A-1`)).json();
    await expect
      .poll(look, { timeout: 10_000 })
      .toEqual({ order: 'A-1', status: 'completed', output: { shipped: 'tea' } });
    expect((await fetch(`${url}/orders/absent`)).status).toBe(404);
    second.kill('SIGTERM');
    await once(second, 'exit');
    expect(second.exitCode).toBe(0);
    rmSync(data, { recursive: true });
  });
});

async function addressOf(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the program has no output');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  return String(line);
}

describe('the README', () => {
  const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
  const regions = programs.flatMap((name) =>
    [
      ...readFileSync(join(folder, name), 'utf8').matchAll(/^\/\/ #region .*\n([\s\S]*?)^\/\/ #endregion$/gm),
    ].map((match) => match[1]?.trim()),
  );
  const snippets = [...readme.matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => match[1]?.trim());

  it('shows parts of the programs and nothing else', () => {
    expect(snippets.length).toBeGreaterThan(0);
    for (const snippet of snippets) expect(regions).toContain(snippet);
  });
});
