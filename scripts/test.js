/**
 * `npm test`: installs what is missing and runs the tests; arguments go to vitest. Ends with the plain line
 * `N passed, N failed, N skipped`.
 */
import { ensureInstalled } from './install.js';
import { formatCounts, runTests } from './vitest.js';

await ensureInstalled();
const { code, counts } = await runTests(process.argv.slice(2));
console.log(formatCounts(counts));
process.exitCode = code;
