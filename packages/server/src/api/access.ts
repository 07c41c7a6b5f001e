/** Who is let in: API keys, and pages of the web. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '../config/resolve.ts';
import type { Settings } from '../config/settings.ts';
import { MillraceError } from '../errors.ts';

export interface Access {
  /** The tenant of a request; throws `unauthorized`. */
  authenticate(headers: IncomingHttpHeaders): string;
  /**
   * Refuses what a page of a foreign web origin may have sent without its user knowing; throws `forbidden-origin`.
   * Answers whether the request's origin is in the CORS list.
   */
  checkOrigin(method: string, headers: IncomingHttpHeaders): boolean;
}

export type AccessSettings = Pick<Settings, 'apiKeys' | 'cors' | 'host' | 'insecure'>;

export const defaultTenant = 'default';

export function createAccess(settings: AccessSettings): Access {
  const keys = settings.apiKeys.map(parseKey);
  const open = keys.length === 0;
  const guarded = open && isLoopback(settings.host);
  return {
    authenticate: (headers) => {
      if (open) return defaultTenant;
      const tenant = tenantOf(keys, presentedKey(headers));
      if (tenant === undefined) throw new MillraceError('unauthorized', unauthorizedDetail(headers));
      return tenant;
    },
    checkOrigin: (method, headers) => {
      if (guarded) checkHost(headers.host, settings.host);
      const { origin } = headers;
      if (origin === undefined) return false;
      const listed = settings.cors.includes('*') || settings.cors.includes(origin);
      const harmless = method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
      // With keys a page cannot act for its user: no browser adds an API key by itself.
      if (open && !listed && !harmless && !isSameOrigin(origin, headers.host)) throw foreignOrigin(origin);
      return listed;
    },
  };
}

/** Why these settings must not be served; undefined: they may. */
export function refusalToServe({ host, apiKeys, insecure }: AccessSettings): string | undefined {
  if (isLoopback(host) || apiKeys.length > 0 || insecure) return undefined;
  return `${host} can be reached from other machines, and there are no API keys: set MILLRACE_API_KEYS, or use --insecure to let everyone in.`;
}

interface Key {
  readonly tenant: string;
  readonly digest: Buffer;
}

/** `KEY` or `TENANT:KEY`; what stands before the first colon is a tenant only if it can be the name of one. */
function parseKey(entry: string): Key {
  const match = /^([a-z0-9][a-z0-9_-]{0,62}):(.+)$/.exec(entry);
  return { tenant: match?.[1] ?? defaultTenant, digest: digest(match?.[2] ?? entry) };
}

/** Every key is compared, over digests of one length: the time taken tells nothing about any key. */
function tenantOf(keys: readonly Key[], presented: string | undefined): string | undefined {
  if (presented === undefined) return undefined;
  const given = digest(presented);
  let tenant: string | undefined;
  for (const key of keys) if (timingSafeEqual(key.digest, given)) tenant = key.tenant;
  return tenant;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function presentedKey(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const header = headers['x-api-key'];
  return bearer ?? (typeof header === 'string' ? header : undefined);
}

function unauthorizedDetail(headers: IncomingHttpHeaders): string {
  if (presentedKey(headers) !== undefined) return 'This API key is not known.';
  return 'Send an API key as "Authorization: Bearer KEY" or "X-API-Key: KEY".';
}

/**
 * A page may point a name of its own at 127.0.0.1 (DNS rebinding) and so be of the same origin as this server.
 * Only a local name in `Host` shows that the user meant this machine.
 */
function checkHost(header: string | undefined, host: string): void {
  const name = (header ?? '').replace(/:\d+$/, '');
  if (header === undefined || isLoopback(name) || name.toLowerCase() === host.toLowerCase()) return;
  throw new MillraceError(
    'forbidden-origin',
    `This server has no API keys and answers only under a local name, not "${name}". Use http://127.0.0.1 or http://localhost, or set MILLRACE_API_KEYS.`,
  );
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

function foreignOrigin(origin: string): MillraceError {
  return new MillraceError(
    'forbidden-origin',
    `Pages of ${origin} may not call this server; add the origin to MILLRACE_CORS to let them.`,
  );
}
