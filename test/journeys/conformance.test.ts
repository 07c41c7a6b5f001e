import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runKit } from '../../conformance/kit.ts';

const kit = fileURLToPath(new URL('../../../shared/dsl/ctk', import.meta.url));

describe('conformance', () => {
  it('the 21 scenarios of the specification pass over the real HTTP API', { timeout: 120_000 }, async ({
    skip,
  }) => {
    if (!existsSync(kit)) skip('the scenarios of the specification are not beside the repository');
    const results = await runKit([kit]);
    expect(results.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(results).toHaveLength(21);
  });
});
