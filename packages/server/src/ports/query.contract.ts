import { describe, expect, test } from 'vitest';
import type { ExecutionQuery, ExecutionRow, Store } from './store.ts';
import { empty, entryOf, harnessOf, type OpenStore, rowOf } from './store-fixture.contract.ts';

const putExecutions = (store: Store, rows: readonly ExecutionRow[], tenant = 'a') =>
  store.commit(rows.map((execution) => entryOf(execution.id, empty, { tenant, execution })));
const idsOf = async (store: Store, query: Partial<ExecutionQuery>) =>
  (await store.executions('a', { rowsMax: 100, ...query })).rows.map(({ id }) => id);

/** What every store keeps to when it lists executions and keeps documents and snapshots. */
export function queryContract(open: OpenStore): void {
  const start = harnessOf(open);

  describe('executions', () => {
    test('a row reads back as it was put last, each member of it', async () => {
      const { store } = await start();
      await putExecutions(store, [rowOf('s')]);
      const row = rowOf('s', {
        status: 'faulted',
        updatedAt: 1_009,
        endedAt: 9,
        error: 'ünkind',
        name: 'x',
        namespace: 'y',
        version: '2',
        definition: 'd',
      });
      await store.commit([{ tenant: 'a', stream: 's', execution: row, wakeUps: [] }]);
      expect(await store.execution('a', 's')).toEqual(row);
      expect(await store.executions('a', { rowsMax: 5 })).toEqual({ rows: [row] });
      expect(await store.execution('a', 'none')).toBeUndefined();
    });

    test('come newest first, and by id from the last when they started together', async () => {
      const { store } = await start();
      const started = [
        ['b', 5],
        ['old', 1],
        ['\u{1f600}', 5],
        ['\uff5e', 5],
        ['a', 5],
        ['new', 9],
      ] as const;
      const statuses = ['running', 'completed', 'waiting'] as const;
      await putExecutions(
        store,
        started.map(([id, startedAt], at) => rowOf(id, { startedAt, status: statuses[at % 3] ?? 'running' })),
      );
      expect(await idsOf(store, {})).toEqual(['new', '\u{1f600}', '\uff5e', 'b', 'a', 'old']);
    });

    test('are narrowed by each filter and by all together', async () => {
      const { store } = await start();
      await putExecutions(store, [
        rowOf('1', { startedAt: 1, status: 'completed' }),
        rowOf('2', { startedAt: 2, namespace: 'other' }),
        rowOf('3', { startedAt: 3, name: 'refund', status: 'faulted' }),
        rowOf('4', { startedAt: 4, version: '2.0.0', definition: 'sha256:d2' }),
      ]);
      expect(await idsOf(store, { status: ['completed'] })).toEqual(['1']);
      expect(await idsOf(store, { status: ['faulted', 'running', 'faulted'] })).toEqual(['4', '3', '2']);
      expect(await idsOf(store, { status: [] })).toEqual([]);
      expect(await idsOf(store, { namespace: 'other' })).toEqual(['2']);
      expect(await idsOf(store, { name: 'refund' })).toEqual(['3']);
      expect(await idsOf(store, { version: '2.0.0' })).toEqual(['4']);
      expect(await idsOf(store, { definition: 'sha256:d2' })).toEqual(['4']);
      expect(await idsOf(store, { since: 3 })).toEqual(['4', '3']);
      const all = {
        status: ['running'],
        namespace: 'shop',
        name: 'order',
        version: '2.0.0',
        definition: 'sha256:d2',
        since: 4,
      } as const;
      expect(await idsOf(store, all)).toEqual(['4']);
      expect(await idsOf(store, { ...all, since: 5 })).toEqual([]);
    });

    test('of many workflows are the same, filter by filter and page by page, as all of them held against it', async () => {
      const { store } = await start();
      const pick = <T>(from: readonly T[], at: number) => from[at % from.length] as T;
      const statuses = ['completed', 'completed', 'running', 'faulted', 'completed'] as const;
      const rows = Array.from({ length: 400 }, (_, at) =>
        rowOf(`${pick(['x', 'y'], at)}${at}`, {
          startedAt: at - (at % 3),
          status: pick(statuses, (at * 7) >> 2),
          // What is rare is old, and so the last that is met.
          namespace: at < 20 ? 'rare' : pick(['shop', 'shop-2', 'a', '\u{1f600}'], at),
          name: at < 5 ? 'seldom' : pick(['order', 'order-2', 'b', '\uff5e', 'z'], (at * 3) >> 1),
          version: pick(['1.0.0', '1.0.0', '2.0.0'], at >> 2),
          definition: `sha256:${at % 3}`,
        }),
      );
      await putExecutions(store, rows);
      const filters: readonly Partial<ExecutionQuery>[] = [
        ...['rare', 'shop', 'shop-', '\u{1f600}', 'none'].map((namespace) => ({ namespace })),
        ...['seldom', 'order', '\uff5e', 'none'].map((name) => ({ name })),
        ...['1.0.0', '2.0.0', '1'].map((version) => ({ version })),
        { namespace: 'rare', name: 'seldom' },
        { namespace: 'shop', name: 'order', version: '2.0.0' },
        { namespace: 'shop-2', version: '1.0.0', status: ['completed'] },
        { namespace: 'rare', status: ['faulted', 'running'] },
        { name: 'order', since: 100, definition: 'sha256:1' },
        { namespace: 'a', idPrefix: 'x' },
      ];
      for (const filter of filters) {
        const { status, since = 0, idPrefix = '', ...same } = filter;
        const expected = rows
          .filter((row) => row.startedAt >= since && row.id.startsWith(idPrefix))
          .filter((row) => status === undefined || status.includes(row.status))
          .filter((row) =>
            Object.entries(same).every(([key, value]) => row[key as keyof typeof row] === value),
          )
          .sort((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
        const found: string[] = [];
        let cursor: string | undefined;
        do {
          const place = cursor === undefined ? {} : { cursor };
          const page = await store.executions('a', { ...filter, ...place, rowsMax: 7 });
          found.push(...page.rows.map(({ id }) => id));
          cursor = page.cursor;
        } while (cursor !== undefined);
        expect(found, JSON.stringify(filter)).toEqual(expected.map(({ id }) => id));
      }
    }, 60_000);

    test('are found by what their id begins with, alone and with the other filters', async () => {
      const { store } = await start();
      const ids = ['ab', 'ab1', 'ab%', 'ab_2', 'AB', 'abc\u{1f600}', 'b-ab', 'a'];
      await putExecutions(
        store,
        ids.map((id, at) =>
          rowOf(id, { startedAt: at, name: at % 2 ? 'odd' : 'even', status: at < 4 ? 'running' : 'faulted' }),
        ),
      );
      await putExecutions(store, [rowOf('ab9')], 'b');
      expect(await idsOf(store, { idPrefix: 'ab' })).toEqual(['abc\u{1f600}', 'ab_2', 'ab%', 'ab1', 'ab']);
      expect(await idsOf(store, { idPrefix: 'ab_' })).toEqual(['ab_2']);
      expect(await idsOf(store, { idPrefix: 'ab', name: 'odd' })).toEqual(['abc\u{1f600}', 'ab_2', 'ab1']);
      expect(await idsOf(store, { idPrefix: 'ab', name: 'odd', status: ['running'] })).toEqual([
        'ab_2',
        'ab1',
      ]);
      const { cursor = '' } = await store.executions('a', { idPrefix: 'ab', rowsMax: 3 });
      expect(await idsOf(store, { idPrefix: 'ab', cursor })).toEqual(['ab1', 'ab']);
    });

    test('that begin with what very many begin with come newest first, too', async () => {
      const { store } = await start();
      const ids = Array.from({ length: 1_100 }, (_, at) => `many${String(at).padStart(4, '0')}`);
      await putExecutions(
        store,
        ids.map((id, at) => rowOf(id, { startedAt: at })),
      );
      const { rows, cursor = '' } = await store.executions('a', { idPrefix: 'many', rowsMax: 2 });
      expect(rows.map(({ id }) => id)).toEqual(['many1099', 'many1098']);
      const next = await store.executions('a', { idPrefix: 'many', rowsMax: 1, cursor });
      expect(next.rows.map(({ id }) => id)).toEqual(['many1097']);
    });

    test('go on from page to page without repeating or losing a row, whatever starts meanwhile', async () => {
      const { store } = await start();
      const rows = Array.from({ length: 25 }, (_, at) => rowOf(`e${at}`, { startedAt: 100 + (at % 5) }));
      await putExecutions(store, rows);
      const expected = await idsOf(store, {});
      const seen: string[] = [];
      let cursor: string | undefined;
      for (let page = 0; page < 9; page++) {
        const found = await store.executions('a', { rowsMax: 4, ...(cursor !== undefined && { cursor }) });
        seen.push(...found.rows.map(({ id }) => id));
        cursor = found.cursor;
        await putExecutions(store, [rowOf(`new${page}`, { startedAt: 500 + page })]);
        if (cursor === undefined) break;
      }
      expect(seen).toEqual(expected);
      expect(cursor).toBeUndefined();
    });

    test('that fill a page exactly have no page behind it', async () => {
      const { store } = await start();
      await putExecutions(store, [rowOf('1'), rowOf('2')]);
      expect(await store.executions('a', { rowsMax: 2 })).not.toHaveProperty('cursor');
      expect(await store.executions('a', { rowsMax: 1 })).toHaveProperty('cursor');
    });

    test('a cursor that was made up is refused', async () => {
      const { store } = await start();
      for (const cursor of ['', 'x', 'bnVsbA', 'WzFd', '"']) {
        await expect(store.executions('a', { rowsMax: 1, cursor })).rejects.toMatchObject({
          code: 'bad-request',
        });
      }
    });

    test('a page of no rows cannot be asked for', async () => {
      const { store } = await start();
      await expect(store.executions('a', { rowsMax: 0 })).rejects.toThrow(RangeError);
    });
  });

  describe('documents', () => {
    test('a document reads back with its revision and the instant it was put', async () => {
      const { store, advance } = await start();
      expect(await store.putDocument('a', 'c', 'k', 'one', undefined)).toEqual({
        type: 'stored',
        revision: 1,
      });
      advance(5);
      expect(await store.putDocument('a', 'c', 'k', 'two', undefined)).toEqual({
        type: 'stored',
        revision: 2,
      });
      expect(await store.document('a', 'c', 'k')).toEqual({
        key: 'k',
        revision: 2,
        time: store.now(),
        body: 'two',
      });
      expect(await store.document('a', 'other', 'k')).toBeUndefined();
    });

    test('is stored only when the revision is the one that was expected', async () => {
      const { store } = await start();
      expect(await store.putDocument('a', 'c', 'k', 'x', 1)).toEqual({ type: 'conflict', revision: 0 });
      expect(await store.putDocument('a', 'c', 'k', 'x', 0)).toEqual({ type: 'stored', revision: 1 });
      expect(await store.putDocument('a', 'c', 'k', 'y', 0)).toEqual({ type: 'conflict', revision: 1 });
      expect(await store.putDocument('a', 'c', 'k', 'y', 1)).toEqual({ type: 'stored', revision: 2 });
      expect(await store.document('a', 'c', 'k')).toMatchObject({ body: 'y' });
    });

    test('of many who put at once on the same revision one wins', async () => {
      const { store } = await start();
      const puts = Array.from({ length: 10 }, (_, at) => store.putDocument('a', 'c', 'k', `${at}`, 0));
      expect((await Promise.all(puts)).filter(({ type }) => type === 'stored')).toHaveLength(1);
    });

    test('is deleted only when the revision is the one that was expected', async () => {
      const { store } = await start();
      await store.putDocument('a', 'c', 'k', 'x', 0);
      expect(await store.deleteDocument('a', 'c', 'k', 2)).toBe(false);
      expect(await store.deleteDocument('a', 'c', 'k', 1)).toBe(true);
      expect(await store.deleteDocument('a', 'c', 'k', undefined)).toBe(false);
      expect(await store.document('a', 'c', 'k')).toBeUndefined();
    });

    test('come by key, those with a prefix, from page to page', async () => {
      const { store } = await start();
      const keys = ['b/2', 'b/10', 'a', 'b', 'c', 'b/\u{1f600}', 'b/\uff5e', 'b/%', 'b/_', 'B/1'];
      for (const key of keys) await store.putDocument('a', 'c', key, key, 0);
      await store.putDocument('a', 'other', 'b/0', 'x', 0);
      const all = ['b/%', 'b/10', 'b/2', 'b/_', 'b/\uff5e', 'b/\u{1f600}'];
      const page = await store.documents('a', 'c', { prefix: 'b/', rowsMax: 4 });
      expect(page.rows.map(({ key }) => key)).toEqual(all.slice(0, 4));
      await store.putDocument('a', 'c', 'b/0', 'before', 0);
      const rest = await store.documents('a', 'c', { prefix: 'b/', rowsMax: 4, cursor: page.cursor ?? '' });
      expect(rest.rows.map(({ key }) => key)).toEqual(all.slice(4));
      expect(rest).not.toHaveProperty('cursor');
      const behind = { prefix: 'b/', after: 'b/2', rowsMax: 1 };
      const first = await store.documents('a', 'c', behind);
      expect(first.rows.map(({ key }) => key)).toEqual(['b/_']);
      const next = await store.documents('a', 'c', { ...behind, rowsMax: 4, cursor: first.cursor ?? '' });
      expect(next.rows.map(({ key }) => key)).toEqual(['b/\uff5e', 'b/\u{1f600}']);
      expect((await store.documents('a', 'c', { rowsMax: 100 })).rows).toHaveLength(11);
    });

    test('a cursor that was made up is refused', async () => {
      const { store } = await start();
      await expect(store.documents('a', 'c', { rowsMax: 1, cursor: 'x' })).rejects.toMatchObject({
        code: 'bad-request',
      });
    });
  });

  describe('the oldest documents', () => {
    test('are those of a collection that were put longest ago, whoever they belong to', async () => {
      const { store, advance } = await start();
      const put = async (tenant: string, key: string) => {
        await store.putDocument(tenant, 'keys', key, `${tenant}${key}`, undefined);
        advance(10);
      };
      await put('b', '1');
      await put('a', '2');
      await store.putDocument('a', 'other', '0', 'x', 0);
      await put('a', '1');
      await put('b', '1');
      const found = await store.oldestDocuments('keys', 10);
      expect(found.map(({ tenant, key, revision }) => [tenant, key, revision])).toEqual([
        ['a', '2', 1],
        ['a', '1', 1],
        ['b', '1', 2],
      ]);
      expect(found[0]).toEqual({ ...(await store.document('a', 'keys', '2')), tenant: 'a' });
      expect(await store.oldestDocuments('keys', 1)).toEqual(found.slice(0, 1));
    });
  });

  describe('snapshots', () => {
    test('a snapshot reads back as it was put last', async () => {
      const { store } = await start();
      expect(await store.snapshot('a', 's')).toBeUndefined();
      await store.putSnapshot('a', 's', { schema: 1, version: 5, commit: 'c', body: '{}' });
      const last = { schema: 2, version: 7, commit: 'd', body: '{"ü":1}' };
      await store.putSnapshot('a', 's', last);
      expect(await store.snapshot('a', 's')).toEqual(last);
    });
  });

  describe('the clock', () => {
    test('is the one that leases are measured with', async () => {
      const { store, advance } = await start();
      const before = store.now();
      advance(1_234);
      expect(store.now()).toBe(before + 1_234);
    });
  });
}
