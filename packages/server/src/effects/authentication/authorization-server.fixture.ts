import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

export interface AuthorizationServer {
  readonly issuer: string;
  /** requests for tokens, of those that were answered with one */
  readonly granted: () => number;
  /** What the server itself says of a token. */
  isActive(token: string): Promise<boolean>;
  close(): Promise<void>;
}

/** What the tests use of the package, which has no types of its own. */
interface OpenIdServer {
  callback(): RequestListener;
  on(event: string, listener: () => void): void;
}

const { Provider: create } = createRequire(import.meta.url)('oidc-provider') as {
  Provider: new (issuer: string, configuration: object) => OpenIdServer;
};

export interface RegisteredClient {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly token_endpoint_auth_method: string;
  readonly token_endpoint_auth_signing_alg?: string;
  readonly jwks?: unknown;
}

/** A real OpenID provider on a free port of 127.0.0.1, for clients that have no person behind them. */
export async function startAuthorizationServer(
  clients: readonly RegisteredClient[],
): Promise<AuthorizationServer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const checker = { client_id: 'checker', client_secret: 'checker-secret-0123456789' };
  const machine = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };
  const openId = new create(issuer, {
    clients: [...clients, { ...checker, token_endpoint_auth_method: 'client_secret_basic' }].map(
      (client) => ({
        ...machine,
        ...client,
      }),
    ),
    clientAuthMethods: [
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
      'none',
    ],
    enabledJWA: { clientAuthSigningAlgValues: ['HS256', 'RS256', 'ES256', 'ES384', 'ES512'] },
    scopes: ['pets:read'],
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      devInteractions: { enabled: false },
    },
    ttl: { ClientCredentials: 600 },
  });
  let granted = 0;
  openId.on('grant.success', () => {
    granted += 1;
  });
  server.on('request', openId.callback());
  return {
    issuer,
    granted: () => granted,
    async isActive(token) {
      const answer = await fetch(`${issuer}/token/introspection`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${checker.client_id}:${checker.client_secret}`).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: new URLSearchParams({ token }).toString(),
      });
      return ((await answer.json()) as { active?: boolean }).active === true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
