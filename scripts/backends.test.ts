import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contractDigest, featuresOf, promiseCells } from './backends.ts';
import { root } from './runtime.js';
import { createTestDatabase, whyNoPostgres } from './test-postgres.ts';

const page = readFileSync(join(root, 'docs', 'backends.md'), 'utf8');
const missing = whyNoPostgres();

describe('the table of docs/backends.md', () => {
  it('was written by a run of the contracts as they are (`npm run backends` writes it anew)', () => {
    expect(page).toContain(`Contract \`${contractDigest()}\`.`);
    expect(page).not.toMatch(/\d failed/);
  });

  it.skipIf(missing !== undefined)(
    'says of each driver what the driver says of itself when it is opened',
    async () => {
      const database = await createTestDatabase();
      const features = await featuresOf(database.url);
      await database.drop();
      expect([...features.keys()]).toEqual(['memory', 'sqlite', 'postgres']);
      for (const [name, own] of features) {
        const row = page.split('\n').find((line) => line.startsWith(`| **${name}** |`));
        for (const cell of promiseCells(own)) expect(row).toContain(` ${cell} |`);
      }
    },
  );
});
