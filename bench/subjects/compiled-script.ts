/** Scripts of this folder as one file of plain JavaScript: what strips types takes 30 MB in the process that is measured. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Plugin } from 'esbuild';

const bench = fileURLToPath(new URL('..', import.meta.url));
const made = new Map<string, Promise<string>>();

/** The path of the compiled script, made once in a run. */
export function compileScript(name: string): Promise<string> {
  const known = made.get(name);
  if (known !== undefined) return known;
  const path = compile(name);
  made.set(name, path);
  return path;
}

async function compile(name: string): Promise<string> {
  const outfile = join(bench, '.compiled', name.replace(/\.ts$/, '.js'));
  await build({
    entryPoints: [join(bench, name)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    packages: 'external',
    logLevel: 'error',
    plugins: [ownAddresses],
  });
  return outfile;
}

/** Each module finds its files from where it was written; plain scripts of the project are taken from where they are. */
const ownAddresses: Plugin = {
  name: 'own-addresses',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /\/scripts\/.*\.js$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path),
      external: true,
    }));
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
      return { contents, loader: 'ts' };
    });
  },
};
