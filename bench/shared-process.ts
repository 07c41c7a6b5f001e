/** One of several processes on a PostgreSQL: `shared-process.ts URL FOLDER IN_FLIGHT WARM_UP_MS MS`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { quantile } from './measure/quantile.ts';
import { endWithParent } from './subjects/child-process.ts';
import { openEmbedded } from './subjects/embedded.ts';
import type { Share } from './works/processes.ts';

endWithParent();
const [store = '', parent = '', inFlight, warmUpMs, ms] = process.argv.slice(2);
const subject = await openEmbedded({ parent, store });
let open = true;
let latencies: number[] = [];
const work = async () => {
  while (open) {
    const startedAt = performance.now();
    await subject.steps();
    latencies.push(performance.now() - startedAt);
  }
};
const loops = Promise.all(Array.from({ length: Number(inFlight) }, work));
await Promise.race([loops, sleep(Number(warmUpMs))]);
console.log('measuring');
latencies = [];
await Promise.race([loops, sleep(Number(ms))]);
const share: Share = {
  count: latencies.length,
  p50Ms: quantile(latencies, 0.5),
  p99Ms: quantile(latencies, 0.99),
};
console.log(`share ${JSON.stringify(share)}`);
open = false;
await loops;
await subject.close();
