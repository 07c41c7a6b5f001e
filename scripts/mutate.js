/**
 * `npm run mutate`: changes the rules a little, thousands of times, and looks whether a test notices. What is left is in
 * `.stryker/report.html`, and is killed by a test or explained in `test/mutation/survivors.md`. Takes an hour or
 * two on one core; arguments go to Stryker, such as `--mutate FILE,FILE`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureInstalled } from './install.js';
import { root, runNode } from './runtime.js';

await ensureInstalled();
const stryker = join(root, 'node_modules', '@stryker-mutator', 'core', 'bin', 'stryker.js');
if (existsSync(stryker)) {
  const config = join('test', 'mutation', 'stryker.config.json');
  process.exitCode = await runNode([stryker, 'run', config, ...process.argv.slice(2)]);
} else {
  console.error(
    'Stryker is not installed: npm install --no-save @stryker-mutator/core@10.1.1 @stryker-mutator/vitest-runner@10.1.1',
  );
  process.exitCode = 2;
}
