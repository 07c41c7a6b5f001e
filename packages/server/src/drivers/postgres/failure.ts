import { MillraceError } from '../../errors.ts';

/**
 * What an error of PostgreSQL or of the way to it means for the store.
 * Codes: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
export type Kind =
  /** the connection, or the server: another try may well succeed */
  | 'lost'
  /** another transaction was in the way, and this one was undone: it is done again */
  | 'clash'
  /** the server, the database or the user has as many as it may have, or may have none now: another try may well succeed */
  | 'no-connection'
  /** none of this process's connections became free in time */
  | 'exhausted'
  | 'timeout'
  | 'disk-full'
  | 'login'
  /** the server has no TLS, or shows a certificate that is not trusted */
  | 'tls'
  | 'no-database'
  | 'missing-rights'
  | 'read-only'
  | 'no-schema'
  /** statements that were prepared are another's: a pooler gives each transaction another session */
  | 'no-session'
  | 'given-up'
  | 'internal';

const bySqlState: Readonly<Record<string, Kind>> = {
  '57P01': 'lost',
  '57P02': 'lost',
  '57P03': 'lost',
  '57P05': 'lost',
  '53300': 'no-connection',
  // Connections were taken from it (`allow_connections`); of statements of ours nothing else fails with it.
  '55000': 'no-connection',
  '40001': 'clash',
  '40P01': 'clash',
  '55P03': 'timeout',
  '57014': 'timeout',
  '53100': 'disk-full',
  '28P01': 'login',
  '28000': 'login',
  '3D000': 'no-database',
  '42501': 'missing-rights',
  '25006': 'read-only',
  '3F000': 'no-schema',
  '42P01': 'no-schema',
  '42883': 'no-schema',
  '26000': 'no-session',
  '42P05': 'no-session',
  MR001: 'given-up',
};

/** Our own: the database stands still, and nothing was sent to it. */
export const standstillCode = 'STANDSTILL';

const bySystemCode = new Set([
  standstillCode,
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'EPIPE',
  'ENOENT',
  'EACCES',
]);

export function kindOf(error: unknown): Kind {
  const { code, message = '' } = error as { readonly code?: unknown; readonly message?: string };
  if (typeof code === 'string') {
    const known = bySqlState[code];
    if (known !== undefined) return known;
    if (isOfTls(code) || isOfCertificateFile(error)) return 'tls';
    if (code.startsWith('08') || bySystemCode.has(code)) return 'lost';
  }
  // The client's own errors have no code.
  if (/not support SSL/i.test(message)) return 'tls';
  // No password at all, or an answer of the server that no password of ours would give.
  if (/^SASL: /.test(message)) return 'login';
  if (/timeout exceeded when trying to connect/i.test(message)) return 'exhausted';
  if (/query read timeout/i.test(message)) return 'timeout';
  if (
    /connection terminated|client has encountered a connection error|not queryable|was closed/i.test(message)
  )
    return 'lost';
  return 'internal';
}

/** Whether the database may soon be there again for whoever waits. */
export function isAway(error: unknown): boolean {
  const kind = kindOf(error);
  return kind === 'lost' || kind === 'no-connection';
}

/** Node's codes for what is wrong with a certificate, and for a server that speaks no TLS that this one takes. */
function isOfTls(code: string): boolean {
  return /CERT|^UNABLE_TO_|^HOSTNAME_MISMATCH$|^ERR_(TLS|SSL|OSSL)_|^EPROTO$/.test(code);
}

/** `sslrootcert=FILE` that is not there; a socket that is not there fails to `connect`. */
function isOfCertificateFile(error: unknown): boolean {
  return (error as { readonly syscall?: unknown }).syscall === 'open';
}

/** A lock that somebody else holds was not waited for any longer. */
export function isLockTimeout(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === '55P03';
}

/** Whether no connection was made at all, so that nothing can have been done. */
export function wasNeverSent(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && neverSent.has(code);
}

const neverSent = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOENT', 'EACCES'],
  ...['57P03', '53300', '55000', standstillCode],
]);

const sentences: Readonly<Record<Kind, string>> = {
  lost: 'the database cannot be reached; nothing was stored',
  clash: 'the database undid it, since another transaction was in the way; nothing was stored',
  'no-connection': 'the database gives this process no connection; nothing was stored',
  exhausted: 'no connection to the database became free in time; nothing was stored',
  timeout: 'the database took too long; nothing was stored',
  'disk-full': "the database's disk is full; nothing was stored",
  login: 'the database does not let this user in',
  tls: 'TLS with the database cannot be agreed on',
  'no-database': 'there is no such database',
  'missing-rights': 'the user of the database lacks a right',
  'read-only': 'the database takes no writes: it is a standby, or was made read-only',
  'no-schema': 'the tables of the store are not there, or not as they should be',
  'no-session': 'a pooler before the database does not keep sessions (pool_mode=session is needed)',
  'given-up': 'the batch was given up by its process',
  internal: 'the database met an error; nothing was stored',
};

/** The error that callers get. What only another program or an operator can mend is `unavailable`. */
export function toError(error: unknown): MillraceError {
  if (error instanceof MillraceError) return error;
  const kind = kindOf(error);
  const { code, message = String(error) } = error as { readonly code?: unknown; readonly message?: string };
  const told = typeof code === 'string' ? `${message || 'no answer'} (${code})` : message;
  return new MillraceError(
    kind === 'internal' ? 'internal' : 'unavailable',
    `${sentences[kind]}: ${told}`,
    { reason: kind },
    { cause: error },
  );
}
