import { describe, expect, it } from 'vitest';
import { type Report, simulate } from './simulate.ts';

const seedsPerTest = 105;
const firsts = [1, 1_001, 2_001, 3_001, 4_001];

/** Empty when all rules held; else what was broken, and the command that repeats it. */
function complaints({ seed, violations }: Report): string[] {
  return violations.map((rule) => `${rule}\n  repeat: npm run simulate -- --seed ${seed}`);
}

describe('the roles under simulated faults', () => {
  it.each(firsts)(
    'keep every rule after every step, whatever crashes, repeats, comes late or is lost (seeds from %i)',
    { timeout: 60_000 },
    async (first) => {
      const broken: string[] = [];
      let foretold = 0;
      for (let seed = first; seed < first + seedsPerTest; seed++) {
        const report = await simulate(seed);
        broken.push(...complaints(report));
        foretold += report.foretold;
      }
      expect(broken).toEqual([]);
      expect(foretold).toBeGreaterThan(seedsPerTest / 2);
    },
  );

  it('go the same way when the seed is the same', async () => {
    for (const seed of [3, 4, 5]) expect(await simulate(seed)).toEqual(await simulate(seed));
  });
});
