import { expect, test } from 'vitest';
import { empty, entryOf } from '../../ports/store-fixture.contract.ts';
import { commitWrite, flushWrite } from './entry-wire.ts';
import { openForWriting } from './schema.ts';
import { WireReader, WireWriter } from './wire.ts';
import type { Write } from './write-queue.ts';
import { openWriter } from './writer.ts';

test('what could not be written when nobody waited is written for who asks, and not told of as written', () => {
  const database = openForWriting(':memory:', { bytesMax: null, existing: false });
  const writer = openWriter(database, 8_192);
  function apply<T>(write: Write<T>): T {
    const out = new WireWriter(0);
    write.encode(out);
    const applied = writer.apply(out);
    if (applied.type !== 'done') throw new Error(applied.failure.message);
    return write.decode(new WireReader(applied.results));
  }
  const indexed = () => database.prepare('select stream from streams').all();

  apply(commitWrite([entryOf('s', empty)], { commits: 0, refused: 0 }));
  database.exec("create trigger full before insert on streams begin select raise(abort, 'full'); end");
  writer.rest();
  expect(() => apply(flushWrite(0))).toThrow('full');
  database.exec('drop trigger full');
  const { wanted, ended } = apply(flushWrite(0));
  for (let at = ended; at < wanted; at = apply(flushWrite(wanted)).ended) expect(at).toBeLessThan(wanted);
  expect(indexed()).toMatchObject([{ stream: 's' }]);
  database.close();
});
