/** Where a PostgreSQL store is: `postgres://user:password@host:port/database`, with `?schema=` for a schema's name. */
import { MillraceError } from '../../errors.ts';
import { withoutPassword } from '../../without-password.ts';

export interface PostgresAddress {
  /** what the client connects with: without our own parameters */
  readonly url: string;
  /** the schema that the tables are in */
  readonly schema: string;
  /** for people: without the password */
  readonly shown: string;
}

const schemaDefault = 'millrace';

/** Throws `bad-request` when it cannot be read. The password is in no message. */
export function readAddress(address: string): PostgresAddress {
  let url: URL;
  try {
    url = new URL(address);
  } catch (cause) {
    throw new MillraceError(
      'bad-request',
      'the address of the PostgreSQL store cannot be read: expected postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters of the password written as %XX',
      { reason: 'address' },
      { cause: cause instanceof Error ? cause.name : undefined },
    );
  }
  const schema = url.searchParams.get('schema') ?? schemaDefault;
  if (!/^[a-z_][a-z0-9_]{0,40}$/.test(schema)) {
    throw new MillraceError(
      'bad-request',
      `the schema of the PostgreSQL store is lower-case letters, digits and _ (at most 41), not "${schema}"`,
      { reason: 'address' },
    );
  }
  url.searchParams.delete('schema');
  return { url: url.href, schema, shown: withoutPassword(address) };
}

export function isPostgres(store: string): boolean {
  return /^postgres(ql)?:\/\//.test(store);
}
