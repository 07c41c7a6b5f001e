/** Where a PostgreSQL store is: `postgres://user:password@host:port/database`, with `?schema=` for a schema's name. */
import { MillraceError } from '../../errors.ts';
import { mistakeInAddress, withHostInPlace } from '../../postgres-address.ts';
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
  const mistake = mistakeInAddress(address);
  if (mistake !== undefined)
    throw new MillraceError('bad-request', `the address of the PostgreSQL store: ${mistake}`, {
      reason: 'address',
    });
  const url = new URL(withHostInPlace(address));
  const schema = url.searchParams.get('schema') ?? schemaDefault;
  url.searchParams.delete('schema');
  nameTlsMode(url.searchParams);
  return { url: url.href, schema, shown: withoutPassword(address) };
}

/** The client takes these for `verify-full`, and warns that it will not for ever. */
function nameTlsMode(parameters: URLSearchParams): void {
  const isStrict = ['prefer', 'require', 'verify-ca'].includes(parameters.get('sslmode') ?? '');
  if (isStrict && !parameters.has('uselibpqcompat')) parameters.set('sslmode', 'verify-full');
}

export function isPostgres(store: string): boolean {
  return /^postgres(ql)?:\/\//.test(store);
}
