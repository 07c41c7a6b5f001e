/**
 * Records the golden log of today's schema of facts: `node scripts/run.js scripts/record-golden.ts`. Done once for each
 * schema: a recorded log is never written again, since logs of that schema are out in the world.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { factSchema } from '@millrace/core';
import { goldenExecutions } from '../packages/core/src/testing/golden.ts';

const file = fileURLToPath(new URL(`../packages/core/src/golden/schema-${factSchema}.json`, import.meta.url));
if (existsSync(file)) {
  console.error(`${file} is recorded already: a change of a shape raises factSchema first`);
  process.exit(1);
}
writeFileSync(file, `${JSON.stringify(goldenExecutions(), null, 1)}\n`);
console.log(`recorded ${file}`);
