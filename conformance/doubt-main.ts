/**
 * `npm run conformance:doubt`: falsifies everything that our scenarios say, and changes every definition; lists what
 * still passes. `-- --write` puts the figures into docs/conformance.md.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fillBetween } from '../scripts/document-parts.ts';
import { type Doubts, doubt } from './doubt.ts';
import { openEmbedded } from './embedded.ts';
import { inWorld, ownFeatures } from './kit.ts';
import { readFeatures } from './runner.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' } },
});

const features = readFeatures(positionals.length > 0 ? positionals : [ownFeatures]);
const startedAt = performance.now();
// What hangs because its definition was changed is not waited for as long as what should end.
const connect = {
  connect: (world: Parameters<typeof openEmbedded>[0]) => openEmbedded({ ...world, waitSeconds: 20 }),
};
const doubts = await inWorld(features, connect, (runtime, standIn) =>
  doubt(features, runtime, { requests: standIn.requests }),
);
for (const survivor of doubts.survivors) console.log(survivor);
console.log(`\n${sentence(doubts)}\nin ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
if (values.write) write(doubts);
process.exitCode = doubts.survivors.length === 0 ? 0 : 1;

function sentence({ scenarios, falsified, mutated, replaced, survivors }: Doubts): string {
  return (
    `Of ${scenarios} scenarios, everything said was falsified in ${falsified} ways, and failed; ${mutated} were seen ` +
    `to fail with one place of their definition changed, and ${replaced} about what is missing with a definition ` +
    `that misses nothing. Still passed: ${survivors.length}.`
  );
}

function write(of: Doubts): void {
  const page = fileURLToPath(new URL('../docs/conformance.md', import.meta.url));
  writeFileSync(page, fillBetween(readFileSync(page, 'utf8'), 'conformance-doubt', `${sentence(of)}\n`));
}
