/** The index of those that wait for events: each key is one stretch of it. */
import type { Listener, Store } from '../../ports/store.ts';
import { checkRowsMax, fromListenerCursor, toListenerPage } from '../rules.ts';
import type { Database, Statement } from './database.ts';
import { toListener } from './rows.ts';

const columns = 'id, execution, shape, key, position';
export const byKey: Statement = {
  name: 'listeners_by_key_1',
  text: `select ${columns} from {schema}.wake_ups
    where tenant = $1 and shape = $2 and key = $3 and (execution, id) > ($4, $5)
    order by execution, id limit $6::integer`,
};
/** It names the condition of the index that is for it. */
export const ofShape: Statement = {
  name: 'listeners_of_shape_14',
  text: `select ${columns} from {schema}.wake_ups
    where tenant = $1 and shape = $2 and kind <> '' and (execution, id) > ($3, $4)
    order by execution, id limit $5::integer`,
};
/** Most events ask for one page of many keys: those are one question. */
export const firstOfKeys: Statement = {
  name: 'listeners_of_keys_1',
  text: `select k.ord - 1 as at, l.* from unnest($2::text[], $3::text[]) with ordinality as k (shape, key, ord)
    cross join lateral (
      select ${columns} from {schema}.wake_ups w where w.tenant = $1 and w.shape = k.shape and w.key = k.key
      order by execution, id limit $4::integer
    ) l order by k.ord, l.execution, l.id limit $4::integer`,
};

interface Found {
  readonly at: number;
  readonly listener: Listener;
}

export function openListeners({ query }: Database): Pick<Store, 'listeners'> {
  return {
    async listeners(tenant, keys, { rowsMax, cursor }) {
      checkRowsMax(rowsMax);
      const [from, execution, id] = fromListenerCursor(cursor);
      if (cursor === undefined && keys.every(({ key }) => key !== undefined)) {
        const named = [keys.map(({ shape }) => shape), keys.map(({ key }) => key ?? null)];
        const rows = await query(firstOfKeys, [tenant, ...named, rowsMax + 1], 'again');
        return toListenerPage(
          rows.map((row) => ({ at: Number(row.at), listener: toListener(row) })),
          rowsMax,
        );
      }
      const found: Found[] = [];
      for (let at = from; at < keys.length && found.length <= rowsMax; at++) {
        const { shape, key } = keys[at] as (typeof keys)[number];
        const after = at === from ? [execution, id] : ['', ''];
        const left = rowsMax + 1 - found.length;
        const rows =
          key === undefined
            ? await query(ofShape, [tenant, shape, ...after, left], 'again')
            : await query(byKey, [tenant, shape, key, ...after, left], 'again');
        found.push(...rows.map((row) => ({ at, listener: toListener(row) })));
      }
      return toListenerPage(found, rowsMax);
    },
  };
}
