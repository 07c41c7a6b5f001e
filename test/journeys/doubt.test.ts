import { expect, it } from 'vitest';
import { doubt } from '../../conformance/doubt.ts';
import { openEmbedded } from '../../conformance/embedded.ts';
import { inWorld, ownFeatures } from '../../conformance/kit.ts';
import { readFeatures } from '../../conformance/runner.ts';

/** The command doubts all of them. */
const share = 4;

it('no scenario passes when what it says is falsified, nor when its definition does something else', {
  timeout: 240_000,
}, async () => {
  const features = readFeatures([ownFeatures]).map((feature) => ({
    ...feature,
    scenarios: feature.scenarios.filter((_, index) => index % share === 0),
  }));
  const connect = (world: Parameters<typeof openEmbedded>[0]) => openEmbedded({ ...world, waitSeconds: 20 });
  const doubts = await inWorld(features, { connect }, (runtime, { requests }) =>
    doubt(features, runtime, { requests }),
  );
  expect(doubts.survivors).toEqual([]);
  expect(doubts.mutated + doubts.replaced).toBe(doubts.scenarios);
  expect(doubts.scenarios).toBeGreaterThan(100);
  expect(doubts.falsified).toBeGreaterThan(doubts.scenarios);
});
