import { describe, expect, it } from 'vitest';
import { readCorpus } from './corpus.ts';
import { type Filled, fill } from './filled.ts';
import { fuzz, tryOne } from './fuzz.ts';
import { jqTarget } from './jq.ts';
import { findJqOracle } from './jq-oracle.ts';
import { jsonTarget } from './json.ts';
import type { Target } from './target.ts';
import { yamlTarget } from './yaml.ts';

const oracle = await findJqOracle();
const seed = 20_261_121;

describe.each([
  { target: yamlTarget(), runs: 150 },
  { target: jsonTarget(), runs: 150 },
  { target: jqTarget(oracle), runs: oracle === undefined ? 300 : 100 },
])('$target.name', ({ target, runs }) => {
  it.each(readCorpus(target.name))('$name shows no fault any more: $why', async ({ input }) => {
    expect(await tryOne(target, inSmall(input))).toBeUndefined();
  });

  it('inputs at random show no fault', async () => {
    expect(await fuzz(target, { seed, runs })).toBeUndefined();
  });
});

describe('a fault', () => {
  const faulty: Target = {
    ...yamlTarget(),
    check: (input) => (fill(input as Filled).includes('do:') ? 'it says do' : undefined),
  };

  it('is found, made smaller, and found again by its seed', async () => {
    const first = await fuzz(faulty, { seed, runs: 100 });
    const second = await fuzz(faulty, { seed, runs: 100 });
    expect(first).toEqual(second);
    expect(first).toMatchObject({ message: 'it says do' });
  });
});

describe.skipIf(oracle === undefined)('jq (skipped without a jq 1.8: `jq` in the path, or jq-wasm)', () => {
  it('a difference from it is a finding', async () => {
    const wrong = jqTarget({
      version: 'jq-1.8.0',
      run: () => ({ outputs: ['1'], error: undefined, refused: false }),
    });
    expect(await tryOne(wrong, { program: '2', data: null })).toContain('ours gives [2]');
  });
});

/** The large ones are as telling at a twentieth of their size, and the tests are not for measuring. */
function inSmall(input: unknown): unknown {
  if (!Array.isArray(input)) return input;
  return (input as unknown as Filled).map(([text, times]) => [
    text,
    times < 1_000 ? times : Math.floor(times / 10),
  ]);
}
