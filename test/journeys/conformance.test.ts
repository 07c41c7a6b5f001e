import { describe, expect, it } from 'vitest';
import {
  hasOfficialFeatures,
  type KitOptions,
  officialFeatures,
  ownFeatures,
  runKit,
} from '../../conformance/kit.ts';
import type { ScenarioResult } from '../../conformance/runner.ts';

const failures = (results: readonly ScenarioResult[]) =>
  results.flatMap(({ place, failure }) => (failure === undefined ? [] : [`${place}: ${failure}`]));

const places: readonly [string, KitOptions][] = [
  ['over the real HTTP API', {}],
  ['over the real HTTP API on the memory store', { store: 'memory:' }],
  ['in one process', { place: 'embedded' }],
];

describe.for(places)('conformance %s', ([where, options]) => {
  it(`the 21 scenarios of the specification pass ${where}`, { timeout: 120_000 }, async ({ skip }) => {
    if (!hasOfficialFeatures()) skip('the scenarios of the specification are not beside the repository');
    const results = await runKit([officialFeatures], options);
    expect(failures(results)).toEqual([]);
    expect(results.filter(({ skipped }) => skipped === undefined)).toHaveLength(21);
  });

  it(`our scenarios pass ${where}`, { timeout: 180_000 }, async () => {
    const results = await runKit([ownFeatures], options);
    expect(failures(results)).toEqual([]);
    expect(results.filter(({ skipped }) => skipped === undefined).length).toBeGreaterThan(500);
  });
});
