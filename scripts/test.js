/**
 * `npm test`: installs what is missing and runs the tests; arguments go to vitest. Ends with the plain line
 * `N passed, N failed, N skipped`.
 */
import { ensureInstalled } from './install.js';
import { ensurePostgres } from './postgres.js';
import { formatCounts, runTests } from './vitest.js';

await ensureInstalled();
// The whole suite has tests on a PostgreSQL; where none can be had they are skipped, and say why.
if (process.argv.length === 2) ensurePostgres();
const { code, counts } = await runTests(process.argv.slice(2));
console.log(formatCounts(counts));
process.exitCode = code;
