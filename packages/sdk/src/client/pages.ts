/** Lists of the API as they are paged. */
import type { CallOptions } from '../interface.ts';
import { type Listing, listing, type Page } from '../listing.ts';
import { afterOf, checkId, limitOf } from '../query.ts';
import { routes } from './routes.ts';
import type { Transport } from './transport.ts';

/** A list whose cursors the server makes. */
export function pages<T>(
  transport: Transport,
  route: (typeof routes)['listWorkflows' | 'listExecutions'],
  { signal }: CallOptions,
  query: () => Readonly<Record<string, string | number | undefined>>,
): Listing<T> {
  return listing(async (cursor) => {
    const { body } = await transport.json({ route, query: { ...query(), cursor }, signal });
    return body as Page<T>;
  });
}

/** A list whose cursor is the place after which it goes on. */
export function history<T>(
  transport: Transport,
  name: 'getExecutionEvents' | 'getExecutionLifecycle',
  id: string,
  query: { readonly after?: number; readonly pageSize?: number },
  { signal }: CallOptions,
): Listing<T> {
  return listing(async (cursor) => {
    const { body } = await transport.json({
      route: routes[name],
      id: checkId(id),
      query: { ...limitOf(query), after: afterOf(query, cursor) },
      signal,
    });
    const { items, after } = body as { readonly items: readonly T[]; readonly after?: number };
    return after === undefined ? { items } : { items, cursor: String(after) };
  });
}
