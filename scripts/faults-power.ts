/**
 * `npm run faults:power`: records what the server asks of its disk while it does work of every kind, and what the SQLite store
 * does under plain commits, and cuts the power at many points of both. `--executions N` (600) and `--commits N` (6,000) are
 * recorded, `--losses N` (400) points of each are tried, `--seed N` repeats the points and the losses of a run on another
 * recording, `--weak` syncs nothing, to see what is lost then. Ends with the plain line `N passed, N failed, N skipped`.
 */
import { parseArgs } from 'node:util';
import { cannotRecord, type Load, losePower } from '../test/faults/power-loss/lose-power.ts';
import { openMixedLoad } from '../test/faults/power-loss/mixed-load.ts';
import { plainLoad } from '../test/faults/power-loss/plain-load.ts';

const { values } = parseArgs({
  options: {
    executions: { type: 'string', default: '600' },
    commits: { type: 'string', default: '6000' },
    losses: { type: 'string', default: '400' },
    seed: { type: 'string' },
    weak: { type: 'boolean', default: false },
  },
});

const goOnEvery = 10;

const reason = cannotRecord();
if (reason !== undefined) {
  console.log(`${reason}\n0 passed, 0 failed, 1 skipped`);
} else {
  const { weak } = values;
  const mixed = await openMixedLoad({ executions: Number(values.executions), goOnEvery, weak });
  let [passed, failed] = await cutPower('work of every kind', mixed);
  console.log(`a server went on with what was left ${mixed.wentOn()} times`);
  await mixed.close();
  const plain = await cutPower('plain commits', plainLoad({ commits: Number(values.commits), weak }));
  passed += plain[0];
  failed += plain[1];
  console.log(`${passed} passed, ${failed} failed, 0 skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}

/** Answers how many losses took nothing, and how many took something. */
async function cutPower(name: string, load: Load): Promise<[number, number]> {
  const startedAt = performance.now();
  const options = {
    losses: Number(values.losses),
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
  };
  const { broken, acknowledged, operations, syncs, losses, seed } = await losePower(load, options);
  for (const line of broken.slice(0, 10)) console.error(line);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  console.log(
    `${name}, seed ${seed}: ${acknowledged} acknowledgements, ${operations} operations, ${syncs} syncs; ${losses} losses of power in ${seconds} s, ${broken.length} took something`,
  );
  return [losses - broken.length, broken.length];
}
