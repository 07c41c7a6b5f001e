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
    async delete(tenant, digest) {
      contents.delete(keyOf(tenant, digest));
    },
    async close() {},
  };
}

/** `sha256:` and 64 hexadecimal digits. */
export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
