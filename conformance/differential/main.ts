/**
 * `npm run conformance:differential`: our reader of definitions, the specification's schemas and its SDK, asked about
 * every scenario, every official example and 10,000 definitions changed at random. `-- --count N --seed N`; `--write`
 * puts the figures into docs/conformance.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fillBetween } from '../../scripts/document-parts.ts';
import { hasSchemas, openOracles, schemasFolder } from './oracles.ts';
import { runDifferential, tellDifferential } from './run.ts';

const { values } = parseArgs({
  options: { count: { type: 'string' }, seed: { type: 'string' }, write: { type: 'boolean' } },
});

if (!hasSchemas()) {
  console.error(`The schemas of the specification are not at ${schemasFolder}`);
  process.exit(2);
}
const found = runDifferential(openOracles(), {
  count: Number(values.count ?? 10_000),
  seed: Number(values.seed ?? 1),
});
for (const each of found.unexplained) console.log(each);
console.log(tellDifferential(found));
if (values.write) {
  const page = fileURLToPath(new URL('../../docs/conformance.md', import.meta.url));
  writeFileSync(
    page,
    fillBetween(readFileSync(page, 'utf8'), 'conformance-differential', `${tellDifferential(found)}\n`),
  );
}
process.exitCode = found.unexplained.length === 0 ? 0 : 1;
