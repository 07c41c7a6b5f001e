/**
 * Builds what `millrace` runs: one file for the server and one for its storage thread, in `packages/server/dist`.
 * `ensureBuilt` does it only when a source has changed. Plain JavaScript for Node 20.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureInstalled } from './install.js';
import { root, runNode } from './runtime.js';

// In the order in which one needs the declarations of the other.
const packages = ['jq', 'core', 'server', 'sdk'];
const source = join(root, 'packages', 'server', 'src');
const dist = join(root, 'packages', 'server', 'dist');
const stamp = join(dist, '.sources');
const entryPoints = {
  cli: join(source, 'cli', 'main.ts'),
  'storage-thread': join(source, 'drivers', 'sqlite', 'storage-thread.ts'),
};

/** Builds the server unless the one that is there was made from these very sources; answers whether it did. */
export async function ensureBuilt() {
  const fingerprint = fingerprintSources();
  if (readIfPresent(stamp) === fingerprint && outputs().every(existsSync)) return false;
  await bundle(fingerprint);
  return true;
}

/** Bundles the server with everything it imports. Files are replaced whole, so a reader never sees half of one. */
export async function bundle(fingerprint = fingerprintSources()) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints,
    outdir: dist,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    conditions: ['millrace-source'],
    external: ['*.node'],
    // One file, not split: in parts, a CommonJS package that is imported late comes without its named exports.
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: 'linked',
    legalComments: 'none',
    logLevel: 'error',
    write: false,
    // CommonJS packages inside an ES module bundle still call `require` for Node's own modules.
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  mkdirSync(dist, { recursive: true });
  for (const file of outputFiles) replaceFile(file.path, file.contents);
  replaceFile(stamp, fingerprint);
}

/** Emits modules and type declarations of each package, as they are published. */
async function emitPackages() {
  for (const name of packages) {
    const folder = join('packages', name);
    const args = [
      '-p',
      folder,
      '--noEmit',
      'false',
      '--declaration',
      '--rootDir',
      join(folder, 'src'),
      '--outDir',
      join(folder, 'dist'),
    ];
    const code = await runNode([
      join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
      ...args,
      '--customConditions',
      'null',
    ]);
    if (code !== 0) return code;
  }
  return 0;
}

/** Digest over path, size and time of every file that goes into the bundle. */
function fingerprintSources() {
  const hash = createHash('sha256');
  const files = packages.flatMap((name) => listSources(join(root, 'packages', name, 'src')));
  const others = ['package-lock.json', join('scripts', 'build.js')].map((name) => join(root, name));
  const manifests = packages.map((name) => join(root, 'packages', name, 'package.json'));
  for (const file of [...files, ...others, ...manifests]) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(root, file)}\n${size}\n${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function listSources(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.(test|bench|contract)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function outputs() {
  return Object.keys(entryPoints).map((name) => join(dist, `${name}.js`));
}

function readIfPresent(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function replaceFile(path, contents) {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`);
  writeFileSync(temporary, contents);
  renameSync(temporary, path);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await ensureInstalled();
  for (const name of packages) rmSync(join(root, 'packages', name, 'dist'), { recursive: true, force: true });
  await bundle();
  process.exitCode = await emitPackages();
}
