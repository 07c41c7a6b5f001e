/**
 * npm runs it before it packs or publishes a folder of `packages`, in that folder. What is published of jq, core and sdk
 * is built; `packages/server` is refused as it lies there, with the sources' own dependencies, two of which are in no
 * registry. The package that can be installed is made by `npm run pack`. Plain JavaScript for Node 20.
 */
import { basename } from 'node:path';
import { emitPackages } from './build.js';
import { ensureInstalled } from './install.js';

const name = basename(process.cwd());
if (name === 'server') {
  console.error(
    'millrace is not packed from this folder: its manifest lists packages of the workspace that are published nowhere.\nIn the root of the repository use: npm run pack -- FOLDER',
  );
  process.exitCode = 1;
} else {
  await ensureInstalled();
  process.exitCode = await emitPackages([name]);
}
