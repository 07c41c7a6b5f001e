import { readdirSync, readFileSync } from 'node:fs';
import { defaultLimits } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { type Report, type SimulationCase, simulate } from './simulate.ts';

const seedsPerTest = 48;
const firsts = [1, 1_001, 2_001, 3_001, 4_001];

const keptFolder = new URL('./kept/', import.meta.url);
/** Cases that broke a rule once, made smaller by `npm run simulate -- --seed N --keep NAME`. */
const kept = readdirSync(keptFolder).map((file) => file.replace(/\.json$/, ''));

/** Limits that came since a case was kept are the default ones. */
function readKept(name: string): SimulationCase {
  const { seed, scenario } = JSON.parse(
    readFileSync(new URL(`${name}.json`, keptFolder), 'utf8'),
  ) as SimulationCase;
  return { seed, scenario: { ...scenario, limits: { ...defaultLimits, ...scenario.limits } } };
}

/** Empty when all rules held; else what was broken, and the command that repeats it. */
function complaints({ seed, violations }: Report): string[] {
  return violations.map((rule) => `${rule}\n  repeat: npm run simulate -- --seed ${seed} --shrink`);
}

describe('the roles under simulated faults', () => {
  it.each(firsts)(
    'keep every rule after every step, whatever crashes, repeats, comes late or is lost (seeds from %i)',
    { timeout: 60_000 },
    async (first) => {
      const broken: string[] = [];
      let foretold = 0;
      let listened = 0;
      let placed = 0;
      for (let seed = first; seed < first + seedsPerTest; seed++) {
        const report = await simulate(seed);
        broken.push(...complaints(report));
        foretold += report.foretold;
        listened += report.listened;
        placed += report.placed;
      }
      expect(broken).toEqual([]);
      expect(foretold).toBeGreaterThan(seedsPerTest / 2);
      expect(listened).toBeGreaterThan(seedsPerTest / 8);
      expect(placed).toBeGreaterThan(seedsPerTest / 2);
    },
  );

  it.each(kept)('keep every rule where one was broken before: %s', async (name) => {
    const { violations } = await simulate(readKept(name));
    expect(violations).toEqual([]);
  });

  it('go the same way when the seed is the same', async () => {
    for (const seed of [3, 4, 5]) expect(await simulate(seed)).toEqual(await simulate(seed));
  });
});
