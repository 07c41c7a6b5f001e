/**
 * `npm run faults:kill`: kills the server 50 times over 1,000 executions of every kind and a schedule (`--kills`, `--executions`,
 * `--seed`), and looks for what was lost. Ends with the plain line `N passed, N failed, N skipped`.
 */
import { parseArgs } from 'node:util';
import { killAgainAndAgain } from '../test/faults/processes/kill-run.ts';

const { values } = parseArgs({
  options: {
    executions: { type: 'string', default: '1000' },
    kills: { type: 'string', default: '50' },
    seed: { type: 'string' },
  },
});

const startedAt = performance.now();
const run = await killAgainAndAgain({
  executions: Number(values.executions),
  kills: Number(values.kills),
  ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
});
for (const loss of run.losses.slice(0, 20)) console.error(loss);
const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
console.log(
  `seed ${run.seed}: ${run.executions} executions, ${run.kills} kills in ${seconds} s; ${run.requests} requests, ${run.repeatedKeys} keys sent more than once; the slowest start took ${Math.round(run.startMsMax)} ms; ${run.losses.length} losses`,
);
console.log(
  `${run.losses.length === 0 ? 1 : 0} passed, ${run.losses.length === 0 ? 0 : 1} failed, 0 skipped`,
);
process.exitCode = run.losses.length === 0 ? 0 : 1;
