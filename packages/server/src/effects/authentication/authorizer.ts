import { type EffectRequest, isJsonObject, type JsonObject, unreachable } from '@millrace/core';
import type { ExchangeResponse } from '../../http-client/exchange.ts';
import { fault } from '../fault.ts';
import type { SecretReader } from '../secret-reader.ts';
import type { DigestMemory, DigestTarget } from './digest.ts';
import { parseTokenPolicy } from './token-policy.ts';
import type { TokenSource } from './token-source.ts';

export type Authentication = NonNullable<Extract<EffectRequest, { type: 'http' }>['authentication']>;

/** Says who calls, in the `Authorization` header of a request. */
export interface Authorizer {
  /** Absent: the server is to ask first. */
  header(target: DigestTarget): Promise<string | undefined>;
  /** Another header after an answer 401; absent: there is nothing else to say. */
  again(target: DigestTarget, response: ExchangeResponse): Promise<string | undefined>;
}

/** What authorizers share from one deed to the next. */
export interface AuthorizerMemory {
  readonly tokens: TokenSource;
  readonly digests: DigestMemory;
}

/** The authorizer of one deed. What it says is concealed in `secrets` before it leaves. */
export async function createAuthorizer(
  authentication: Authentication,
  tenant: string,
  secrets: SecretReader,
  memory: AuthorizerMemory,
): Promise<Authorizer> {
  const { scheme } = authentication;
  switch (scheme) {
    case 'basic': {
      const { username, password } = await credentialsOf(authentication, scheme, secrets);
      // The server takes what stands before the first colon for the name: it would be told another password.
      if (username.includes(':'))
        throw fault('configuration', 'A user name of basic authentication cannot hold a colon (RFC 7617).');
      const token = Buffer.from(`${username}:${password}`).toString('base64');
      secrets.conceal(token);
      return always(`Basic ${token}`);
    }
    case 'digest': {
      const credentials = await credentialsOf(authentication, scheme, secrets);
      secrets.conceal(credentials.password);
      return memory.digests.authorizer(tenant, credentials);
    }
    case 'bearer': {
      const token =
        'secret' in authentication ? await readToken(authentication.secret, secrets) : authentication.token;
      secrets.conceal(token);
      return always(`Bearer ${token}`);
    }
    case 'oauth2':
    case 'oidc': {
      const policy =
        'secret' in authentication
          ? await readObject(authentication.secret, scheme, secrets)
          : authentication.policy;
      return memory.tokens.authorizer(tenant, parseTokenPolicy(scheme, policy), secrets);
    }
    default:
      return unreachable(scheme);
  }
}

function always(header: string): Authorizer {
  return { header: async () => header, again: async () => undefined };
}

interface Credentials {
  readonly username: string;
  readonly password: string;
}

async function credentialsOf(
  authentication: Extract<Authentication, { username: string }> | { readonly secret: string },
  scheme: string,
  secrets: SecretReader,
): Promise<Credentials> {
  if (!('secret' in authentication)) return authentication;
  const { secret } = authentication;
  const { username, password } = await readObject(secret, scheme, secrets);
  if (typeof username === 'string' && typeof password === 'string') return { username, password };
  throw unfit(secret, scheme, 'it has no texts "username" and "password"');
}

async function readToken(name: string, secrets: SecretReader): Promise<string> {
  const value = await secrets.read(name);
  if (typeof value === 'string') return value;
  if (isJsonObject(value) && typeof value.token === 'string') return value.token;
  throw unfit(name, 'bearer', 'it is no text and has no text "token"');
}

async function readObject(name: string, scheme: string, secrets: SecretReader): Promise<JsonObject> {
  const value = await secrets.read(name);
  if (isJsonObject(value)) return value;
  if (scheme === 'basic' || scheme === 'digest')
    throw unfit(name, scheme, 'it has no texts "username" and "password"');
  throw unfit(name, scheme, 'it is no object with the members of a policy');
}

function unfit(name: string, scheme: string, why: string): Error {
  return fault('authorization', `The secret "${name}" is not for ${scheme} authentication: ${why}.`);
}
