/** What a page carries when it imports the client, and where that runs. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServer } from './testing/server-process.ts';

async function bundle(source: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname, loader: 'ts' },
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    conditions: ['millrace-source'],
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

const definition =
  "document: { dsl: '1.0.3', namespace: test, name: page, version: '1.0.0' }\ndo:\n  - rest: { wait: { milliseconds: 50 } }\n  - done: { set: { ok: true } }\n";
const journey = `
  import { createClient } from './index.ts';
  globalThis.done = (async () => {
    const millrace = createClient(globalThis.url);
    await millrace.workflows.deploy(globalThis.definition);
    const { execution } = await millrace.executions.start({ workflow: 'test/page' });
    const types = [];
    for await (const { fact } of millrace.executions.watch(execution.id)) types.push(fact.type);
    const { output } = await millrace.executions.get(execution.id);
    await millrace.close();
    return JSON.stringify({ last: types.at(-1), output });
  })();
`;
const expected = JSON.stringify({ last: 'execution.completed', output: { ok: true } });

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

describe('the client alone', () => {
  it('carries neither the engine nor the language: 8 kB at most, compressed', async () => {
    const code = await bundle("export { createClient } from './index.ts';");
    expect(gzipSync(code).length).toBeLessThan(8_192);
    expect(code).not.toContain('import(');
    expect(code).not.toContain('npm install millrace');
  });

  it('runs where there is nothing but the web', async () => {
    const realm = {
      ...{ fetch, Headers, URL, AbortController, TextDecoder, crypto, setTimeout, clearTimeout },
      url: server.url,
      definition,
    };
    const page: Record<string, unknown> = { ...realm };
    runInNewContext(await bundle(journey), page);
    expect(await page.done).toBe(expected);
  });

  it('runs on Node 20', async ({ skip }) => {
    const old = ['/usr/bin/node', '/usr/local/bin/node'].find(isNode20);
    if (old === undefined) skip('there is no Node 20 on this machine');
    const script = `globalThis.url = ${JSON.stringify(server.url)}; globalThis.definition = ${JSON.stringify(definition)}; ${await bundle(journey)}; globalThis.done.then(console.log);`;
    const { stdout, stderr } = spawnSync(String(old), ['-e', script], { encoding: 'utf8' });
    expect({ stdout: stdout.trim(), stderr }).toEqual({ stdout: expected, stderr: '' });
  });
});

describe('an embedded engine', () => {
  it('is refused in a page, which has no files and no threads', async () => {
    const source = "import { createEngine } from './index.ts'; globalThis.done = createEngine();";
    const page: Record<string, unknown> = {
      ...{ AbortController, TextDecoder, TextEncoder, URL, setTimeout, clearTimeout },
    };
    runInNewContext(await bundle(source), page);
    await expect(page.done).rejects.toThrow('not run in a browser');
  });
});

function isNode20(path: string): boolean {
  return existsSync(path) && spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.startsWith('v20.');
}
