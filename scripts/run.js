/** Runs a TypeScript file of the repository on the recent Node: `node scripts/run.js FILE ARGS…`. */
import { ensureInstalled } from './install.js';
import { runNode } from './runtime.js';

const [file, ...args] = process.argv.slice(2);
if (!file) {
  console.error('usage: node scripts/run.js FILE ARGS…');
  process.exit(2);
}
await ensureInstalled();
process.exitCode = await runNode(['--conditions=millrace-source', file, ...args], { cwd: process.cwd() });
