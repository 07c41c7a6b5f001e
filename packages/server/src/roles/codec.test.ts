import { hash } from 'node:crypto';
import { emptyState, type Fact, factSchema } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openMemoryBlobs } from '../drivers/memory/blobs.ts';
import { decode, encode } from './codec.ts';

const large = 'x'.repeat(500);
const completed = (output: unknown): Fact => ({ type: 'task.completed', task: '/do/0/a', output }) as Fact;

describe('facts in the log', () => {
  it('come back as they were, whatever leaves the log for the blob store', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { maxLength: 5 }),
        fc.integer({ min: 5, max: 200 }),
        async (values, blobThreshold) => {
          const blobs = openMemoryBlobs();
          const facts = values.map((value) => completed(value));
          const body = await encode(facts, 'default', { blobs, blobThreshold });
          expect(await decode(body, 'default', blobs)).toEqual(JSON.parse(JSON.stringify(facts)));
        },
      ),
    );
  });

  it('are written at once when nothing in them is large', () => {
    const options = { blobs: openMemoryBlobs(), blobThreshold: 10_000 };
    expect(encode([completed(1)], 'default', options)).toBe(JSON.stringify([factSchema, completed(1)]));
  });

  it('name the digest of a large value, and hold null in its place', async () => {
    const blobs = openMemoryBlobs();
    const body = await encode([completed(large)], 'default', { blobs, blobThreshold: 100 });
    const digest = `sha256:${hash('sha256', JSON.stringify(large))}`;
    expect(JSON.parse(body).slice(1)).toEqual([
      { type: 'task.completed', task: '/do/0/a', output: null, blobs: { output: { digest, bytes: 502 } } },
    ]);
  });

  it('that name pinned documents say so to the blob store before they are written', async () => {
    const kept: string[] = [];
    const keep = async (tenant: string, digest: string) => void kept.push(`${tenant} ${digest}`);
    const options = { blobs: { ...openMemoryBlobs(), keep }, blobThreshold: 10_000 };
    const outcome = { type: 'effect.completed', effect: 1, output: null, pins: { a: 'sha256:1' } } as Fact;
    const state = { ...emptyState(), pins: { a: 'sha256:1', b: 'sha256:2' } };
    const restored = {
      ...{ type: 'execution.restored', from: { execution: 'e', version: 1 } },
      state,
    } as Fact;
    const body = await encode([outcome], 'one', options);
    expect(kept).toEqual(['one sha256:1']);
    expect(await decode(body, 'one', options.blobs)).toEqual([outcome]);
    await encode([restored], 'two', options);
    expect(kept.slice(1)).toEqual(['two sha256:1', 'two sha256:2']);
  });

  it('that speak of blobs in a value of their own are not taken for references', async () => {
    const blobs = openMemoryBlobs();
    const fact = completed({ blobs: { output: { digest: 'mine' } } });
    const body = await encode([fact], 'default', { blobs, blobThreshold: 10_000 });
    expect(await decode(body, 'default', blobs)).toEqual([fact]);
  });

  it('of schema 1, which stand in a bare array, are read', async () => {
    expect(await decode(JSON.stringify([completed(1)]), 'default', openMemoryBlobs())).toEqual([
      completed(1),
    ]);
  });

  it('are not to be read when the blob store has lost a value', async () => {
    const body = await encode([completed(large)], 'default', {
      blobs: openMemoryBlobs(),
      blobThreshold: 100,
    });
    await expect(decode(body, 'default', openMemoryBlobs())).rejects.toThrow(
      /has lost sha256:[0-9a-f]{64} of task\.completed\.output/,
    );
  });
});
