/** Each package as it is published, held against what runtimes, bundlers and npm make of its manifest. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-publint-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The package with its modules and declarations; types are checked elsewhere. */
function emitted(name: string): string {
  const from = join(root, 'packages', name);
  const to = join(folder, name);
  for (const file of ['package.json', 'README.md', 'LICENSE']) cpSync(join(from, file), join(to, file));
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const emit = ['--noEmit', 'false', '--declaration', '--noCheck', '--noResolve'];
  const places = ['--rootDir', join(from, 'src'), '--outDir', join(to, 'dist')];
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', from, ...emit, ...places], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stdout);
  return to;
}

async function messagesOf(pkgDir: string): Promise<unknown[]> {
  const { messages } = await publint({ pkgDir, pack: false, strict: true });
  return messages.map(({ code, path, args }) => ({ code, path, args }));
}

describe('a published package', () => {
  it.each(['jq', 'core', 'sdk'])('%s has nothing that publint objects to', async (name) => {
    expect(await messagesOf(emitted(name))).toEqual([]);
  });

  it('is built before it is packed', ({ skip }) => {
    if (spawnSync('npm', ['--version']).status !== 0) skip('npm is not installed');
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts=false'];
    const { stdout } = spawnSync('npm', args, { cwd: join(root, 'packages/jq'), encoding: 'utf8' });
    expect(stdout).toContain('"path": "dist/index.js"');
  });

  it('is objected to when its door leads nowhere', async () => {
    const broken = join(folder, 'broken');
    cpSync(join(root, 'packages/jq/README.md'), join(broken, 'README.md'));
    const manifest = {
      name: 'broken',
      version: '1.0.0',
      type: 'module',
      license: 'MIT',
      exports: './dist/index.js',
    };
    writeFileSync(join(broken, 'package.json'), JSON.stringify(manifest));
    expect(await messagesOf(broken)).toMatchObject([{ code: 'FILE_DOES_NOT_EXIST' }]);
  });

  it('millrace is neither packed nor published from its sources by mistake, and npm says how it is', ({
    skip,
  }) => {
    if (spawnSync('npm', ['--version']).status !== 0) skip('npm is not installed');
    const npm = (...args: string[]) =>
      spawnSync('npm', args, { cwd: join(root, 'packages/server'), encoding: 'utf8' });
    const packed = npm('pack', '--dry-run', '--ignore-scripts=false');
    expect([packed.status, packed.stderr]).toEqual([1, expect.stringContaining('npm run pack -- FOLDER')]);
    // npm refuses to publish what is private.
    const manifest = readFileSync(join(root, 'packages/server/package.json'), 'utf8');
    expect(JSON.parse(manifest)).toMatchObject({ private: true });
  });
});
