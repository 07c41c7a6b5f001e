/**
 * `npm run pack [-- FOLDER]`: the package `millrace` as it is published, a tarball in FOLDER (default `dist`). Plain
 * JavaScript for Node 20.
 *
 * It needs no other package: everything that it imports is bundled, the workspace's packages included, with the
 * licences of what is bundled beside it. Only the Node that runs it on an older host comes from the registry, as an
 * optional dependency. The manifest is that of `packages/server` with just this changed.
 */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { bundleOptions, ensurePages, pages } from './build.js';
import { ensureInstalled } from './install.js';
import { root, run, runNode } from './runtime.js';

const server = join(root, 'packages', 'server');
const typed = ['jq', 'core', 'server'];
const files = ['bin', 'dist', 'README.md', 'LICENSE'];

const target = resolve(process.argv[2] ?? join(root, 'dist'));
const stage = mkdtempSync(join(tmpdir(), 'millrace-pack-'));

async function pack() {
  for (const name of files.filter((each) => each !== 'dist'))
    cpSync(join(server, name), join(stage, name), { recursive: true });
  const bundled = await bundleInto(join(stage, 'dist'));
  writeFileSync(join(stage, 'dist', 'licenses.txt'), licensesOf(bundled));
  await ensurePages();
  cpSync(pages, join(stage, 'dist', 'pages'), { recursive: true });
  const code = await emitTypes(join(stage, 'dist', 'types'));
  if (code !== 0) return code;
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(toManifest(), null, 2)}\n`);
  return npm(['pack', '--silent', '--ignore-scripts', '--pack-destination', target, stage]);
}

function toManifest() {
  const source = readJson(join(server, 'package.json'));
  const {
    dependencies: _bundled,
    exports: _sources,
    scripts: _ofSources,
    private: _here,
    ...manifest
  } = source;
  const { optionalDependencies } = readJson(join(root, 'package.json'));
  return {
    ...manifest,
    files,
    exports: { '.': { types: './dist/types/server/index.d.ts', default: './dist/millrace.js' } },
    optionalDependencies,
  };
}

/** Answers the folders of the packages that went in, from the repository's root. */
async function bundleInto(outdir) {
  const { build } = await import('esbuild');
  const { metafile } = await build({ ...bundleOptions, outdir, absWorkingDir: root, metafile: true });
  const folders = Object.keys(metafile.inputs).map(
    (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0],
  );
  return [...new Set(folders.filter((folder) => folder !== undefined))].sort();
}

function licensesOf(folders) {
  const texts = folders.map((folder) => {
    const { name, version, license } = readJson(join(root, folder, 'package.json'));
    const file = readdirSync(join(root, folder)).find((each) => /^licen[cs]e/i.test(each));
    const text = file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return `Millrace contains these packages.\n\n${texts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

/** The declarations that the package's door leads to, with the other packages' ones beside them. */
async function emitTypes(outdir) {
  const emitted = join(stage, 'emitted');
  for (const name of typed) {
    const code = await runNode([
      join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      ...['-p', join('packages', name), '--noEmit', 'false', '--declaration', '--emitDeclarationOnly'],
      '--noCheck', // `npm run check` does
      ...['--rootDir', join('packages', name, 'src'), '--outDir', join(emitted, name)],
    ]);
    if (code !== 0) return code;
  }
  const waiting = [join(emitted, 'server', 'index.d.ts')];
  const seen = new Set(waiting);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    const text = readFileSync(file, 'utf8').replace(/(from |import\()'([^']+)'/g, (whole, before, name) => {
      const found = declarationOf(name, file, emitted);
      if (found === undefined) return whole;
      if (!seen.has(found)) waiting.push(found);
      seen.add(found);
      const path = relative(dirname(file), found).replace(/\.d\.ts$/, '.js');
      return `${before}'${path.startsWith('.') ? path : `./${path}`}'`;
    });
    const to = join(outdir, relative(emitted, file));
    mkdirSync(dirname(to), { recursive: true });
    writeFileSync(to, text);
  }
  rmSync(emitted, { recursive: true });
  return 0;
}

/** The file that declares a module; undefined: one of Node's. */
function declarationOf(name, from, emitted) {
  if (name.startsWith('.')) return resolve(dirname(from), name.replace(/\.ts$/, '.d.ts'));
  const own = /^@millrace\/(\w+)$/.exec(name)?.[1];
  if (own !== undefined) return join(emitted, own, 'index.d.ts');
  if (name.startsWith('node:')) return undefined;
  // Only functions that no caller can reach are declared with the types of bundled packages.
  const file = join(emitted, 'opaque', `${name}.d.ts`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, opaqueTypes(name, emitted));
  return file;
}

/** Declares every name that is imported of a package, as unknown. */
function opaqueTypes(name, emitted) {
  const names = new Set();
  for (const entry of readdirSync(emitted, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const text = readFileSync(join(entry.parentPath ?? entry.path, entry.name), 'utf8');
    for (const [, list = '', from] of text.matchAll(/import (?:type )?\{([^}]*)\} from '([^']+)'/g))
      if (from === name) for (const each of list.split(',')) names.add(each.replace(/\btype\b/, '').trim());
  }
  return `${[...names].map((each) => `export type ${each} = unknown;`).join('\n')}\n`;
}

function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** npm says where it is when it started us; without it, the one in the PATH. */
function npm(args) {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return run(process.execPath, [script, ...args]);
  return run('npm', args, { shell: process.platform === 'win32' });
}

await ensureInstalled();
try {
  mkdirSync(target, { recursive: true });
  process.exitCode = await pack();
} finally {
  rmSync(stage, { recursive: true, force: true });
}
