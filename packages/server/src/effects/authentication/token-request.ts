/**
 * How a token is had from an authorization server: discovery, the token request, and the checks of what comes back.
 * Every request passes the guarded client. What goes wrong is an `authentication` fault.
 */
import { createPrivateKey } from 'node:crypto';
import { type CryptoKey, decodeJwt, importJWK, type JWK } from 'jose';
import {
  type AuthorizationServer,
  allowInsecureRequests,
  type ClientAuth,
  ClientSecretBasic,
  ClientSecretJwt,
  ClientSecretPost,
  customFetch,
  discoveryRequest,
  genericTokenEndpointRequest,
  None,
  PrivateKeyJwt,
  processDiscoveryResponse,
  processGenericTokenEndpointResponse,
  ResponseBodyError,
} from 'oauth4webapi';
import type { HttpClient } from '../../http-client/http-client.ts';
import { EffectFault, fault } from '../fault.ts';
import { type TokenPolicy, tokenExchange } from './token-policy.ts';

export interface Token {
  readonly access: string;
  readonly refresh?: string;
  /** s; absent: the server does not say */
  readonly lifetime?: number;
}

/** A token request is short; one that hangs must not hold up all deeds that wait for its token. */
const timeoutMs = 30_000;

/** `refresh`: a refresh token that stands in for the grant of the policy. */
export async function requestToken(policy: TokenPolicy, http: HttpClient, refresh?: string): Promise<Token> {
  const options = {
    [customFetch]: fetchOver(http, policy),
    // The client's own rules say what may be called; http is for servers in a closed network.
    [allowInsecureRequests]: true,
  };
  try {
    const server = await serverOf(policy, options);
    const client = { client_id: clientIdOf(policy) };
    const [grant, parameters] = refresh === undefined ? grantOf(policy) : refreshing(refresh);
    const response = await genericTokenEndpointRequest(
      server,
      client,
      await clientAuthOf(policy),
      grant,
      withTargets(parameters, policy),
      options,
    );
    const told = await processGenericTokenEndpointResponse(server, client, await withoutIdToken(response));
    checkIssuer(policy, told.access_token);
    return {
      access: told.access_token,
      ...(told.refresh_token === undefined ? {} : { refresh: told.refresh_token }),
      ...(told.expires_in === undefined ? {} : { lifetime: told.expires_in }),
    };
  } catch (error) {
    throw faultOf(policy, error);
  }
}

type Options = Parameters<typeof discoveryRequest>[1] & object;

async function serverOf(policy: TokenPolicy, options: Options): Promise<AuthorizationServer> {
  const { authority, scheme, tokenEndpoint } = policy;
  if (scheme === 'oauth2') {
    const endpoint = URL.canParse(tokenEndpoint)
      ? tokenEndpoint
      : `${authority}/${tokenEndpoint.replace(/^\/+/, '')}`;
    return { issuer: authority, token_endpoint: endpoint };
  }
  const issuer = new URL(authority);
  const response = await discoveryRequest(issuer, options);
  const told = response.ok ? await issuerOf(response.clone()) : undefined;
  // A server behind another name tells its own: the policy says which issuers are meant. A slash at its end is its own too.
  const isMeant = told !== undefined && (policy.issuers.includes(told) || told === `${authority}/`);
  return processDiscoveryResponse(isMeant ? new URL(told) : issuer, response);
}

/** What is no document of a discovery is told by the library. */
async function issuerOf(response: Response): Promise<string | undefined> {
  const body: unknown = await response.json().catch(() => undefined);
  const { issuer } = (typeof body === 'object' && body !== null ? body : {}) as { issuer?: unknown };
  return typeof issuer === 'string' && URL.canParse(issuer) ? issuer : undefined;
}

function clientIdOf({ client }: TokenPolicy): string {
  if (client.id !== undefined && client.id !== '') return client.id;
  throw fault('configuration', 'The authentication policy cannot be used: it has no "client.id".');
}

function clientAuthOf({ client }: TokenPolicy): ClientAuth | Promise<ClientAuth> {
  const { authentication, secret, assertion } = client;
  if (authentication === 'none') return None();
  const signed = authentication === 'client_secret_jwt' || authentication === 'private_key_jwt';
  if (signed && assertion !== undefined) return asserting(assertion);
  if (secret === undefined) {
    const lacks = signed ? '"client.assertion" and no "client.secret"' : '"client.secret"';
    throw fault('configuration', `The authentication policy cannot be used: it has no ${lacks}.`);
  }
  switch (authentication) {
    case 'client_secret_basic':
      return ClientSecretBasic(secret);
    case 'client_secret_post':
      return ClientSecretPost(secret);
    case 'client_secret_jwt':
      return ClientSecretJwt(secret);
    case 'private_key_jwt':
      return privateKey(secret).then((key) => PrivateKeyJwt(key));
  }
}

/** An assertion that the author signed elsewhere goes as it is. */
function asserting(assertion: string): ClientAuth {
  return (_server, { client_id }, body) => {
    body.set('client_id', client_id);
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    body.set('client_assertion', assertion);
  };
}

/** A private key in PEM of any kind, or as a JSON Web Key. */
async function privateKey(text: string): Promise<{ key: CryptoKey; kid?: string }> {
  let key: CryptoKey;
  let jwk: JWK;
  try {
    const isJwk = text.trimStart().startsWith('{');
    jwk = isJwk ? (JSON.parse(text) as JWK) : createPrivateKey(text).export({ format: 'jwk' });
    key = (await importJWK(jwk, jwk.alg ?? algorithmOf(jwk))) as CryptoKey;
  } catch {
    // What a parser says quotes the text around its fault: a piece of the key, which no redaction finds.
    throw notAKey();
  }
  if (key.type !== 'private') throw notAKey();
  return { key, ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) };
}

function notAKey(): EffectFault {
  return fault(
    'configuration',
    'The "client.secret" of private_key_jwt is no private key in PEM or JWK, without a passphrase.',
  );
}

/** What a key signs by that does not say it itself. */
function algorithmOf({ kty, crv }: JWK): string {
  if (kty === 'RSA') return 'RS256';
  return crv === 'P-256' ? 'ES256' : crv === 'P-384' ? 'ES384' : crv === 'P-521' ? 'ES512' : 'EdDSA';
}

function grantOf(policy: TokenPolicy): readonly [grant: string, parameters: Record<string, string>] {
  const { grant, username, password, subject, actor } = policy;
  switch (grant) {
    case 'client_credentials':
      return [grant, {}];
    case 'password':
      return [grant, { username: needed(username, 'username'), password: needed(password, 'password') }];
    case 'refresh_token':
      // The language has no member for it: the token that stands for the subject is the one to refresh.
      return refreshing(needed(subject, 'subject').token);
    case tokenExchange: {
      const { token, type } = needed(subject, 'subject');
      const acting =
        actor === undefined ? {} : { actor_token: actor.token, actor_token_type: typeOf(actor.type) };
      return [grant, { subject_token: token, subject_token_type: typeOf(type), ...acting }];
    }
  }
}

function refreshing(token: string): readonly [grant: string, parameters: Record<string, string>] {
  return ['refresh_token', { refresh_token: token }];
}

function typeOf(type: string): string {
  return type.includes(':') ? type : `urn:ietf:params:oauth:token-type:${type}`;
}

function needed<T>(value: T | undefined, what: string): T {
  if (value !== undefined) return value;
  throw fault('configuration', `The authentication policy cannot be used: its grant needs "${what}".`);
}

function withTargets(
  parameters: Record<string, string>,
  { scopes, audiences }: TokenPolicy,
): URLSearchParams {
  const all = new URLSearchParams(parameters);
  if (scopes.length > 0) all.set('scope', scopes.join(' '));
  for (const audience of audiences) all.append('audience', audience);
  return all;
}

/** Who signed in is nobody's matter here, and without discovery there is nothing to check it against. */
async function withoutIdToken(response: Response): Promise<Response> {
  if (!response.ok) return response;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => undefined);
  if (typeof body !== 'object' || body === null || !('id_token' in body)) return response;
  const { id_token: _, ...rest } = body;
  return Response.json(rest, { status: response.status });
}

/** A token that tells its issuer must tell one of those that the policy names. */
function checkIssuer({ issuers }: TokenPolicy, token: string): void {
  if (issuers.length === 0) return;
  let issuer: string | undefined;
  try {
    issuer = decodeJwt(token).iss;
  } catch {
    return;
  }
  if (issuer === undefined || issuers.includes(issuer)) return;
  throw fault('authentication', `The token was issued by ${issuer}, which is none of the policy's issuers.`);
}

/** The library's requests through the guarded client, which refuses addresses and bounds times and sizes. */
function fetchOver(http: HttpClient, { encoding }: TokenPolicy) {
  return async (
    url: string,
    request: { method: string; headers: Record<string, string>; body?: URLSearchParams | undefined },
  ): Promise<Response> => {
    const json = encoding === 'json' && request.body !== undefined;
    const outcome = await http.request({
      method: request.method,
      url: new URL(url),
      headers: { ...request.headers, ...(json ? { 'content-type': 'application/json' } : {}) },
      ...(request.body === undefined ? {} : { body: json ? jsonOf(request.body) : request.body.toString() }),
      credentialBody: true,
      timeoutMs,
    });
    if (outcome.type === 'failed')
      throw fault(
        'authentication',
        `The authorization server ${new URL(url).origin} cannot be asked: ${outcome.detail}`,
      );
    const { status, headers, body } = outcome;
    const type = headers['content-type'];
    return new Response(status === 204 || status === 304 ? null : Buffer.from(body), {
      status,
      ...(typeof type === 'string' ? { headers: { 'content-type': type } } : {}),
    });
  };
}

function jsonOf(parameters: URLSearchParams): string {
  const names = [...new Set(parameters.keys())];
  return JSON.stringify(
    Object.fromEntries(
      names.map((name) => {
        const values = parameters.getAll(name);
        return [name, values.length > 1 ? values : values[0]];
      }),
    ),
  );
}

function faultOf({ authority }: TokenPolicy, error: unknown): EffectFault {
  if (error instanceof EffectFault) return error;
  return fault('authentication', `No token can be had from ${authority}: ${reasonOf(error as Error)}`);
}

function reasonOf(error: Error): string {
  if (error instanceof ResponseBodyError)
    return [error.error, error.error_description].filter((text) => text !== undefined).join(': ');
  return error.cause instanceof Response ? `it answered with ${error.cause.status}` : error.message;
}
