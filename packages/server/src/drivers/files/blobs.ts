/**
 * Blobs as files: `folder/tenant/ab/cd/abcd…`, named by the digest of what is in them.
 *
 * 1. A file has its name only when it is whole and synced; then its folder is synced. So what `put` answered is there
 *    after a loss of power, and a file that was half written bears another name.
 * 2. What is read is held against its name: a damaged file is an error and never content.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { MillraceError } from '../../errors.ts';
import type { BlobStore } from '../../ports/blob.ts';
import { digestOf } from '../memory/blobs.ts';
import { checkKey } from '../rules.ts';

/** Opens blobs in a folder, made if it is absent. Throws `unavailable` when the folder cannot be made or read. */
export async function openFileBlobs(options: { readonly folder: string }): Promise<BlobStore> {
  const folder = resolve(options.folder);
  await ensureFolder(folder);
  await removeLeftovers(join(folder, incoming));
  return {
    description: `files in ${folder}, each synced before it is answered`,
    async put(tenant, content) {
      checkKey('tenant', tenant);
      const digest = digestOf(content);
      const path = pathOf(folder, tenant, digest);
      if (!(await isWhole(path, digest))) await write(folder, path, content);
      return { digest, bytes: content.byteLength };
    },
    async get(tenant, digest) {
      const content = await readIfThere(pathOf(folder, tenant, digest));
      if (content === undefined) return undefined;
      if (digestOf(content) === digest) return content;
      throw new MillraceError('internal', `blob ${digest} is damaged: its content has another digest`, { digest });
    },
    async delete(tenant, digest) {
      await rm(pathOf(folder, tenant, digest), { force: true });
    },
    async close() {},
  };
}

/** Files under way. No tenant's folder has this name, for the name of each begins with `t`. */
const incoming = 'incoming';

function pathOf(folder: string, tenant: string, digest: string): string {
  const hex = /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1];
  if (hex === undefined) throw new MillraceError('bad-request', `not a digest: ${digest.slice(0, 80)}`);
  return join(folder, folderOf(tenant), hex.slice(0, 2), hex.slice(2, 4), hex);
}

/** Letters that every file system tells apart stay; the rest becomes the hexadecimal of its UTF-8, so `A` is not `a`. */
function folderOf(tenant: string): string {
  checkKey('tenant', tenant);
  const name = [...Buffer.from(tenant)].map((byte) => {
    const letter = String.fromCharCode(byte);
    return /[a-z0-9_-]/.test(letter) ? letter : `%${byte.toString(16).padStart(2, '0')}`;
  });
  const encoded = `t-${name.join('')}`;
  if (encoded.length > 200) throw new MillraceError('bad-request', 'the name of the tenant is too long');
  return encoded;
}

async function write(folder: string, path: string, content: Uint8Array): Promise<void> {
  await ensureFolder(dirname(path));
  const temporary = join(folder, incoming, randomUUID());
  await ensureFolder(dirname(temporary));
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

/** Makes a folder, and syncs each folder above that got a new name in it. */
async function ensureFolder(folder: string): Promise<void> {
  try {
    const first = await mkdir(folder, { recursive: true, mode: 0o700 });
    if (first === undefined) return;
    for (let made = folder; ; made = dirname(made)) {
      await syncFolder(dirname(made));
      if (made === first || made === dirname(made)) return;
    }
  } catch (cause) {
    const message = `the folder ${folder} for blobs cannot be made: ${(cause as Error).message}`;
    throw new MillraceError('unavailable', message, { reason: 'storage-failed' }, { cause });
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    const age = Date.now() - (await stat(path)).mtimeMs;
    // Another process may share the folder and be at work on a younger one.
    if (age > 24 * 3_600_000) await rm(path, { force: true });
  }
}

/** A damaged file is written again: whoever puts has the content that should be there. */
async function isWhole(path: string, digest: string): Promise<boolean> {
  const content = await readIfThere(path);
  return content !== undefined && digestOf(content) === digest;
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
