import { expect, test } from 'vitest';
import { empty, entryOf } from '../../ports/store-fixture.contract.ts';
import { commitWrite } from './entry-wire.ts';
import { openQueries } from './queries.ts';
import { openReader } from './reader.ts';
import { RecentCommits } from './recent-commits.ts';
import { openForWriting } from './schema.ts';
import { WireReader, WireWriter } from './wire.ts';
import { openWriter } from './writer.ts';

test('the end is never before what was told from the file, whose answers are taken a moment later', async () => {
  const database = openForWriting(':memory:', { bytesMax: null, existing: false });
  const recent = new RecentCommits();
  const writer = openWriter(database, 8_192);
  const reader = openReader(database);
  const queries = openQueries({ read: async (name, args) => reader.read(name, args) }, recent, () => 0);
  /** Writes, and answers with what takes the answer. */
  const commit = (stream: string) => {
    const write = commitWrite([entryOf(stream, empty)], { commits: 0, refused: 0 }, recent);
    const message = new WireWriter(0);
    write.encode(message, false);
    const applied = writer.apply({ message, few: false });
    if (applied.type !== 'done') throw new Error(applied.failure.message);
    return () => write.decode(new WireReader(applied.results));
  };
  expect(await queries.end()).toBe('');
  const [first, second, third] = ['s', 't', 'u'].map(commit);
  first?.();
  expect(await queries.end()).toBe('1');
  expect((await queries.tail('', 2)).cursor).toBe('2');
  expect(await queries.end()).toBe('2');
  second?.();
  third?.();
  expect(await queries.end()).toBe('3');
  database.close();
});
