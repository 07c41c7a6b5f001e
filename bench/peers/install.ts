/** Fetches a peer's packages and its server into a folder of their own: none of them is a dependency of Millrace. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SubjectName } from '../works/work.ts';

/** Exact versions, so that a run can be repeated. */
const packages: Readonly<
  Record<Exclude<SubjectName, 'millrace' | 'postgres'>, Readonly<Record<string, string>>>
> = {
  restate: { '@restatedev/restate-sdk': '1.17.2', '@restatedev/restate-server': '1.7.12' },
  dbos: { '@dbos-inc/dbos-sdk': '5.3.0' },
  bullmq: { bullmq: '6.7.0', ioredis: '6.0.0' },
};

/** Installs what is missing with npm, and Redis from Debian's archive when the machine has none. */
export async function installPeer(name: SubjectName, folder: string): Promise<void> {
  if (name === 'millrace' || name === 'postgres') return;
  const own = join(folder, name);
  const manifest = JSON.stringify({ private: true, type: 'module', dependencies: packages[name] }, null, 2);
  const path = join(own, 'package.json');
  if (!existsSync(join(own, 'node_modules')) || readFileSync(path, 'utf8') !== manifest) {
    mkdirSync(own, { recursive: true });
    writeFileSync(path, manifest);
    console.error(`Installing ${name} into ${own} …`);
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'], {
      cwd: own,
      stdio: ['ignore', 2, 2],
    });
  }
  if (name === 'bullmq') findRedis(folder);
  if (name === 'dbos') findPostgres();
}

/** Packages that a program of a peer imports are looked up where they were installed. */
export function resolveFrom(folder: string, name: SubjectName): void {
  const parentURL = pathToFileURL(join(folder, name, 'package.json')).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      Object.keys(packagesOf(name)).some((each) => specifier === each || specifier.startsWith(`${each}/`))
        ? next(specifier, { ...context, parentURL })
        : next(specifier, context),
  });
}

function packagesOf(name: SubjectName): Readonly<Record<string, string>> {
  return name === 'millrace' || name === 'postgres' ? {} : packages[name];
}

export interface Program {
  readonly command: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The machine's Redis, or the one of Debian's archive, unpacked beside the packages: nothing is installed. */
export function findRedis(folder: string): Program {
  const command = commandInPath('redis-server');
  if (command !== undefined) return { command, env: process.env };
  const root = join(folder, 'redis', 'root');
  const unpacked = join(root, 'usr', 'bin', 'redis-server');
  if (!existsSync(unpacked)) unpackRedis(join(folder, 'redis'), root);
  const libraries = readdirSync(join(root, 'usr', 'lib')).map((each) => join(root, 'usr', 'lib', each));
  return { command: unpacked, env: { ...process.env, LD_LIBRARY_PATH: libraries.join(':') } };
}

function unpackRedis(folder: string, root: string): void {
  mkdirSync(folder, { recursive: true });
  const parts = ['redis-server', 'redis-tools', 'libatomic1', 'libjemalloc2', 'liblzf1'];
  try {
    execFileSync('apt-get', ['download', ...parts], { cwd: folder, stdio: ['ignore', 'ignore', 2] });
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.deb')))
      execFileSync('dpkg', ['-x', join(folder, name), root]);
  } catch (cause) {
    throw new Error('BullMQ needs Redis: install redis-server, or run this on Debian with apt.', { cause });
  }
}

/** Folder of `initdb` and `postgres`. */
export function findPostgres(): string {
  const versions = '/usr/lib/postgresql';
  const found = existsSync(versions)
    ? readdirSync(versions)
        .sort((a, b) => Number(b) - Number(a))
        .map((version) => join(versions, version, 'bin'))
    : [];
  const folder = found.find((each) => existsSync(join(each, 'initdb')));
  if (folder !== undefined) return folder;
  throw new Error('DBOS needs PostgreSQL: apt-get install postgresql.');
}

function commandInPath(name: string): string | undefined {
  return (process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, name))
    .find(existsSync);
}
