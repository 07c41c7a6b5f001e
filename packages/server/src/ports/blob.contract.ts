import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import type { BlobStore } from './blob.ts';

export interface BlobHarness {
  readonly blobs: BlobStore;
  /** Opens the same contents again; absent: they are gone with the driver. */
  reopen?(): Promise<BlobStore>;
  clean(): Promise<void>;
}

/** What every blob driver keeps to. `open` gives an empty store. */
export function blobContract(name: string, open: () => Promise<BlobHarness>): void {
  describe(`blobs: ${name}`, () => {
    const harnesses: BlobHarness[] = [];
    const start = async () => {
      const harness = await open();
      harnesses.push(harness);
      return harness;
    };
    afterEach(async () => {
      for (const harness of harnesses.splice(0)) await harness.clean();
    });

    test('content is found under its SHA-256, with its size', async () => {
      const { blobs } = await start();
      const content = bytes('content');
      const reference = await blobs.put('a', content);
      expect(reference).toEqual({ digest: sha256(content), bytes: 7 });
      expect(await blobs.get('a', reference.digest)).toEqual(content);
    });

    test('empty content is content', async () => {
      const { blobs } = await start();
      const { digest } = await blobs.put('a', new Uint8Array());
      expect(await blobs.get('a', digest)).toEqual(new Uint8Array());
    });

    test('five megabytes of every byte come back as they were', async () => {
      const { blobs } = await start();
      const content = Uint8Array.from({ length: 5_000_000 }, (_, at) => (at * 31) & 0xff);
      const { digest } = await blobs.put('a', content);
      expect(sha256((await blobs.get('a', digest)) ?? bytes(''))).toBe(digest);
    });

    test('the same content put many times at once has one digest', async () => {
      const { blobs } = await start();
      const references = await Promise.all(Array.from({ length: 20 }, () => blobs.put('a', bytes('same'))));
      expect(new Set(references.map(({ digest }) => digest)).size).toBe(1);
      expect(await blobs.get('a', sha256(bytes('same')))).toEqual(bytes('same'));
    });

    test('content of one tenant is absent for another, and a delete reaches only its own', async () => {
      const { blobs } = await start();
      const { digest } = await blobs.put('a', bytes('shared'));
      expect(await blobs.get('b', digest)).toBeUndefined();
      await blobs.put('b', bytes('shared'));
      await blobs.delete('a', digest);
      expect(await blobs.get('a', digest)).toBeUndefined();
      expect(await blobs.get('b', digest)).toEqual(bytes('shared'));
    });

    test.each([
      ['A', 'a'],
      ['a/b', 'a%2fb'],
      ['..', '.'],
      ['t', '-t'],
      ['ü', 'u'],
      ['incoming', 'Incoming'],
    ])('tenants %j and %j do not share contents', async (one, other) => {
      const { blobs } = await start();
      const { digest } = await blobs.put(one, bytes(`of ${one}`));
      expect(await blobs.get(one, digest)).toEqual(bytes(`of ${one}`));
      expect(await blobs.get(other, digest)).toBeUndefined();
    });

    test('deleting what is absent is no error', async () => {
      const { blobs } = await start();
      await blobs.delete('a', sha256(bytes('never')));
      expect(await blobs.get('a', sha256(bytes('never')))).toBeUndefined();
    });

    test('content comes back in parts: all of it, or how it begins', async () => {
      const { blobs } = await start();
      const content = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 31) & 0xff);
      const { digest } = await blobs.put('a', content);
      const chunks: Uint8Array[] = [];
      for await (const chunk of (await blobs.stream('a', digest)) ?? []) chunks.push(chunk);
      expect(chunks.length).toBeGreaterThan(1);
      expect(sha256(Buffer.concat(chunks))).toBe(digest);
      expect(await blobs.head('a', digest, 10)).toEqual(content.slice(0, 10));
      const none = await blobs.put('a', bytes(''));
      for await (const chunk of (await blobs.stream('a', none.digest)) ?? []) expect(chunk).toHaveLength(0);
      expect(await blobs.head('a', none.digest, 10)).toEqual(bytes(''));
      expect(await blobs.stream('b', digest)).toBeUndefined();
      expect(await blobs.head('b', digest, 10)).toBeUndefined();
    });

    test('content does not change when the caller changes what it put or got', async () => {
      const { blobs } = await start();
      const content = bytes('mine');
      const { digest } = await blobs.put('a', content);
      content[0] = 0;
      const got = await blobs.get('a', digest);
      got?.fill(1);
      expect(await blobs.get('a', digest)).toEqual(bytes('mine'));
    });

    test('content is there after the store was closed and opened again', async (context) => {
      const harness = await start();
      const { digest } = await harness.blobs.put('a', bytes('kept'));
      if (harness.reopen === undefined) return context.skip('this driver keeps nothing');
      const again = await harness.reopen();
      expect(await again.get('a', digest)).toEqual(bytes('kept'));
    });
  });
}

function bytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

function sha256(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}
