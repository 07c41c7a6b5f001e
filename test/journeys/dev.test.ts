import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const launcher = fileURLToPath(new URL('../../packages/server/bin/millrace.js', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-dev-test-'));
});
const opened: ReturnType<typeof open>[] = [];
afterEach(async () => {
  for (const { child, ended } of opened.splice(0)) {
    child.kill('SIGTERM');
    await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

function open(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [launcher, 'dev', ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...env },
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      printed += chunk;
    });
  const ended = once(child, 'close').then(([code]) => code as number);
  return { child, ended, printed: () => printed };
}

async function dev(args: readonly string[], env: Record<string, string> = {}) {
  const server = open(['--port', '0', ...args], env);
  opened.push(server);
  const urlOf = () => /address +(http:\S+)/.exec(server.printed())?.[1];
  await expect.poll(urlOf, { timeout: 15_000 }).toBeDefined();
  const says = (text: string) => expect.poll(server.printed, { timeout: 10_000 }).toContain(text);
  return { ...server, says, url: urlOf() ?? '' };
}

function write(name: string, tasks: string, workflow = 'flow', more = ''): void {
  const head = `document: { dsl: '1.0.3', namespace: t, name: ${workflow}, version: '1.0.0' }\n`;
  writeFileSync(join(folder, name), `${head}${more}do:\n${tasks}`);
}

async function run(url: string, name: string) {
  const answer = await fetch(`${url}/api/v1/executions?wait=20s`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ workflow: { namespace: 't', name } }),
  });
  return (await answer.json()) as { id: string; status: string; output: unknown; detail?: string };
}

describe('millrace dev', () => {
  it('publishes the workflows of a folder and of files, and those that change anew under the same version', async () => {
    mkdirSync(join(folder, 'flows'));
    write('flows/a.yaml', '  - a: { set: { n: 1 } }\n', 'a');
    writeFileSync(join(folder, 'flows/input.json'), '{"document": 5}');
    write('b.yaml', '  - b: { run: { workflow: { namespace: t, name: c, version: latest } } }\n', 'b');
    const { url, says } = await dev(['flows', 'b.yaml']);
    await says('flows/a.yaml: published: t/a/1.0.0');
    await says('b.yaml: published: t/b/1.0.0');
    await says('b.yaml:3: warning: ');
    expect(await run(url, 'a')).toMatchObject({ status: 'completed', output: { n: 1 } });
    write('flows/a.yaml', '  - a: { set: { n: 2 } }\n', 'a');
    await says('flows/a.yaml: published anew: t/a/1.0.0');
    expect(await run(url, 'a')).toMatchObject({ output: { n: 2 } });
    write('flows/c.yaml', '  - c: { set: { n: 3 } }\n', 'c');
    await says('flows/c.yaml: published: t/c/1.0.0');
    expect(await run(url, 'b')).toMatchObject({ output: { n: 3 } });
    rmSync(join(folder, 'flows/c.yaml'));
    await says('flows/c.yaml: removed');
    expect(await run(url, 'b')).toMatchObject({ status: 'faulted' });
  });

  it('tells every error of a file with its place, keeps what was there, and goes on', async () => {
    write('a.yaml', '  - a: { set: { n: 1 } }\n');
    const { url, says, printed } = await dev(['a.yaml']);
    await says('published: t/flow/1.0.0');
    write('a.yaml', '  - a: { sett: { n: 1 } }\n  - b: { wait: soon }\n');
    await says('a.yaml:3:10: expected one of call');
    await says('a.yaml:4:16: ');
    expect(await run(url, 'flow')).toMatchObject({ output: { n: 1 } });
    write('a.yaml', '  - a: { wait: { days: 1 } }\n', 'other');
    await says('published anew: t/other/1.0.0');
    expect(await run(url, 'flow')).toMatchObject({ status: 404 });
    expect(printed()).not.toContain('work failed');
  });

  it('lets days pass in no time with --virtual-time, which needs a store that is lost', async () => {
    write('a.yaml', '  - a: { wait: { days: 9 } }\n  - b: { set: { n: 1 } }\n');
    const { url, printed, says } = await dev(['a.yaml', '--virtual-time', '--no-watch']);
    await says('published: ');
    expect(printed()).toMatch(/time +is virtual/);
    const begun = performance.now();
    expect(await run(url, 'flow')).toMatchObject({ status: 'completed', output: { n: 1 } });
    expect(performance.now() - begun).toBeLessThan(10_000);
    const refused = open(['--virtual-time', '--store', 'sqlite:kept.db']);
    expect(await refused.ended).toBe(2);
    expect(refused.printed()).toContain('for the store memory: only');
  });

  it('keeps nothing, and leaves the store that the environment names alone', async () => {
    write('a.yaml', '  - a: { set: { n: 1 } }\n');
    const env = { MILLRACE_STORE: 'sqlite:kept.db', DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none' };
    const { url, says } = await dev(['a.yaml'], env);
    await says('published: ');
    expect(await run(url, 'flow')).toMatchObject({ status: 'completed' });
    expect(existsSync(join(folder, 'kept.db'))).toBe(false);
    expect(existsSync(join(folder, '.millrace'))).toBe(false);
  });

  it('says which file is not there', async () => {
    const { ended, printed } = open(['none.yaml']);
    expect(await ended).toBe(2);
    expect(printed()).toContain('none.yaml cannot be read: there is no such file.');
  });

  it('ends when it cannot publish what it was started for', async () => {
    for (let index = 0; index <= 1_000; index += 1) write(`f${index}.yaml`, '  - a: { set: { n: 1 } }\n');
    const { child, ended, printed } = open(['--port', '0', folder]);
    const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
    expect(await ended).toBe(2);
    clearTimeout(timer);
    expect(printed()).toContain('dev publishes at most 1000');
  }, 30_000);
});
