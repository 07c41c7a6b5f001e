import { describe, expect, test } from 'vitest';
import type { ListenKey, Store, WakeUp } from './store.ts';
import {
  afterOf,
  empty,
  entryOf,
  harnessOf,
  type OpenStore,
  put,
  remove,
  wakeUpOf,
} from './store-fixture.contract.ts';

const listener = (execution: string, name: string, listens: ListenKey): WakeUp =>
  wakeUpOf(execution, name, { kind: 'event', due: 9_000_000, listens });
const at = (shape: string, key = ''): ListenKey => ({ shape, key });

/** Puts listeners with a commit of their own; answers its position. */
async function putListener(store: Store, row: WakeUp, tenant = 'a'): Promise<number> {
  const [result] = await store.commit([entryOf(row.execution, empty, { tenant, wakeUps: [put(row)] })]);
  if (result?.type !== 'accepted') throw new Error('it was refused');
  return result.position;
}

/** What every store keeps to as the index of those that wait for events. */
export function listenerContract(open: OpenStore): void {
  const start = harnessOf(open);
  const idsOf = async (store: Store, keys: Parameters<Store['listeners']>[1], tenant = 'a') =>
    (await store.listeners(tenant, keys, { rowsMax: 100 })).rows.map(({ id }) => id);

  describe('listeners', () => {
    test('a row is found under its shape and key, with the position of the commit that put it', async () => {
      const { store } = await start();
      await store.commit([entryOf('before', empty)]);
      const position = await putListener(store, listener('s', '3.0', at('one', 'k')));
      await putListener(store, listener('t', '3.0', at('one', 'other')));
      await putListener(store, listener('u', '3.0', at('two', 'k')));
      const found = await store.listeners('a', [at('one', 'k')], { rowsMax: 10 });
      expect(found).toEqual({
        rows: [{ id: 's/3.0', execution: 's', shape: 'one', key: 'k', position }],
      });
      expect(await store.wakeUps('a', 's')).toMatchObject([{ listens: { shape: 'one', key: 'k' } }]);
    });

    test('a later commit of the stream leaves the position, and a row that is put anew has the new one', async () => {
      const { store } = await start();
      const first = entryOf('s', empty, { wakeUps: [put(listener('s', '1.0', at('one')))] });
      await store.commit([first]);
      const second = entryOf('s', afterOf(first));
      await store.commit([second]);
      const page = await store.listeners('a', [at('one')], { rowsMax: 1 });
      expect(page.rows[0]?.position).toBe(1);
      await store.commit([
        entryOf('s', afterOf(second), { wakeUps: [put(listener('s', '1.0', at('one', 'k')))] }),
      ]);
      expect(await store.listeners('a', [at('one', 'k')], { rowsMax: 1 })).toMatchObject({
        rows: [{ position: 3 }],
      });
      expect(await idsOf(store, [at('one')])).toEqual([]);
    });

    test('several keys are answered at once, in their order, and a shape without a key has all', async () => {
      const { store } = await start();
      await putListener(store, listener('b', '1', at('one', 'x')));
      await putListener(store, listener('a', '1', at('one', 'y')));
      await putListener(store, listener('c', '1', at('two')));
      expect(await idsOf(store, [at('two'), at('one', 'x'), at('none', 'x')])).toEqual(['c/1', 'b/1']);
      expect(await idsOf(store, [{ shape: 'one' }])).toEqual(['a/1', 'b/1']);
    });

    test('what was removed is soon not found, nor what belongs to another tenant', async () => {
      const { store } = await start();
      await putListener(store, listener('s', '1', at('one')));
      await putListener(store, listener('s', '1', at('one')), 'b');
      await store.commit([{ tenant: 'a', stream: 's', wakeUps: [remove('s/1')] }]);
      await expect.poll(() => idsOf(store, [at('one')])).toEqual([]);
      expect(await idsOf(store, [at('one')], 'b')).toEqual(['s/1']);
    });

    test('pages go on where the one before ended, across keys', async () => {
      const { store } = await start();
      for (let n = 0; n < 5; n++) await putListener(store, listener(`e${n}`, '1', at(n < 3 ? 'one' : 'two')));
      const found: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const query = { rowsMax: 2, ...(cursor === undefined ? {} : { cursor }) };
        const page = await store.listeners('a', [at('one'), at('two')], query);
        expect(page.rows.length).toBeLessThanOrEqual(2);
        found.push(...page.rows.map(({ execution }) => execution));
        cursor = page.cursor;
        if (cursor === undefined) break;
      }
      expect(found).toEqual(['e0', 'e1', 'e2', 'e3', 'e4']);
    });

    test.each([1, 7, 100])(
      'many keys are answered in their order, whatever stands between them, in pages of %i',
      async (rowsMax) => {
        const { store } = await start();
        const rows = Array.from({ length: 40 }, (_, n) => listener(`e${99 - n}`, '1', at(`s${n % 20}`, 'k')));
        rows.push(listener('a', '1', at('whole', 'x')), listener('b', '1', at('whole', 'y')));
        for (const row of rows) await putListener(store, row);
        const shapes = Array.from({ length: 20 }, (_, n) => at(`s${(n * 7) % 20}`, 'k'));
        const keys = [...shapes.slice(0, 12), { shape: 'whole' }, at('s1', 'other'), ...shapes.slice(12)];
        const found: string[] = [];
        for (let cursor: string | undefined; ; ) {
          const query = { rowsMax, ...(cursor === undefined ? {} : { cursor }) };
          const page = await store.listeners('a', keys, query);
          found.push(...page.rows.map(({ id }) => id));
          cursor = page.cursor;
          if (cursor === undefined) break;
        }
        const of = ({ shape }: { readonly shape: string }) => {
          const n = Number(shape.slice(1));
          return [`e${79 - n}/1`, `e${99 - n}/1`];
        };
        expect(found).toEqual([
          ...shapes.slice(0, 12).flatMap(of),
          ...['a/1', 'b/1'],
          ...shapes.slice(12).flatMap(of),
        ]);
      },
    );

    test('they are there when the store is opened again, where it keeps anything', async () => {
      const harness = await start();
      const position = await putListener(harness.store, listener('s', '1', at('one', 'k')));
      await harness.store.commit([entryOf('t', empty)]);
      const store = (await harness.reopen?.()) ?? harness.store;
      expect(await store.listeners('a', [at('one', 'k')], { rowsMax: 5 })).toMatchObject({
        rows: [{ execution: 's', position }],
      });
    });

    test('a row of another kind that says what it listens for is refused', async () => {
      const { store } = await start();
      const row = wakeUpOf('s', '1', { kind: 'timer', listens: at('one') });
      await expect(putListener(store, row)).rejects.toThrow(/listens for nothing/);
    });
  });
}
