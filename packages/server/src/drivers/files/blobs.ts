/**
 * Blobs as files: `folder/tenant/ab/cd/abcd…`, named by the digest of what is in them.
 *
 * 1. A file has its name only when it is whole and synced; then its folder is synced. So what `put` answered is there
 *    after a loss of power, and a file that was half written bears another name.
 * 2. A folder that is there need not be durable: another call, or a process that was killed, may have made it just now.
 *    So each is synced into its parent once by this process before anything in it is answered.
 * 3. What is read is held against its name: a damaged file is an error and never content.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MillraceError } from '../../errors.ts';
import type { BlobStore } from '../../ports/blob.ts';
import { digestOf } from '../memory/blobs.ts';
import { checkKey } from '../rules.ts';

/** Blobs in a folder, made if it is absent. Throws `unavailable` when the folder cannot be made or read. */
export function openFileBlobs(options: { readonly folder: string }): BlobStore {
  const folder = resolve(options.folder);
  removeLeftovers(folder);
  const settled = new Set<string>();
  return {
    description: `files in ${folder}, each synced before it is answered`,
    async put(tenant, content) {
      checkKey('tenant', tenant);
      const digest = digestOf(content);
      const path = pathOf(folder, tenant, digest);
      const putOnce = async () => {
        await settle(settled, folder, dirname(path));
        if (!(await isWhole(path, digest))) await write(join(folder, incoming, randomUUID()), path, content);
        await syncFolder(dirname(path));
      };
      try {
        await putOnce().catch(async (error: unknown) => {
          if (!isAbsent(error)) throw error;
          // Somebody removed a folder that this process has made: it makes all of them again, once.
          settled.clear();
          await mkdir(join(folder, incoming), { recursive: true, mode: 0o700 });
          await putOnce();
        });
      } catch (cause) {
        throw unusable(folder, cause);
      }
      return { digest, bytes: content.byteLength };
    },
    async get(tenant, digest) {
      const content = await readIfThere(pathOf(folder, tenant, digest));
      if (content === undefined) return undefined;
      if (digestOf(content) === digest) return content;
      throw damaged(digest);
    },
    async stream(tenant, digest) {
      const path = pathOf(folder, tenant, digest);
      return (await isThere(path)) ? checkedChunks(path, digest) : undefined;
    },
    async head(tenant, digest, bytesMax) {
      const file = await openIfThere(pathOf(folder, tenant, digest));
      if (file === undefined) return undefined;
      try {
        const { buffer, bytesRead } = await file.read(new Uint8Array(bytesMax), 0, bytesMax, 0);
        return buffer.subarray(0, bytesRead);
      } finally {
        await file.close();
      }
    },
    async delete(tenant, digest) {
      await rm(pathOf(folder, tenant, digest), { force: true });
    },
    async close() {},
  };
}

/** Every content that is kept in a folder, as its files say. */
export function* listFileBlobs(
  folder: string,
): Iterable<{ readonly tenant: string; readonly digest: string }> {
  for (const name of readdirSync(folder)) {
    const tenant = tenantOf(name);
    if (tenant === undefined) continue;
    for (const file of readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' })) {
      const hex = basename(file);
      if (/^[0-9a-f]{64}$/.test(hex)) yield { tenant, digest: `sha256:${hex}` };
    }
  }
}

/** Files under way. No tenant's folder has this name, for the name of each begins with `t`. */
const incoming = 'incoming';
/** About 10 MB of names; when there are more, folders are synced once again. */
const settledMax = 70_000;
const leftoverMs = 24 * 3_600_000;

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

/** The tenant of a folder; `undefined`: it is no tenant's. */
function tenantOf(name: string): string | undefined {
  if (!name.startsWith('t-')) return undefined;
  return decodeURIComponent(name.slice('t-'.length));
}

/** Makes the folders from `root` to `path` and syncs the name of each into its parent. */
async function settle(settled: Set<string>, root: string, path: string): Promise<void> {
  if (settled.has(path)) return;
  if (path !== root) await settle(settled, root, dirname(path));
  await mkdir(path, { recursive: true, mode: 0o700 });
  await syncFolder(dirname(path));
  if (settled.size >= settledMax) settled.clear();
  settled.add(path);
}

async function write(temporary: string, path: string, content: Uint8Array): Promise<void> {
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

function unusable(folder: string, cause: unknown): MillraceError {
  const message = `the folder ${folder} for blobs cannot be used: ${(cause as Error).message}`;
  const reason = (cause as NodeJS.ErrnoException).code === 'ENOSPC' ? 'disk-full' : 'storage-failed';
  return new MillraceError('unavailable', message, { reason }, { cause });
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** What a process that was killed left half written. Another process may share the folder and be at work on a younger file. */
function removeLeftovers(folder: string): void {
  const temporaries = join(folder, incoming);
  try {
    mkdirSync(temporaries, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(temporaries)) {
      const path = join(temporaries, name);
      const ageMs = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      if (ageMs > leftoverMs) rmSync(path, { force: true });
    }
  } catch (cause) {
    throw unusable(folder, cause);
  }
}

/** A damaged file is written again: whoever puts has the content that should be there. */
async function isWhole(path: string, digest: string): Promise<boolean> {
  const content = await readIfThere(path);
  return content !== undefined && digestOf(content) === digest;
}

/** Keeps each chunk back until the next is read, and the last until the whole is known to be what it is named. */
async function* checkedChunks(path: string, digest: string): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  const hash = createHash('sha256');
  let kept: Uint8Array | undefined;
  try {
    for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: chunkBytes })) {
      hash.update(chunk);
      if (kept !== undefined) yield kept;
      kept = chunk;
    }
    if (`sha256:${hash.digest('hex')}` !== digest) throw damaged(digest);
    if (kept !== undefined) yield kept;
  } finally {
    await file.close();
  }
}

const chunkBytes = 64 * 1024;

function damaged(digest: string): MillraceError {
  return new MillraceError('internal', `blob ${digest} is damaged: its content has another digest`, {
    digest,
  });
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

async function readIfThere(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
