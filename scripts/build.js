/**
 * Builds what `millrace` runs: one file for the server, one for who embeds it, one for their storage thread, and the
 * pages that the server serves, in `packages/server/dist`.
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
const web = join(root, 'packages', 'web');
/** Where the built pages lie. */
export const pages = join(dist, 'pages');
const pagesStamp = join(dist, '.pages-sources');
const entryPoints = {
  cli: join(source, 'cli', 'main.ts'),
  millrace: join(source, 'index.ts'),
  'storage-thread': join(source, 'drivers', 'sqlite', 'storage-thread.ts'),
  'http-thread': join(source, 'http-client', 'http-thread.ts'),
};

/**
 * Node's own modules by `require`, when they are first used: importing one reads all that it exports, which for
 * `node:http` loads a whole client for web sockets. A start is 40 ms shorter.
 */
const builtinsByRequire = {
  name: 'builtins-by-require',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'require-call' ? undefined : { path, namespace: 'builtin' },
    );
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * Of the HTTP client only what is used, and that when the first call is made: its entry point takes in web sockets, `fetch`,
 * caches and mocks, a quarter of the bundle, which every start would read and run.
 */
const partOfUndici = {
  name: 'part-of-undici',
  setup(build) {
    build.onResolve({ filter: /^undici$/ }, ({ path, resolveDir }) => ({
      path,
      namespace: 'part-of-undici',
      pluginData: resolveDir,
    }));
    build.onLoad({ filter: /.*/, namespace: 'part-of-undici' }, ({ pluginData }) => ({
      contents: `module.exports = {
  get Agent() { return require('undici/lib/dispatcher/agent.js'); },
  get buildConnector() { return require('undici/lib/core/connect.js'); },
};`,
      resolveDir: pluginData,
    }));
  },
};

/** What packages load at their start and nobody here uses: HTTP/2, and the versions that Fastify's plugins ask for. */
const loadedWhenUsed = {
  name: 'loaded-when-used',
  setup(build) {
    build.onResolve({ filter: /^(node:http2|semver)$/ }, ({ path, importer, resolveDir }) =>
      importer.includes(join('node_modules', 'fastify', 'lib'))
        ? { path, namespace: 'loaded-when-used', pluginData: resolveDir }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'loaded-when-used' }, ({ path, pluginData }) => ({
      contents: `module.exports = new Proxy({}, { get: (_, name) => require(${JSON.stringify(path)})[name] });`,
      resolveDir: pluginData,
    }));
  },
};

/** For esbuild: each entry point becomes one file that needs no package. */
export const bundleOptions = {
  entryPoints,
  outdir: dist,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  conditions: ['millrace-source'],
  // A faster client library of PostgreSQL's, which nobody has to have.
  external: ['*.node', 'pg-native'],
  // One file, not split: in parts, a CommonJS package that is imported late comes without its named exports.
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'error',
  plugins: [loadedWhenUsed, builtinsByRequire, partOfUndici],
  // CommonJS packages inside an ES module bundle still call `require` for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
};

/** Builds the server unless the one that is there was made from these very sources; answers whether it did. */
export async function ensureBuilt() {
  const built = await Promise.all([ensureBundle(), ensurePages()]);
  return built.includes(true);
}

async function ensureBundle() {
  const fingerprint = fingerprintSources();
  if (readIfPresent(stamp) === fingerprint && outputs().every(existsSync)) return false;
  await bundle(fingerprint);
  return true;
}

/** The pages change less often than the server, and take longer: they have a stamp of their own. */
export async function ensurePages() {
  const fingerprint = fingerprintPages();
  if (readIfPresent(pagesStamp) === fingerprint && existsSync(join(pages, 'index.html'))) return false;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const args = ['build', '--outDir', pages, '--emptyOutDir', '--logLevel', 'warn'];
  // A test's own NODE_ENV would make it a build for development.
  const code = await runNode([vite, ...args], { cwd: web, env: { NODE_ENV: 'production' } });
  if (code !== 0) throw new Error(`the pages could not be built: vite ended with ${code}`);
  replaceFile(pagesStamp, fingerprint);
  return true;
}

/** Bundles the server with everything it imports. Files are replaced whole, so a reader never sees half of one. */
export async function bundle(fingerprint = fingerprintSources()) {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({ ...bundleOptions, sourcemap: 'linked', write: false });
  mkdirSync(dist, { recursive: true });
  for (const { path, contents } of outputFiles) {
    // One other character makes V8 hold all of the text in twice its size, and a start take 10 ms more.
    if (path.endsWith('.js') && contents.some((byte) => byte > 127))
      throw new Error(
        `${path} is not ASCII: write what is beyond it in String.raw or in a regular expression as \\u…`,
      );
    replaceFile(path, contents);
  }
  replaceFile(stamp, fingerprint);
}

/** Emits modules and type declarations of each package, as they are published. */
export async function emitPackages(names = packages) {
  for (const name of names) {
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
  const files = packages.flatMap((name) => listSources(join(root, 'packages', name, 'src')));
  const others = ['package-lock.json', join('scripts', 'build.js')].map((name) => join(root, name));
  const manifests = packages.map((name) => join(root, 'packages', name, 'package.json'));
  return fingerprint([...files, ...others, ...manifests]);
}

function fingerprintPages() {
  const sources = ['jq', 'core'].flatMap((name) => listSources(join(root, 'packages', name, 'src')));
  const own = ['src', 'public'].flatMap((name) => listFiles(join(web, name)));
  const others = ['index.html', 'vite.config.ts', 'package.json'].map((name) => join(web, name));
  const examples = listFiles(join(root, 'examples')).filter((file) => /\.(yaml|json|md)$/.test(file));
  return fingerprint([...sources, ...own, ...others, ...examples, join(root, 'package-lock.json')]);
}

function fingerprint(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${relative(root, file)}\n${size}\n${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

function listSources(folder) {
  return listFiles(folder).filter((file) => !/\.(test|bench|contract|fixture)\.ts$/.test(file));
}

function listFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
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
  await Promise.all([bundle(), ensurePages()]);
  process.exitCode = await emitPackages();
}
