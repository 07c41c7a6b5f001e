import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  exampleSecrets,
  examplesFolder,
  listUnlisted,
  readExamples,
  runExamples,
} from '../../conformance/examples.ts';
import { inWorld } from '../../conformance/kit.ts';

const absent = 'the examples of the specification are not beside the repository';

it('every official example runs to its end in the loopback world, or is listed with a reason', {
  timeout: 120_000,
}, async ({ skip }) => {
  if (!existsSync(examplesFolder)) skip(absent);
  const results = await inWorld([], { waitSeconds: 60, secrets: exampleSecrets }, (runtime) =>
    runExamples(examplesFolder, runtime),
  );
  expect(results.flatMap(({ failure }) => failure ?? [])).toEqual([]);
  expect(results.filter(({ skipped }) => skipped === undefined).length).toBeGreaterThan(45);
});

it('no official example is left out of the list', ({ skip }) => {
  if (!existsSync(examplesFolder)) skip(absent);
  expect(listUnlisted(examplesFolder, readExamples())).toEqual([]);
  expect(listUnlisted(examplesFolder, [{ file: 'none.yaml' }])).toContain('none.yaml is gone');
});
