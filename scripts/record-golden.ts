/**
 * Records the golden log of today's schema of facts: `node scripts/run.js scripts/record-golden.ts`. Done once for each
 * schema: a recorded log is never written again, since logs of that schema are out in the world. Facts that are
 * added to a schema get a log of their own: `node scripts/run.js scripts/record-golden.ts events`.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { factSchema } from '@millrace/core';
import { goldenAdditions, goldenExecutions } from '../packages/core/src/testing/golden.ts';

const [addition] = process.argv.slice(2);
const name = `schema-${factSchema}${addition === undefined ? '' : `-${addition}`}.json`;
const file = fileURLToPath(new URL(`../packages/core/src/golden/${name}`, import.meta.url));
if (existsSync(file)) {
  console.error(`${file} is recorded already: a change of a shape raises factSchema first`);
  process.exit(1);
}
const executions = addition === undefined ? goldenExecutions() : goldenAdditions(addition);
writeFileSync(file, `${JSON.stringify(executions, null, 1)}\n`);
console.log(`recorded ${file}`);
