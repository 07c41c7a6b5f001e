/** The package as it is published: packed, installed into an empty folder without a network, and used there. */
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const hasNpm = spawnSync('npm', ['--version']).status === 0;
const version: string = JSON.parse(readFileSync(join(root, 'packages/server/package.json'), 'utf8')).version;

/** The machine's own Node when it is too old to run Millrace itself, else the one of these tests. */
const hostNode =
  (process.env.PATH ?? '')
    .split(delimiter)
    .map((entry) => join(entry, 'node'))
    .find((path) => existsSync(path) && majorOf(path) >= 20 && majorOf(path) < 24) ?? process.execPath;

function majorOf(node: string): number {
  return Number(/^v(\d+)/.exec(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout)?.[1] ?? 0);
}

/** The Node that npm would bring along; it is linked here, since there is no network. */
const packagedNode = join(root, 'node_modules', `node-${process.platform}-${process.arch}`);

describe.skipIf(!hasNpm)('the packed package (skipped where npm is not installed)', () => {
  let folder: string;
  let app: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'millrace-packed-'));
    app = join(folder, 'app');
    mkdirSync(app);
    run(hostNode, [join(root, 'scripts/pack.js'), folder], root);
    writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }\n');
    const quiet = ['--offline', '--no-audit', '--no-fund', '--cache', join(folder, 'cache')];
    const packages = [
      join(folder, `millrace-${version}.tgz`),
      ...(existsSync(packagedNode) ? [packagedNode] : []),
    ];
    run('npm', ['install', ...quiet, ...packages], app);
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** On the host's Node, found first in the PATH as the `#!` line of the program looks for it. */
  function run(command: string, args: readonly string[], cwd: string) {
    const env = { HOME: folder, PATH: `${dirname(hostNode)}${delimiter}${process.env.PATH}` };
    const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  }

  const millrace = (...args: readonly string[]) =>
    run(join(app, 'node_modules', '.bin', 'millrace'), args, app);

  it('installs into an empty folder from an empty cache: it needs no other package', () => {
    const installed = readdirSync(join(app, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed.filter((name) => !name.startsWith('node-'))).toEqual(['millrace']);
  });

  it('holds no source, test or map, and the licence of everything that is bundled', () => {
    const files = readdirSync(join(app, 'node_modules', 'millrace'), { recursive: true }).map(String);
    expect(files.filter((name) => /\.(test\.|map$)|(?<!\.d)\.ts$/.test(name))).toEqual([]);
    const licenses = readFileSync(join(app, 'node_modules/millrace/dist/licenses.txt'), 'utf8');
    for (const name of ['fastify', 'undici', 'yaml', 'typebox', 'ipaddr.js'])
      expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
    const ofPages = readFileSync(join(app, 'node_modules/millrace/dist/pages/licenses.txt'), 'utf8');
    for (const name of ['react', 'elkjs', '@codemirror/view', '@xyflow/react'])
      expect(ofPages).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(`, 'm'));
  });

  it('has nothing that publint objects to', async () => {
    const { messages } = await publint({
      pkgDir: join(app, 'node_modules', 'millrace'),
      pack: false,
      strict: true,
    });
    expect(messages).toEqual([]);
  });

  it('`millrace --version` and `millrace run` work', () => {
    expect(millrace('--version')).toBe(`${version}\n`);
    const output = millrace(
      'run',
      join(root, 'examples/hello.yaml'),
      '--quiet',
      '--input',
      '{"name": "Ada"}',
    );
    expect(JSON.parse(output)).toEqual({ greeting: 'Hello, Ada!' });
  });

  it('`millrace start` serves the pages, with what they are made of', async () => {
    const program = join(app, 'node_modules', '.bin', 'millrace');
    const env = { HOME: folder, PATH: `${dirname(hostNode)}${delimiter}${process.env.PATH}` };
    const server = spawn(program, ['start', '--port', '0', '--store', 'memory:'], { cwd: app, env });
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let printed = '';
        server.stdout.on('data', (text: Buffer) => {
          printed += String(text);
          const found = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
          if (found !== undefined) resolve(found);
        });
        server.once('exit', () => reject(new Error(`it ended:\n${printed}`)));
      });
      const page = await (await fetch(url)).text();
      const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1];
      expect(script).toBeDefined();
      expect((await fetch(`${url}${script}`)).status).toBe(200);
    } finally {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill();
      await ended;
    }
  });

  it('its storage thread is there: an execution is kept in a SQLite file', () => {
    millrace('run', join(root, 'examples/hello.yaml'), '--quiet', '--store', 'sqlite:kept.db');
    expect(existsSync(join(app, 'kept.db'))).toBe(true);
  });

  it('a program embeds it, and its types hold without the libraries that are bundled', () => {
    const program = `import { createEngine, type ExecutionView } from 'millrace';
const engine = await createEngine({ store: 'memory:' });
const definition = ${JSON.stringify(readFileSync(join(root, 'examples/hello.yaml'), 'utf8'))};
const execution: ExecutionView = await engine.run({ definition, input: { name: 'Cy' } });
// @ts-expect-error a phase is no number: the types are those of the engine, not any
export const wrong: number = execution.status;
console.log(JSON.stringify(execution.output));
await engine.close();
`;
    writeFileSync(join(app, 'main.ts'), program);
    const compiler = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      'false',
      '--module',
      'nodenext',
      '--target',
      'es2024',
    ];
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    run(process.execPath, [tsc, ...compiler, ...types, '--checkers', '1', 'main.ts'], app);
    expect(run(process.execPath, ['main.ts'], app)).toBe('{"greeting":"Hello, Cy!"}\n');
  });
});
