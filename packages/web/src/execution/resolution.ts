/** What a person has typed about an effect in doubt, as the server is told it. */
import type { Json } from '@millrace/core';
import type { Resolution } from '../api/client.ts';

export interface ResolutionTexts {
  readonly as: Resolution['as'];
  /** JSON: what the effect gave */
  readonly output: string;
  /** what went wrong; may be empty */
  readonly detail: string;
  /** may be empty */
  readonly reason: string;
}

export type ReadResolution =
  | { readonly ok: true; readonly resolution: Resolution }
  | { readonly ok: false; readonly problem: string };

export function readResolution({ as, output, detail, reason }: ResolutionTexts): ReadResolution {
  const why = reason.trim() === '' ? {} : { reason: reason.trim() };
  switch (as) {
    case 'done':
      return readOutput(output, why);
    case 'failed': {
      const error = detail.trim() === '' ? {} : { error: { detail: detail.trim() } };
      return { ok: true, resolution: { as, ...error, ...why } };
    }
    case 'again':
      return { ok: true, resolution: { as, ...why } };
  }
}

function readOutput(text: string, why: { readonly reason?: string }): ReadResolution {
  try {
    return { ok: true, resolution: { as: 'done', output: JSON.parse(text) as Json, ...why } };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}
