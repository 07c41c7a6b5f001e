/**
 * npm runs it before it packs or publishes `packages/server` as it lies there: with the sources' own dependencies, two of
 * which are in no registry. The package that can be installed is made by `npm run pack`. Plain JavaScript for Node 20.
 */
console.error(
  'millrace is not packed from this folder: its manifest lists packages of the workspace that are published nowhere.\nIn the root of the repository use: npm run pack -- FOLDER',
);
process.exitCode = 1;
