import type { EffectResolution } from '@millrace/core';
import { jsonOf } from './start-request.ts';

/** A copy of what is said of an effect. Throws `bad-request` for what JSON cannot hold; the engine checks the rest. */
export function copyResolution(resolution: EffectResolution): EffectResolution {
  return jsonOf('resolution', resolution) as unknown as EffectResolution;
}
