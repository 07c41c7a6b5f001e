/** `npm run millrace -- ARGS`: the command line of the repository's own sources, built when stale. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensureBuilt } from './build.js';
import { ensureInstalled } from './install.js';
import { requireNode, root } from './runtime.js';

await ensureInstalled();
requireNode();
await ensureBuilt();

const millrace = join(root, 'packages', 'server', 'bin', 'millrace.js');
process.argv = [process.execPath, millrace, ...process.argv.slice(2)];
await import(pathToFileURL(millrace).href);
