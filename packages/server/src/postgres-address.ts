import { nearest } from './suggest.ts';

/**
 * What keeps the address of a PostgreSQL store from being read, as a sentence; `undefined`: nothing. It shows nothing of
 * the address but the schema and what is nearly a parameter: where an address is mistyped, a piece of the password can stand anywhere.
 */
export function mistakeInAddress(address: string): string | undefined {
  if (address.includes('#') || hasCredentialsBehindHost(address))
    return `a character of the user or the password means something else in an address: write / as %2F, ? as %3F, # as %23, @ as %40 (${form})`;
  const [, authority = ''] = /^[a-z]+:\/\/([^/?#]*)/.exec(address) ?? [];
  if (/%(?![0-9a-f]{2})/i.test(address))
    return `a % is not followed by two hexadecimal digits; a % itself is written %25 (${form})`;
  const [, hosts = ''] = /[?&]host=([^&]*)/.exec(address) ?? [];
  if (`${authority.slice(authority.lastIndexOf('@') + 1)} ${decodeURIComponent(hosts)}`.includes(','))
    return `it names several hosts, and one is taken: a name, or a proxy, that leads to the primary (${form})`;
  const [, port = ''] = /:([^:\]]*)$/.exec(authority.slice(authority.lastIndexOf('@') + 1)) ?? [];
  const url = readUrl(address);
  if (!isPort(port) || !isPort(url?.searchParams.get('port') ?? ''))
    return `its port is no number from 1 to 65535 (${form})`;
  if (url === undefined) return `it cannot be read as an address (${form})`;
  const schema = url.searchParams.get('schema');
  if (schema !== null && !/^[a-z_][a-z0-9_]{0,40}$/.test(schema))
    return `its schema is to be lower-case letters, digits and _, at most 41, not "${schema}"`;
  return mistakeInParameters(url.searchParams);
}

/** The address as its rules are read: `postgres://USER@/DATABASE?host=/run/postgresql` has a host, though not in its place. */
export function withHostInPlace(address: string): string {
  return address.replace(/^([a-z]+:\/\/[^/?#]*@)(?=\/.*[?&]host=)/, '$1localhost');
}

/** Other programs have parameters of their own in an address; one that is nearly ours would be left out without a word. */
function mistakeInParameters(parameters: URLSearchParams): string | undefined {
  for (const name of parameters.keys()) {
    const meant = knownParameters.has(name) ? undefined : nearest(name, knownParameters);
    if (meant !== undefined) return `nobody knows its parameter "${name}"; did you mean "${meant}"?`;
  }
  const mode = parameters.get('sslmode');
  if (mode !== null && !tlsModes.has(mode))
    return `its sslmode is to be one of ${[...tlsModes].join(', ')}, not "${mode}"`;
  return undefined;
}

const knownParameters: ReadonlySet<string> = new Set([
  ...[
    'schema',
    'host',
    'port',
    'user',
    'password',
    'options',
    'application_name',
    'fallback_application_name',
  ],
  ...['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslnegotiation', 'ssl', 'uselibpqcompat'],
  ...['connect_timeout', 'statement_timeout', 'query_timeout', 'lock_timeout', 'keepalives'],
]);
const tlsModes: ReadonlySet<string> = new Set([
  ...['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'],
]);

const form = 'expected postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters written as %XX';

/** `postgres://user:pass/word@host/name`: read by the rules, its host is `user`. */
function hasCredentialsBehindHost(address: string): boolean {
  const [, authority = '', path = ''] = /^[a-z]+:\/\/([^/?]*)([^?]*)/.exec(address) ?? [];
  if (authority.includes('@')) return false;
  return path.includes('@') || (readUrl(address) === undefined && address.includes('@'));
}

/** Absent it is the usual one. */
function isPort(port: string): boolean {
  return port === '' || (/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535);
}

function readUrl(address: string): URL | undefined {
  try {
    const url = new URL(withHostInPlace(address));
    for (const part of [url.username, url.password, url.pathname]) decodeURIComponent(part);
    return url;
  } catch {
    return undefined;
  }
}
