import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { blobContract } from '../../ports/blob.contract.ts';
import { openFileBlobs } from './blobs.ts';

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-blobs-'));
  folders.push(folder);
  return folder;
};
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

blobContract('files', async () => {
  const folder = newFolder();
  return {
    blobs: openFileBlobs({ folder }),
    reopen: async () => openFileBlobs({ folder }),
    clean: async () => {},
  };
});

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test('a file whose content was damaged is an error, and putting its content mends it', async () => {
  const folder = newFolder();
  const blobs = openFileBlobs({ folder });
  const content = new Uint8Array([1, 2, 3]);
  const { digest } = await blobs.put('a', content);
  writeFileSync(filesIn(folder)[0] as string, 'damaged');
  await expect(blobs.get('a', digest)).rejects.toThrow(`blob ${digest} is damaged`);
  const read: Uint8Array[] = [];
  const reading = async () => {
    for await (const chunk of (await blobs.stream('a', digest)) ?? []) read.push(chunk);
  };
  await expect(reading()).rejects.toThrow(`blob ${digest} is damaged`);
  expect(read).toEqual([]);
  await blobs.put('a', content);
  expect(await blobs.get('a', digest)).toEqual(content);
});

test('a digest that is none is refused, whatever path it spells', async () => {
  const blobs = openFileBlobs({ folder: newFolder() });
  for (const digest of ['', 'sha256:', `sha256:../../${'a'.repeat(58)}`, `SHA256:${'a'.repeat(64)}`]) {
    await expect(blobs.get('a', digest)).rejects.toMatchObject({ code: 'bad-request' });
    await expect(blobs.delete('a', digest)).rejects.toMatchObject({ code: 'bad-request' });
  }
});

test('files are for their owner only, and stay inside the folder whatever the tenant is called', async () => {
  const folder = newFolder();
  const blobs = openFileBlobs({ folder: join(folder, 'inside') });
  await blobs.put('../../outside', new Uint8Array([1]));
  const files = filesIn(folder);
  expect(files.every((file) => file.startsWith(join(folder, 'inside')))).toBe(true);
  expect(files.map((file) => statSync(file).mode & 0o777)).toEqual([0o600]);
});

test('half-written files of a day ago are removed at open, and younger ones are left to whoever writes them', () => {
  const folder = newFolder();
  openFileBlobs({ folder });
  const [old, young] = [join(folder, 'incoming', 'old'), join(folder, 'incoming', 'young')];
  writeFileSync(old, 'half');
  writeFileSync(young, 'half');
  utimesSync(old, 0, 0);
  openFileBlobs({ folder });
  expect(filesIn(folder)).toEqual([young]);
});

test('folders that somebody removed are made again', async () => {
  const folder = newFolder();
  const blobs = openFileBlobs({ folder });
  const content = new Uint8Array([1, 2, 3]);
  await blobs.put('a', content);
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
  const { digest } = await blobs.put('a', content);
  expect(await blobs.get('a', digest)).toEqual(content);
  rmSync(join(folder, 'incoming'), { recursive: true });
  const other = await blobs.put('a', new Uint8Array([4]));
  expect(await blobs.get('a', other.digest)).toEqual(new Uint8Array([4]));
});

test('a folder that cannot be made is refused with its name', () => {
  const file = join(newFolder(), 'file');
  writeFileSync(file, '');
  expect(() => openFileBlobs({ folder: join(file, 'blobs') })).toThrow(
    `${join(file, 'blobs')} for blobs cannot be used`,
  );
});
