/**
 * What a session of ours is like, whatever an operator made the default of a server, a database or a user: some of these
 * change what our statements mean, others end what has bounds of its own already.
 */
import type { ClientBase } from 'pg';

/** Of statements, and of transactions in which nothing is done; ms. */
export interface SessionBounds {
  readonly statement_timeout?: number;
  readonly idle_in_transaction_session_timeout?: number;
}

/**
 * To be run on each new connection, before anything else is. Poolers let no unknown parameters of a start pass, so bounds
 * are set here.
 */
export async function prepareSession(client: ClientBase, bounds: SessionBounds): Promise<void> {
  await client.query(preparation({ ...settings, ...bounds }));
}

const settings: Readonly<Record<string, string>> = {
  // Claims count under a lock, so each of their statements has to see what was committed just before.
  default_transaction_isolation: 'read committed',
  // Texts of statements, arrays and bytes as the driver writes and reads them.
  standard_conforming_strings: 'on',
  array_nulls: 'on',
  bytea_output: 'hex',
  transform_null_equals: 'off',
  // Everything has its schema's name, but for what PostgreSQL brings along and the temporary tables of retention.
  search_path: 'pg_catalog',
  // The bounds are of statements. The last two are not known to every server.
  lock_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
};

/** One statement is one way. */
function preparation(all: Readonly<Record<string, string | number>>): string {
  const each = Object.entries(all).map(
    ([name, value]) =>
      `case when current_setting('${name}', true) is not null then set_config('${name}', '${value}', false) end`,
  );
  return `select ${each.join(', ')}`;
}
