import { describe, expect, test } from 'vitest';
import type { Store } from './store.ts';
import {
  afterOf,
  chainOf,
  empty,
  entryOf,
  harnessOf,
  type OpenStore,
  put,
  putRows,
  remove,
  rowOf,
  sha256,
  tailAll,
  wakeUpOf,
} from './store-fixture.contract.ts';
import { verifyStream } from './verify-stream.ts';

/** What every store keeps to when it commits and reads commits back. */
export function commitContract(open: OpenStore): void {
  const start = harnessOf(open);
  const kinds = async (store: Store, entries: Parameters<Store['commit']>[0]) =>
    (await store.commit(entries)).map(({ type }) => type);

  describe('commits', () => {
    test('a commit reads back as it was written, with its predecessor and a position that grows', async () => {
      const { store } = await start();
      const [one, two] = chainOf('s', 2, { facts: 3, note: 'ünï\u0001"\\' });
      const results = await store.commit([one, two].flatMap((entry) => entry ?? []));
      const commits = await store.read('a', 's');
      expect(commits).toMatchObject([
        { ...one?.commit, tenant: 'a', stream: 's', previous: '' },
        { ...two?.commit, tenant: 'a', stream: 's', previous: one?.commit?.id },
      ]);
      expect(results).toEqual(commits.map(({ position }) => ({ type: 'accepted', position })));
      expect(verifyStream(commits, sha256)).toEqual({ type: 'sound' });
    });

    test('a stream that begins is refused when the stream has begun', async () => {
      const { store } = await start();
      const first = entryOf('s', empty, { facts: 2 });
      await store.commit([first]);
      expect(await store.commit([entryOf('s', empty, { note: 'again' })])).toEqual([
        { type: 'refused', ...afterOf(first) },
      ]);
      expect(await store.read('a', 's')).toHaveLength(1);
    });

    test('commits are counted apart from refusals and from entries without facts', async () => {
      const { store } = await start();
      const before = store.stats();
      await store.commit([entryOf('s', empty, { facts: 2 }), entryOf('t', empty)]);
      await store.commit([entryOf('s', empty)]);
      await store.commit([{ tenant: 'a', stream: 'u', wakeUps: [] }]);
      const { commits, refused } = store.stats();
      expect([commits, refused]).toEqual([(before.commits ?? 0) + 2, (before.refused ?? 0) + 1]);
    });

    test('an entry on a version that does not exist is refused, and told where the stream stands', async () => {
      const { store } = await start();
      const entry = entryOf('s', { version: 4, commit: sha256('x') });
      expect(await store.commit([entry])).toEqual([{ type: 'refused', ...empty }]);
    });

    test('an entry on the right version of another commit is refused', async () => {
      const { store } = await start();
      const first = entryOf('s', empty);
      await store.commit([first]);
      const other = afterOf(entryOf('s', empty, { note: 'never written' }));
      expect(await store.commit([entryOf('s', other)])).toEqual([{ type: 'refused', ...afterOf(first) }]);
    });

    test('an entry in the middle of a commit is refused', async () => {
      const { store } = await start();
      const first = entryOf('s', empty, { facts: 3 });
      await store.commit([first]);
      const inside = { version: 2, commit: afterOf(first).commit };
      expect(await kinds(store, [entryOf('s', inside)])).toEqual(['refused']);
    });

    test('a refused entry leaves nothing: no commit, no row, no wake-up', async () => {
      const { store } = await start();
      const first = entryOf('s', empty, { execution: rowOf('s'), wakeUps: [put(wakeUpOf('s', 'kept'))] });
      await store.commit([first]);
      const refused = entryOf('s', empty, {
        note: 'refused',
        execution: rowOf('s', { status: 'faulted' }),
        wakeUps: [put(wakeUpOf('s', 'new')), remove('s/kept')],
      });
      expect(await kinds(store, [refused])).toEqual(['refused']);
      expect(await store.read('a', 's')).toHaveLength(1);
      expect(await store.execution('a', 's')).toEqual(rowOf('s'));
      expect((await store.wakeUps('a', 's')).map(({ id }) => id)).toEqual(['s/kept']);
    });

    test('a commit without a row leaves it, but for when it was updated', async () => {
      const { store } = await start();
      const first = entryOf('s', empty, { time: 1_000, execution: rowOf('s', { updatedAt: 1_000 }) });
      const second = entryOf('s', afterOf(first), { time: 1_001 });
      const third = entryOf('s', afterOf(second), { time: 1_002 });
      await store.commit([first, second]);
      expect(await store.execution('a', 's')).toEqual(rowOf('s', { updatedAt: 1_001 }));
      await store.commit([third]);
      expect(await store.execution('a', 's')).toEqual(rowOf('s', { updatedAt: 1_002 }));
      expect(await store.execution('a', 'none')).toBeUndefined();
    });

    test('a refused entry does not abort the others of its group', async () => {
      const { store } = await start();
      await store.commit([entryOf('s', empty)]);
      const group = [
        entryOf('before', empty),
        entryOf('s', empty, { note: 'again' }),
        entryOf('behind', empty),
      ];
      expect(await kinds(store, group)).toEqual(['accepted', 'refused', 'accepted']);
      expect(await store.read('a', 'before')).toHaveLength(1);
      expect(await store.read('a', 'behind')).toHaveLength(1);
    });

    test('entries of one stream in one group apply in their order', async () => {
      const { store } = await start();
      expect(await kinds(store, chainOf('s', 20, { facts: 2 }))).toEqual(Array(20).fill('accepted'));
      expect(verifyStream(await store.read('a', 's'), sha256)).toEqual({ type: 'sound' });
    });

    test('what is queued on a refused entry is refused, in its group and in later ones', async () => {
      const { store } = await start();
      const won = entryOf('s', empty, { note: 'won' });
      const lost = chainOf('s', 4, { note: 'lost' });
      const results = await Promise.all([
        store.commit([won]),
        store.commit(lost.slice(0, 2)),
        store.commit(lost.slice(2)),
      ]);
      expect(results.flat().map(({ type }) => type)).toEqual(['accepted', ...Array(4).fill('refused')]);
      expect((await store.read('a', 's')).map(({ id }) => id)).toEqual([won.commit?.id]);
    });

    test('of many who write on the same place at once one wins', async () => {
      const { store } = await start();
      const rivals = Array.from({ length: 30 }, (_, at) =>
        store.commit([entryOf('s', empty, { note: `rival ${at}` })]),
      );
      const results = (await Promise.all(rivals)).flat();
      expect(results.filter(({ type }) => type === 'accepted')).toHaveLength(1);
      expect(await store.read('a', 's')).toHaveLength(1);
    });

    test('an assertion is accepted where the stream stands, appends nothing and changes wake-ups', async () => {
      const { store } = await start();
      const first = entryOf('s', empty);
      await store.commit([first]);
      const change = put(wakeUpOf('s', 'asserted'));
      expect(await kinds(store, [entryOf('s', afterOf(first), { facts: 0, wakeUps: [change] })])).toEqual([
        'accepted',
      ]);
      expect(await store.read('a', 's')).toHaveLength(1);
      expect(await store.wakeUps('a', 's')).toEqual([wakeUpOf('s', 'asserted')]);
    });

    test('an assertion of what the stream was is refused, and of emptiness where it is not empty', async () => {
      const { store } = await start();
      const [first, second] = chainOf('s', 2);
      await store.commit([first, second].flatMap((entry) => entry ?? []));
      const stale = entryOf('s', first === undefined ? empty : afterOf(first), { facts: 0 });
      const none = entryOf('s', empty, { facts: 0 });
      const never = entryOf('never', empty, { facts: 0 });
      expect(await kinds(store, [stale, none, never])).toEqual(['refused', 'refused', 'accepted']);
    });

    test('an entry that expects nothing puts its wake-ups wherever the stream stands', async () => {
      const { store } = await start();
      await store.commit(chainOf('s', 3));
      const command = wakeUpOf('s', 'command', { kind: 'command', body: '{"type":"cancel"}' });
      expect(await kinds(store, [{ tenant: 'a', stream: 's', wakeUps: [put(command)] }])).toEqual([
        'accepted',
      ]);
      expect(await store.wakeUps('a', 's')).toEqual([command]);
    });

    test('an empty group is answered', async () => {
      const { store } = await start();
      expect(await store.commit([])).toEqual([]);
    });

    test.each([
      ['a commit behind a gap', { ...entryOf('s', empty), after: { version: 3, commit: 'x' } }],
      ['a commit that expects nothing', { ...entryOf('s', empty), after: undefined }],
      ['the row of another execution', entryOf('s', empty, { execution: rowOf('other') })],
      ['a wake-up of another execution', entryOf('s', empty, { wakeUps: [put(wakeUpOf('other', 'x'))] })],
      ['an empty tenant', entryOf('s', empty, { tenant: '' })],
      ['a stream that is not well-formed text', entryOf('s\ud800', empty)],
      ['a stream with U+0000', entryOf('s\0', empty)],
    ])('%s is thrown back with the whole group, which leaves nothing', async (_, bad) => {
      const { store } = await start();
      const group = [entryOf('fine', empty), bad] as Parameters<Store['commit']>[0];
      await expect(store.commit(group)).rejects.toThrow(TypeError);
      expect(await store.read('a', 'fine')).toEqual([]);
    });

    test('a group of three thousand entries with large bodies is written whole', async () => {
      const { store } = await start();
      const note = 'x'.repeat(5_000);
      const entries = Array.from({ length: 3_000 }, (_, at) => entryOf(`s${at}`, empty, { note }));
      expect(new Set(await kinds(store, entries))).toEqual(new Set(['accepted']));
      expect((await tailAll(store, 1_000)).map(({ stream }) => stream)).toEqual(
        entries.map(({ stream }) => stream),
      );
    });
  });

  describe('reading a stream', () => {
    test('begins with the commit that holds the version asked for', async () => {
      const { store } = await start();
      await store.commit(chainOf('s', 4, { facts: 3 }));
      const versions = async (fromVersion: number) =>
        (await store.read('a', 's', { fromVersion })).map(({ version }) => version);
      expect(await versions(1)).toEqual([1, 4, 7, 10]);
      expect(await versions(3)).toEqual([1, 4, 7, 10]);
      expect(await versions(4)).toEqual([4, 7, 10]);
      expect(await versions(12)).toEqual([10]);
      expect(await versions(13)).toEqual([]);
    });

    test('gives no more commits than asked for, and none of a stream that does not exist', async () => {
      const { store } = await start();
      await store.commit(chainOf('s', 5));
      expect(
        (await store.read('a', 's', { fromVersion: 2, rowsMax: 2 })).map(({ version }) => version),
      ).toEqual([2, 3]);
      expect(await store.read('a', 'none')).toEqual([]);
    });

    test('whoever has an answer reads what was answered', async () => {
      const { store } = await start();
      for (const [at, entry] of chainOf('s', 25).entries()) {
        await store.commit([{ ...entry, execution: rowOf('s', { updatedAt: 1_000 + at }) }]);
        expect(await store.read('a', 's')).toHaveLength(at + 1);
        expect(await store.execution('a', 's')).toMatchObject({ updatedAt: 1_000 + at });
      }
    });
  });

  describe('the tail', () => {
    test('gives every commit once, in the order of positions, whatever the size of its pages', async () => {
      const { store } = await start();
      for (let at = 0; at < 3; at++)
        await store.commit(['x', 'y', 'z'].map((name) => entryOf(`${name}${at}`, empty)));
      const streams = (await tailAll(store, 100)).map(({ stream }) => stream);
      expect(streams).toEqual(['x0', 'y0', 'z0', 'x1', 'y1', 'z1', 'x2', 'y2', 'z2']);
      expect((await tailAll(store, 2)).map(({ stream }) => stream)).toEqual(streams);
    });

    test('at its end gives nothing and the same cursor, and goes on there', async () => {
      const { store } = await start();
      expect(await store.tail('', 10)).toEqual({ commits: [], cursor: '' });
      await store.commit([entryOf('s', empty)]);
      const { cursor } = await store.tail('', 10);
      expect(await store.tail(cursor, 10)).toEqual({ commits: [], cursor });
      await store.commit([entryOf('t', empty)]);
      expect((await store.tail(cursor, 10)).commits.map(({ stream }) => stream)).toEqual(['t']);
    });

    test('from the end as it is now gives what is committed from now on', async () => {
      const { store } = await start();
      expect(await tailAll(store, 10, await store.end())).toEqual([]);
      await store.commit(chainOf('s', 3));
      const end = await store.end();
      expect(await tailAll(store, 10, end)).toEqual([]);
      await store.commit([entryOf('t', empty)]);
      expect((await tailAll(store, 10, end)).map(({ stream }) => stream)).toEqual(['t']);
    });

    test('read while many commit misses none, and keeps the order of each stream', async () => {
      const { store } = await start();
      const writers = Array.from({ length: 20 }, async (_, at) => {
        for (const entry of chainOf(`s${at}`, 15, { facts: 2 })) await store.commit([entry]);
      });
      const seen: string[] = [];
      let cursor = '';
      const follow = async () => {
        const page = await store.tail(cursor, 7);
        seen.push(...page.commits.map(({ stream, version }) => `${stream} ${version}`));
        cursor = page.cursor;
      };
      const written = Promise.all(writers);
      for (let turn = 0; turn < 30; turn++) await follow();
      await written;
      for (let left = 0; seen.length < 300 && left < 100; left++) await follow();
      for (let at = 0; at < 20; at++) {
        const own = seen.filter((name) => name.startsWith(`s${at} `));
        expect(own).toEqual(Array.from({ length: 15 }, (_, commit) => `s${at} ${commit * 2 + 1}`));
      }
      expect(seen).toHaveLength(300);
    });

    test('a cursor that was made up is refused', async () => {
      const { store } = await start();
      await expect(store.tail('made up', 1)).rejects.toMatchObject({ code: 'bad-request' });
    });
  });

  describe('what is kept', () => {
    test('everything is there after the store was opened again, and streams go on where they stood', async (context) => {
      const harness = await start();
      if (harness.reopen === undefined) return context.skip('this driver keeps nothing');
      const [first, second, third] = chainOf('s', 3, { facts: 2, execution: rowOf('s') });
      if (first === undefined || second === undefined || third === undefined)
        throw new Error('three entries');
      await harness.store.commit([first]);
      const { cursor } = await harness.store.tail('', 10);
      await harness.store.commit([second]);
      await putRows(harness.store, [wakeUpOf('s', 'timer', { body: '{}' })]);
      await harness.store.putDocument('a', 'c', 'k', 'body', 0);
      await harness.store.putSnapshot('a', 's', {
        schema: 1,
        version: 4,
        commit: afterOf(second).commit,
        body: '{}',
      });
      const before = await everythingOf(harness.store);
      const again = await harness.reopen();
      expect(await everythingOf(again)).toEqual(before);
      expect((await again.tail(cursor, 10)).commits.map(({ id }) => id)).toEqual([second.commit?.id]);
      expect(await kinds(again, [entryOf('s', afterOf(first), { note: 'stale' }), third])).toEqual([
        'refused',
        'accepted',
      ]);
      expect((await again.tail(cursor, 10)).commits.map(({ id }) => id)).toEqual([
        second.commit?.id,
        third.commit?.id,
      ]);
    });

    test('what was asked for before a close is answered, and what comes later is refused', async (context) => {
      const harness = await start();
      if (harness.reopen === undefined) return context.skip('this driver keeps nothing');
      const asked = chainOf('s', 50).map((entry) => harness.store.commit([entry]));
      const again = await harness.reopen();
      expect((await Promise.all(asked)).flat().every(({ type }) => type === 'accepted')).toBe(true);
      expect(await again.read('a', 's')).toHaveLength(50);
      await expect(harness.store.commit([entryOf('t', empty)])).rejects.toMatchObject({
        code: 'unavailable',
      });
      await expect(harness.store.read('a', 's')).rejects.toMatchObject({ code: 'unavailable' });
    });
  });

  describe('tenants', () => {
    test('equal ids in two tenants stay apart in every method', async () => {
      const { store } = await start();
      const lease = { owner: 'o', until: store.now() + 1_000 };
      for (const tenant of ['a', 'b']) {
        const row = wakeUpOf('s', 'x', { body: tenant, attempt: 1, lease });
        await store.commit([
          entryOf('s', empty, {
            tenant,
            note: tenant,
            execution: rowOf('s', { name: tenant }),
            wakeUps: [put(row)],
          }),
        ]);
        await store.putDocument(tenant, 'c', 'k', tenant, 0);
        await store.putSnapshot(tenant, 's', { schema: 1, version: 1, commit: tenant, body: tenant });
      }
      for (const tenant of ['a', 'b']) {
        expect((await store.read(tenant, 's')).map((commit) => commit.tenant)).toEqual([tenant]);
        expect(await store.execution(tenant, 's')).toMatchObject({ name: tenant });
        expect((await store.executions(tenant, { rowsMax: 9 })).rows.map(({ name }) => name)).toEqual([
          tenant,
        ]);
        expect((await store.wakeUps(tenant, 's')).map(({ body }) => body)).toEqual([tenant]);
        expect(await store.document(tenant, 'c', 'k')).toMatchObject({ body: tenant });
        expect((await store.documents(tenant, 'c', { rowsMax: 9 })).rows.map(({ body }) => body)).toEqual([
          tenant,
        ]);
        expect(await store.snapshot(tenant, 's')).toMatchObject({ body: tenant });
      }
      expect((await tailAll(store, 10)).map(({ tenant }) => tenant)).toEqual(['a', 'b']);
      await changeOnly(store, 'a');
      expect(await store.wakeUps('b', 's')).toEqual([wakeUpOf('s', 'x', { body: 'b', attempt: 1, lease })]);
      expect(await store.read('b', 's')).toHaveLength(1);
      expect(await store.document('b', 'c', 'k')).toMatchObject({ body: 'b', revision: 1 });
      expect(await store.execution('c', 's')).toBeUndefined();
      expect(await store.wakeUps('c', 's')).toEqual([]);
    });

    test('the names of tenant and stream do not run into each other', async () => {
      const { store } = await start();
      await store.commit([entryOf('b/c', empty, { tenant: 'a' }), entryOf('c', empty, { tenant: 'a/b' })]);
      expect(await store.read('a', 'b/c')).toHaveLength(1);
      expect(await store.read('a/b', 'c')).toHaveLength(1);
      expect(await store.read('a/b/c', '')).toEqual([]);
    });

    test('claims of two tenants with equal ids are two claims', async () => {
      const { store } = await start();
      for (const tenant of ['a', 'b']) await putRows(store, [wakeUpOf('s', 'x')], tenant);
      const claimed = await store.claim({ kinds: ['timer'], owner: 'o', leaseMs: 1_000, rowsMax: 9 });
      expect(claimed.map(({ tenant, id }) => `${tenant} ${id}`).sort()).toEqual(['a s/x', 'b s/x']);
      await store.release('a', [{ id: 's/x', attempt: 1 }], 'o', 5_000);
      expect(await store.wakeUps('a', 's')).toMatchObject([{ lease: null, due: 5_000 }]);
      expect(await store.wakeUps('b', 's')).toMatchObject([{ lease: { owner: 'o' }, due: 1_000 }]);
    });
  });
}

/** Changes all that a tenant has under the ids that both have. */
async function changeOnly(store: Store, tenant: string): Promise<void> {
  await store.renew(tenant, [{ id: 's/x', attempt: 1 }], 'o', 99_000);
  await store.release(tenant, [{ id: 's/x', attempt: 1 }], 'o', 7);
  const stands = afterOf(entryOf('s', empty, { tenant, note: tenant }));
  await store.commit([entryOf('s', stands, { tenant, wakeUps: [remove('s/x')] })]);
  await store.deleteDocument(tenant, 'c', 'k', undefined);
}

async function everythingOf(store: Store): Promise<unknown> {
  return {
    commits: await tailAll(store, 100),
    executions: await store.executions('a', { rowsMax: 100 }),
    wakeUps: await store.wakeUps('a', 's'),
    document: await store.document('a', 'c', 'k'),
    snapshot: await store.snapshot('a', 's'),
    counts: await store.counts(0),
  };
}
