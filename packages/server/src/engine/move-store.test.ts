import { expect, it } from 'vitest';
import { openMemoryBlobs } from '../drivers/memory/blobs.ts';
import { openMemoryStore } from '../drivers/memory/store.ts';
import type { Entry, KeptDocument } from '../ports/store.ts';
import { chainOf, empty, entryOf, put, rowOf, sha256, wakeUpOf } from '../ports/store-fixture.contract.ts';
import { moveStore } from './move-store.ts';

const listening = (version: number, key: string) =>
  wakeUpOf('s', `${version}.0`, { kind: 'event', listens: { shape: 'shape', key } });

function document(collection: string, key: string, body: object): KeptDocument {
  return { tenant: 'a', collection, key, revision: 3, time: 5, body: JSON.stringify(body) };
}

/** Moves a log whose first four commits were dropped, and answers what it has become. */
async function moved(documents: readonly KeptDocument[]) {
  const [from, to] = [1, 2].map(() => openMemoryStore({ now: () => 1_000, hash: sha256 }));
  if (from === undefined || to === undefined) throw new Error('two stores were opened');
  const [one, two, three] = chainOf('s', 3) as [Entry, Entry, Entry];
  await from.commit(chainOf('dropped', 4));
  await from.commit([
    { ...one, execution: rowOf('s'), wakeUps: [put(listening(1, 'a'))] },
    { ...two, wakeUps: [put(listening(2, 'b')), put(wakeUpOf('s', 'timer'))] },
    entryOf('other', empty, { execution: rowOf('other') }),
    three,
  ]);
  const kept: KeptDocument[] = [];
  const place = [{ tenant: 'a', execution: 's' }];
  const result = await moveStore({
    from: {
      ...from,
      async tail(cursor, rowsMax) {
        const page = await from.tail(cursor, rowsMax);
        return { ...page, commits: page.commits.filter(({ stream }) => stream !== 'dropped') };
      },
    },
    content: { documents: () => [documents], withWakeUps: () => place, withListeners: () => place },
    to,
    keepDocuments: async (page) => void kept.push(...page),
    blobs: { from: openMemoryBlobs(), kept: [], to: openMemoryBlobs() },
  });
  return { to, kept, result };
}

it('a row that listens is told with the position of the commit that began it, wherever that is now', async () => {
  const { to, result } = await moved([]);
  expect(result).toMatchObject({ commits: 4, executions: 2, wakeUps: 3 });
  const { rows } = await to.listeners('a', [{ shape: 'shape' }], { rowsMax: 9 });
  expect(rows.map(({ id, position }) => [id, position])).toEqual([
    ['s/1.0', 1],
    ['s/2.0', 2],
  ]);
  expect((await to.wakeUps('a', 's')).map(({ id }) => id)).toEqual(['s/1.0', 's/2.0', 's/timer']);
});

it('documents that name places of the log name the same ones where it is numbered anew, and nobody holds them', async () => {
  const owned = { cursor: '6', owner: 'gone', until: 9e12 };
  const { kept } = await moved([
    document('matcher', 'cursor', owned),
    document('event-sinks', 'sink', { ...owned, cursor: '' }),
    document('event-subscriptions', 'w', { detail: 1, from: 3, to: [7, 2], sets: [] }),
    document('earlier-events', 'shape/key/0000000000000005/0000000000000001', { position: 5, event: {} }),
    document('workflows', 'w', { position: 5 }),
  ]);
  expect(kept.map(({ key, body }) => [key, JSON.parse(body)])).toEqual([
    ['cursor', { cursor: '2', owner: '', until: 0 }],
    ['sink', { cursor: '', owner: '', until: 0 }],
    ['w', { detail: 1, from: 0, to: [3, 2], sets: [] }],
    ['shape/key/0000000000000001/0000000000000001', { position: 1, event: {} }],
    ['w', { position: 5 }],
  ]);
  expect(kept[0]).toMatchObject({ revision: 3, time: 5 });
});
