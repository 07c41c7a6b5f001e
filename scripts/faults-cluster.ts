/**
 * `npm run faults:cluster`: two servers on one PostgreSQL, 1,000 executions for each kind of fault, which happens 50 times
 * (`--executions`, `--times`, `--fault NAME`, `--seed`); a failover has servers of its own each time, with a share of the
 * executions. With `--fault crash --weak` the database does not sync, and losses must be found. Prints how soon they
 * recovered, and ends with the plain line `N passed, N failed, N skipped`.
 */
import { parseArgs } from 'node:util';
import { clusterFaults, runCluster } from '../test/faults/cluster/cluster-run.ts';
import { type FailoverFault, failoverFaults, runFailovers } from '../test/faults/cluster/failover-run.ts';
import { ensurePostgres, howToInstallPostgres } from './postgres.js';

const { values } = parseArgs({
  options: {
    executions: { type: 'string', default: '1000' },
    times: { type: 'string', default: '50' },
    fault: { type: 'string' },
    seed: { type: 'string' },
    weak: { type: 'boolean', default: false },
  },
});
if (ensurePostgres() === undefined) throw new Error(howToInstallPostgres());
const faults = { ...clusterFaults, ...failoverFaults };
type Fault = keyof typeof faults;
const names = Object.keys(faults) as Fault[];
const chosen = names.filter((name) => values.fault === undefined || name === values.fault);
if (chosen.length === 0) throw new Error(`--fault is one of ${names.join(', ')}, not "${values.fault}"`);
const [executions, times] = [Number(values.executions), Number(values.times)];
const seed = values.seed === undefined ? {} : { seed: Number(values.seed) };
let failed = 0;
for (const fault of chosen) {
  const startedAt = performance.now();
  const { told, ...run } = await runFault(fault);
  if (run.losses.length > 0) failed += 1;
  for (const loss of run.losses.slice(0, 20)) console.error(loss);
  const recovered = run.recoveryMs.toSorted((a, b) => a - b).map(Math.round);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0);
  console.log(
    `${fault}, ${times} times (${faults[fault]}), seed ${run.seed}: ${executions} executions in ${seconds} s; ${told}; recovered after ${recovered[recovered.length >> 1]} ms (median), ${recovered.at(-1)} ms at most; ${run.losses.length} losses`,
  );
}
console.log(`${chosen.length - failed} passed, ${failed} failed, 0 skipped`);
process.exitCode = failed === 0 ? 0 : 1;

async function runFault(fault: Fault) {
  if (isFailover(fault)) {
    const run = await runFailovers({ fault, executions, times, ...seed });
    return { ...run, told: `${run.forgotten} that the standby did not know` };
  }
  const run = await runCluster({ fault, executions, times, weak: values.weak, ...seed });
  const told = `${run.requests} requests, ${run.repeatedKeys} keys sent more than once; ${run.swallowed} answers cut off`;
  return { ...run, told };
}

function isFailover(fault: Fault): fault is FailoverFault {
  return Object.hasOwn(failoverFaults, fault);
}
