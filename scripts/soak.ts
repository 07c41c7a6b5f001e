/**
 * `npm run soak -- --minutes 30`: mixed load on the real server, and whether its memory and lag stay flat. `--rate N`
 * executions per second (default 40), `--store postgres` on a PostgreSQL of its own, `--out FOLDER` for `soak.json` and
 * `soak.svg` (default test/soak/results).
 * Ends with the plain line `N passed, N failed, N skipped`: the executions are one, and each figure that is judged.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeMachine } from '../bench/measure/machine.ts';
import { drawSoak } from '../test/soak/plot.ts';
import { soak } from '../test/soak/soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    store: { type: 'string', default: 'sqlite' },
    rate: { type: 'string', default: '40' },
    out: { type: 'string', default: fileURLToPath(new URL('../test/soak/results', import.meta.url)) },
  },
});

const minutes = readNumber('minutes', values.minutes);
const perSec = readNumber('rate', values.rate);
if (values.store !== 'sqlite' && values.store !== 'postgres') {
  console.error(`--store is sqlite or postgres, not ${values.store}`);
  process.exit(2);
}
const saidEverySeconds = 30;
let said = 0;
const result = await soak({
  minutes,
  perSec,
  ...(values.store === 'postgres' ? { store: values.store } : {}),
  onSample: ({ at, residentMb, heapMb, lagP99Ms, perSec: ended, pureP99Ms, cpuMsPer, databaseMb }) => {
    if (at < said) return;
    said += saidEverySeconds;
    console.log(
      `${at.toFixed(0).padStart(6)} s  ${residentMb.toFixed(0)} MiB resident, ${heapMb.toFixed(0)} heap, lag p99 ${lagP99Ms} ms, ${ended} ended/s, pure p99 ${pureP99Ms} ms, CPU ${cpuMsPer} ms each, database ${databaseMb} MiB`,
    );
  },
});

const machine = describeMachine(tmpdir());
mkdirSync(values.out, { recursive: true });
const measuredAt = new Date().toISOString();
writeFileSync(join(values.out, 'soak.json'), `${JSON.stringify({ measuredAt, machine, ...result })}\n`);
writeFileSync(
  join(values.out, 'soak.svg'),
  drawSoak(
    result,
    `${values.store}, ${machine.cores} cores, ${machine.fileSystem}, Node ${machine.node}; ${measuredAt.slice(0, 10)}`,
  ),
);
for (const { figure, mean, rise, bar, flat } of result.judged)
  console.log(
    `${flat === undefined ? '?' : flat ? '✓' : '✗'} ${figure.padEnd(11)} mean ${mean.toFixed(1)}, rises by ${rise.toFixed(1)} (at most ${Math.max(bar.riseMax, bar.shareMax * mean).toFixed(1)})${flat === undefined ? ': not judged, since the run was short or other programs used the machine' : ''}`,
  );
for (const failure of result.failures) console.error(`✗ ${failure}`);
const total = Object.values(result.ended).reduce((sum, count) => sum + count, 0);
console.log(`${total} executions ended, ${result.heldBack} starts held back; ${values.out}`);
const verdicts = [result.failures.length === 0, ...result.judged.map(({ flat }) => flat)];
const [passed, failed, skipped] = [true, false, undefined].map(
  (verdict) => verdicts.filter((each) => each === verdict).length,
);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;

function readNumber(name: string, text: string): number {
  if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
  console.error(`--${name} is a number above 0, not ${text}`);
  process.exit(2);
}
