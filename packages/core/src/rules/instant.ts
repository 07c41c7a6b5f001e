import type { JsonObject } from '../model/json.ts';

/** An instant (epoch ms) as the DSL's expressions see it. */
export function instantOf(milliseconds: number): JsonObject {
  return {
    iso8601: new Date(milliseconds).toISOString(),
    epoch: { seconds: Math.floor(milliseconds / 1000), milliseconds },
  };
}
