import type { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { empty, entryOf } from '../../ports/store-fixture.contract.ts';
import { commitWrite, flushWrite } from './entry-wire.ts';
import { RecentCommits } from './recent-commits.ts';
import { openForWriting } from './schema.ts';
import { WireReader, WireWriter } from './wire.ts';
import type { Write } from './write-queue.ts';
import { openWriter } from './writer.ts';

/** What the writer of a database answers to a write. */
function openApply(database: DatabaseSync) {
  const writer = openWriter(database, 8_192);
  function apply<T>(write: Write<T>, few = false): T {
    const out = new WireWriter(0);
    write.encode(out, few);
    const applied = writer.apply({ message: out, few });
    if (applied.type !== 'done') throw new Error(applied.failure.message);
    return write.decode(new WireReader(applied.results));
  }
  const commit = (...streams: readonly string[]) =>
    apply(
      commitWrite(
        streams.map((stream) => entryOf(stream, empty)),
        { commits: 0, refused: 0 },
        new RecentCommits(),
      ),
    );
  return { writer, apply, commit };
}

test('what could not be written when nobody waited is written for who asks, and not told of as written', () => {
  const database = openForWriting(':memory:', { bytesMax: null, existing: false });
  const { writer, apply, commit } = openApply(database);
  const indexed = () => database.prepare('select stream from streams').all();

  commit('s');
  database.exec("create trigger full before insert on streams begin select raise(abort, 'full'); end");
  writer.rest();
  expect(() => apply(flushWrite(0))).toThrow('full');
  database.exec('drop trigger full');
  const { wanted, ended } = apply(flushWrite(0));
  for (let at = ended; at < wanted; at = apply(flushWrite(wanted)).ended) expect(at).toBeLessThan(wanted);
  expect(indexed()).toMatchObject([{ stream: 's' }]);
  database.close();
});

test('where few commits are under way they wait for smaller slices', () => {
  const database = openForWriting(':memory:', { bytesMax: null, existing: false });
  const { writer, apply, commit } = openApply(database);
  const streams = (name: string) => Array.from({ length: 1_000 }, (_, at) => `${name}-${at}`);
  const slices = (name: string, few: boolean) => {
    commit(...streams(name));
    const { wanted, ...first } = apply(flushWrite(0), few);
    let asked = 1;
    for (let { ended } = first; ended < wanted; asked++) ended = apply(flushWrite(wanted), few).ended;
    return asked;
  };
  expect(slices('many', false)).toBe(1);
  expect(slices('few', true)).toBe(4);
  commit(...streams('rest'));
  let rests = 1;
  while (writer.rest()) rests++;
  expect(rests).toBe(4);
  database.close();
});
