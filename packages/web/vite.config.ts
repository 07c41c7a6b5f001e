import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** The server whose API `npm run dev` shows the pages over. */
const server = 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), tailwindcss(), licences(), compressed()],
  resolve: { conditions: ['millrace-source', 'module', 'browser', 'development|production'] },
  build: {
    target: 'es2023',
    // The content security policy of the server lets in no script or font that stands in an address.
    assetsInlineLimit: 0,
    // ELK is one file of 1.6 MB, loaded in a worker when a graph is first drawn.
    chunkSizeWarningLimit: 2_000,
  },
  worker: { format: 'es' },
  server: {
    proxy: Object.fromEntries(
      ['/api', '/metrics', '/ready', '/health', '/docs', '/openapi.json'].map((path) => [path, server]),
    ),
  },
});

/** Names the packages that went into the pages, with their licences, in `licenses.txt`. */
function licences(): Plugin {
  return {
    name: 'millrace-licences',
    apply: 'build',
    generateBundle() {
      const folders = [...this.getModuleIds()].map(
        (id) => /^\0?(.*node_modules\/(?:@[^/]+\/)?[^/?]+)/.exec(id)?.[1],
      );
      const found = [...new Set(folders.filter((folder) => folder !== undefined))].sort();
      const source = found.map(licenceOf).join(`\n${'-'.repeat(80)}\n\n`);
      this.emitFile({ type: 'asset', fileName: 'licenses.txt', source });
    },
  };
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim();
  return `${name} ${version} (${license})\n\n${text}\n`;
}

/** Leaves each text beside itself in gzip and Brotli, so that the server compresses nothing while it serves. */
function compressed(): Plugin {
  return {
    name: 'millrace-compressed',
    apply: 'build',
    writeBundle: ({ dir = 'dist' }) => {
      const names = readdirSync(dir, { recursive: true, encoding: 'utf8' });
      for (const name of names.filter((each) => /\.(js|css|svg)$/.test(each))) {
        const file = join(dir, name);
        const content = readFileSync(file);
        writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
        // 11, the default, takes 4 s for ELK alone and saves 5 % more.
        writeFileSync(
          `${file}.br`,
          brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
        );
      }
    },
  };
}
