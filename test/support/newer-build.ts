/**
 * The next version of Millrace, as far as the one of today is concerned: built of the same sources, but with another
 * version, facts of the next schema, and one more migration of the tables.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { bundleOptions } from '../../scripts/build.js';

export interface NewerBuild {
  readonly launcher: string;
  readonly version: string;
  readonly factSchema: number;
  remove(): void;
}

export async function buildNewer(): Promise<NewerBuild> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-newer-'));
  const made: Record<string, string> = {};
  await build({
    ...bundleOptions,
    outdir: join(folder, 'dist'),
    plugins: [...bundleOptions.plugins, raising(made)] as Plugin[],
  } as Parameters<typeof build>[0]);
  mkdirSync(join(folder, 'bin'));
  cpSync(fileURLToPath(new URL('../../packages/server/bin/', import.meta.url)), join(folder, 'bin'), {
    recursive: true,
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  return {
    launcher: join(folder, 'bin', 'millrace.js'),
    version: made.version ?? '',
    factSchema: Number(made.factSchema),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Changes three sources on their way into the build. Each must be what is expected of it, or nothing would be newer. */
function raising(made: Record<string, string>): Plugin {
  const changes: Readonly<Record<string, (text: string) => string>> = {
    'core/src/version.ts': (text) =>
      replaced(text, /(version = '\d+\.\d+\.)(\d+)'/, (_, head, patch) => {
        made.version = `${head.slice(head.indexOf("'") + 1)}${Number(patch) + 1}`;
        return `${head}${Number(patch) + 1}'`;
      }),
    'core/src/model/fact-schema.ts': (text) =>
      replaced(
        replaced(text, /factSchema = (\d+)/, (_, number) => {
          made.factSchema = String(Number(number) + 1);
          return `factSchema = ${made.factSchema}`;
        }),
        /const upcasts: readonly Upcast\[\] = \[/,
        (head) => `${head} (facts) => facts,`,
      ),
    'drivers/postgres/migrations.ts': (text) => {
      const next = text.split('{ number: ').length;
      return replaced(
        text,
        /\n\];/,
        () =>
          `\n  { number: ${next}, name: 'the next', worksFrom: 1, sql: 'alter table {schema}.streams add column later text' },\n];`,
      );
    },
  };
  return {
    name: 'raise-versions',
    setup({ onLoad }) {
      for (const [path, change] of Object.entries(changes))
        onLoad({ filter: new RegExp(`${path.replaceAll('.', '\\.')}$`) }, ({ path: file }) => ({
          contents: change(readFileSync(file, 'utf8')),
          loader: 'ts',
        }));
    },
  };
}

function replaced(text: string, pattern: RegExp, by: (...parts: string[]) => string): string {
  if (!pattern.test(text)) throw new Error(`${pattern} is not in a source that the newer build changes`);
  return text.replace(pattern, by);
}
