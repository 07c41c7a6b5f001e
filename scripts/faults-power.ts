/**
 * `npm run faults:power`: records what the SQLite store asks of its disk and cuts the power at many points.
 * `--commits N` (6,000) are recorded, `--losses N` (400) points are tried, `--seed N` repeats the points and the losses
 * of a run on another recording. Ends with the plain line `N passed, N failed, N skipped`.
 */
import { parseArgs } from 'node:util';
import { cannotRecord, losePower } from '../test/faults/power-loss/lose-power.ts';

const { values } = parseArgs({
  options: {
    commits: { type: 'string', default: '6000' },
    losses: { type: 'string', default: '400' },
    seed: { type: 'string' },
  },
});

const reason = cannotRecord();
if (reason !== undefined) {
  console.log(`${reason}\n0 passed, 0 failed, 1 skipped`);
} else {
  const startedAt = performance.now();
  const report = await losePower({
    commits: Number(values.commits),
    losses: Number(values.losses),
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
  });
  const { broken, commits, operations, syncs, losses, seed } = report;
  for (const line of broken.slice(0, 10)) console.error(line);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  console.log(
    `seed ${seed}: ${commits} acknowledged commits, ${operations} operations, ${syncs} syncs; ${losses} losses of power in ${seconds} s`,
  );
  console.log(`${losses - broken.length} passed, ${broken.length} failed, 0 skipped`);
  process.exitCode = broken.length === 0 ? 0 : 1;
}
