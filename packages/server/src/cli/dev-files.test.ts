import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { workflowText } from '../api/test-support/test-server.ts';
import { type DevFiles, openDevFiles } from './dev-files.ts';
import { watchFolders } from './watched-folders.ts';

let folder: string;
let stop = () => {};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-dev-files-'));
  for (const name of ['a', 'b']) write(name, '1.0.0');
});
afterEach(() => {
  stop();
  rmSync(folder, { recursive: true, force: true });
});

const pathOf = (name: string) => join(folder, `${name}.yaml`);
const write = (name: string, version: string) =>
  writeFileSync(pathOf(name), workflowText(name, '  - a: { set: { n: 1 } }', version));

/** The names of what there was after each change, and what went wrong. */
function follow(files: DevFiles, changed: () => Promise<void> = async () => {}) {
  const [seen, errors]: [string[][], unknown[]] = [[], []];
  stop = files.watch(
    async (texts) => {
      seen.push([...texts.keys()]);
      await changed();
    },
    (error) => errors.push(error),
  );
  return { seen, errors };
}

async function next(seen: readonly unknown[], change: () => void): Promise<void> {
  const { length } = seen;
  change();
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThan(length);
}

it('what is saved after the files were read and before they are watched is a change', async () => {
  const files = await openDevFiles([folder]);
  await files.read();
  write('c', '1.0.0');
  const { seen } = follow(files);
  await expect.poll(() => seen[0], { timeout: 10_000 }).toEqual(['a', 'b', 'c'].map(pathOf));
});

it.each([
  ['of a folder', () => [folder]],
  ['named by itself', () => [pathOf('a'), pathOf('b')]],
])('a file %s that is away while an editor saves it is not gone', async (_title, paths) => {
  const aside = join(folder, 'aside');
  const files = await openDevFiles(paths(), async () => renameSync(aside, pathOf('a')));
  await files.read();
  const { seen } = follow(files);
  renameSync(pathOf('a'), aside);
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(seen[0]).toEqual([pathOf('a'), pathOf('b')]);
});

it('a file that is not there at a second look is gone, and is not looked for again', async () => {
  let looks = 0;
  const files = await openDevFiles([folder], async () => {
    looks += 1;
  });
  await files.read();
  const { seen } = follow(files);
  rmSync(pathOf('a'));
  await expect.poll(() => seen[0], { timeout: 10_000 }).toEqual([pathOf('b')]);
  await next(seen, () => write('b', '1.0.1'));
  expect(looks).toBe(1);
});

it('what goes wrong with a change is told, and the next one is seen', async () => {
  const files = await openDevFiles([folder]);
  await files.read();
  const { seen, errors } = follow(files, () => Promise.reject(new Error('the store is away')));
  write('a', '1.0.1');
  await expect.poll(() => errors[0], { timeout: 10_000 }).toEqual(new Error('the store is away'));
  await next(seen, () => write('b', '1.0.1'));
});

it.each([
  ['in the folder', '.'],
  ['in a folder within it', 'within'],
])('a file %s that an editor puts another in the place of is seen each time', async (_title, within) => {
  mkdirSync(join(folder, within), { recursive: true });
  const name = join(within, 'c');
  write(name, '1.0.0');
  const files = await openDevFiles([folder]);
  await files.read();
  const { seen } = follow(files);
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(1);
  for (const version of ['1.0.1', '1.0.2', '1.0.3'])
    await next(seen, () => {
      write('.aside', version);
      renameSync(pathOf('.aside'), pathOf(name));
    });
});

it('folders that come are watched, also in the place of one that was there', async () => {
  const files = await openDevFiles([folder]);
  await files.read();
  const { seen } = follow(files);
  await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(1);
  for (const _round of [1, 2]) {
    await next(seen, () => mkdirSync(join(folder, 'later', 'on'), { recursive: true }));
    await next(seen, () => write('later/on/c', '1.0.0'));
    expect(seen.at(-1)).toContain(pathOf('later/on/c'));
    await next(seen, () => write('later/on/c', '1.0.1'));
    await next(seen, () => rmSync(join(folder, 'later'), { recursive: true }));
  }
});

it('what is hidden, what others have installed, and what grows beside the files is no change', async () => {
  for (const name of ['.git', 'node_modules']) mkdirSync(join(folder, name));
  const grows = () => appendFileSync(join(folder, 'server.log'), 'a line\n');
  grows();
  const heard: string[] = [];
  const watched = watchFolders({
    paths: [{ path: folder, isFolder: true }],
    isWatched: (name) => heard.push(name) > 0 && name === 'a.yaml',
    changed: () => heard.push('changed'),
    onError: (error) => heard.push(String(error)),
  });
  stop = () => watched.close();
  await watched.renew();
  for (const name of ['.git/x', 'node_modules/x', '.x']) write(name, '1.0.0');
  grows();
  write('a', '1.0.1');
  await expect.poll(() => heard, { timeout: 10_000 }).toContain('changed');
  const before = heard.slice(0, heard.indexOf('changed'));
  expect([...new Set(before)]).toEqual(['server.log', 'a.yaml']);
});
