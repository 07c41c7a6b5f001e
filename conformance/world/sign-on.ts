/**
 * `https://sign-on.example`: an authorization server that hands out tokens to the clients that it knows, and
 * resources that are open to whoever has such a token; and a resource behind digest authentication.
 */
import { createHash } from 'node:crypto';
import type { LoggedRequest } from './request-log.ts';
import { type Answer, basicOf, ok, type Route } from './route.ts';

/** Clients and their secrets: the kit's, and the one of the official examples. */
const clients: readonly (readonly [id: string, secret: string])[] = [
  ['kit', 'kitsecret'],
  ['workflow-runtime-id', 'workflow-runtime-secret'],
];

export function signOnRoutes(): readonly Route[] {
  const tokens = new Set<string>();
  const issue = (request: LoggedRequest): Answer => {
    const fields = fieldsOf(request);
    const known = clients.some(
      ([id, secret]) =>
        request.headers.authorization === basicOf(id, secret) ||
        (fields.client_id === id && fields.client_secret === secret),
    );
    if (!known) return { status: 401, body: { error: 'invalid_client' } };
    if (!['client_credentials', 'password'].includes(fields.grant_type ?? ''))
      return { status: 400, body: { error: 'unsupported_grant_type' } };
    if (fields.grant_type === 'password' && (fields.username !== 'ann' || fields.password !== 'ann-secret'))
      return { status: 400, body: { error: 'invalid_grant' } };
    const token = `token-${tokens.size + 1}`;
    tokens.add(token);
    return ok({ access_token: token, token_type: 'Bearer', expires_in: 300, scope: fields.scope ?? '' });
  };
  return [
    {
      method: 'POST',
      pattern: /^\/(?:.*\/)?(?:oauth2\/token|auth\/token|custom\/token)$/,
      answer: (_parts, request) => issue(request),
    },
    {
      pattern: /^(\/.*)?\/\.well-known\/openid-configuration$/,
      answer: ([base = ''], { host }) => {
        // It is asked under the name that it stands in for, by which its issuer is known.
        const issuer = `${host === 'keycloak' ? 'http' : 'https'}://${host}${base}`;
        return ok({
          issuer,
          token_endpoint: `${issuer}/oauth2/token`,
          authorization_endpoint: `${issuer}/authorize`,
          jwks_uri: `${issuer}/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        });
      },
    },
    {
      pattern: /^\/protected(?:\/.*)?$/,
      answer: (_parts, { headers }) =>
        tokens.has((headers.authorization ?? '').replace(/^Bearer /, ''))
          ? ok({ authorized: true })
          : { status: 401, body: null, headers: { 'www-authenticate': 'Bearer' } },
    },
    {
      pattern: /^\/digest-auth\/([^/]+)\/([^/]+)$/,
      answer: ([user = '', password = ''], request) => digest(user, password, request),
    },
  ];
}

/** A token request is a form, or JSON. */
function fieldsOf({ body, headers }: LoggedRequest): Record<string, string | undefined> {
  if (headers['content-type']?.startsWith('application/json')) return body as Record<string, string>;
  return Object.fromEntries(new URLSearchParams(typeof body === 'string' ? body : ''));
}

function digest(user: string, password: string, { method, headers }: LoggedRequest): Answer {
  const hash = (text: string) => createHash('md5').update(text).digest('hex');
  const given = Object.fromEntries(
    [...(headers.authorization ?? '').matchAll(/(\w+)=(?:"([^"]*)"|([^\s,]+))/g)].map((match) => [
      match[1],
      match[2] ?? match[3],
    ]),
  );
  const proof = [given.nonce, given.nc, given.cnonce, given.qop].join(':');
  const expected = hash(`${hash(`${user}:kit:${password}`)}:${proof}:${hash(`${method}:${given.uri}`)}`);
  if (given.username === user && given.nonce === 'kit-nonce' && given.response === expected)
    return ok({ authenticated: true, user });
  return {
    status: 401,
    body: null,
    headers: { 'www-authenticate': 'Digest realm="kit", qop="auth", nonce="kit-nonce", algorithm=MD5' },
  };
}
