import { createHash } from 'node:crypto';
import type { BlobStore } from '../../ports/blob.ts';
import { checkKey } from '../rules.ts';
import { keyOf } from './ledger.ts';

/** Blobs in this process's memory, gone with it. What is put and what is answered are copies. */
export function openMemoryBlobs(): BlobStore {
  const contents = new Map<string, Uint8Array>();
  return {
    description: 'memory: everything is gone when the process ends',
    async put(tenant, content) {
      checkKey('tenant', tenant);
      const digest = digestOf(content);
      contents.set(keyOf(tenant, digest), content.slice());
      return { digest, bytes: content.byteLength };
    },
    async get(tenant, digest) {
      return contents.get(keyOf(tenant, digest))?.slice();
    },
    async stream(tenant, digest) {
      const content = contents.get(keyOf(tenant, digest));
      return content === undefined ? undefined : chunksOf(content);
    },
    async head(tenant, digest, bytesMax) {
      return contents.get(keyOf(tenant, digest))?.slice(0, bytesMax);
    },
    async delete(tenant, digest) {
      contents.delete(keyOf(tenant, digest));
    },
    async close() {},
  };
}

async function* chunksOf(content: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < content.byteLength; from += chunkBytes)
    yield content.slice(from, from + chunkBytes);
}

const chunkBytes = 64 * 1024;

/** `sha256:` and 64 hexadecimal digits. */
export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
