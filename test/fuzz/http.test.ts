import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCorpus } from './corpus.ts';
import { fuzz, tryOne } from './fuzz.ts';
import { httpTarget } from './http.ts';
import type { Target } from './target.ts';

let target: Target;
beforeAll(async () => {
  target = await httpTarget();
});
afterAll(() => target.close?.());

it('what once showed a fault shows none any more', async () => {
  for (const { name, input } of readCorpus('http')) expect(await tryOne(target, input), name).toBeUndefined();
});

it('requests made from the OpenAPI document are answered as it says, and never with 500', async () => {
  expect(await fuzz(target, { seed: 20_261_121, runs: 60 })).toBeUndefined();
  expect(await target.closing?.()).toBeUndefined();
});
