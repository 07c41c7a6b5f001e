import { isJsonObject, type Json, type JsonObject } from '@millrace/core';
import { fault } from '../fault.ts';

/** Where a token comes from, and what is asked for. */
export interface TokenPolicy {
  readonly scheme: 'oauth2' | 'oidc';
  /** without a slash at its end */
  readonly authority: string;
  readonly grant: Grant;
  /** absolute, or behind the authority */
  readonly tokenEndpoint: string;
  readonly client: {
    readonly id?: string;
    readonly secret?: string;
    readonly assertion?: string;
    readonly authentication: ClientAuthentication;
  };
  readonly encoding: 'form' | 'json';
  readonly issuers: readonly string[];
  readonly scopes: readonly string[];
  readonly audiences: readonly string[];
  readonly username?: string;
  readonly password?: string;
  readonly subject?: SecurityToken;
  readonly actor?: SecurityToken;
}

export interface SecurityToken {
  readonly token: string;
  readonly type: string;
}

export const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const grants = ['client_credentials', 'password', 'refresh_token', tokenExchange] as const;
type Grant = (typeof grants)[number];

const clientAuthentications = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
] as const;
type ClientAuthentication = (typeof clientAuthentications)[number];

/** A policy as expressions or a secret yield it may be of any shape; what it lacks is a `configuration` fault. */
export function parseTokenPolicy(scheme: TokenPolicy['scheme'], given: JsonObject): TokenPolicy {
  const client = objectOf(given.client);
  const encoding = textOf(objectOf(given.request).encoding, 'request.encoding');
  return {
    scheme,
    authority: authorityOf(given.authority),
    grant: grantOf(given.grant),
    tokenEndpoint: textOf(objectOf(given.endpoints).token, 'endpoints.token') ?? '/oauth2/token',
    client: {
      ...named('id', textOf(client.id, 'client.id')),
      ...named('secret', textOf(client.secret, 'client.secret')),
      ...named('assertion', textOf(client.assertion, 'client.assertion')),
      authentication: oneOf(
        clientAuthentications,
        textOf(client.authentication, 'client.authentication') ?? 'client_secret_post',
        'client.authentication',
      ),
    },
    encoding: encoding === 'application/json' ? 'json' : 'form',
    issuers: textsOf(given.issuers, 'issuers'),
    scopes: textsOf(given.scopes, 'scopes'),
    audiences: textsOf(given.audiences, 'audiences'),
    ...named('username', textOf(given.username, 'username')),
    ...named('password', textOf(given.password, 'password')),
    ...named('subject', tokenOf(given.subject, 'subject')),
    ...named('actor', tokenOf(given.actor, 'actor')),
  };
}

/** The prose shows authorities that already name the document of the discovery. */
function authorityOf(value: Json | undefined): string {
  const text = textOf(value, 'authority')
    ?.replace(/\/\.well-known\/[^/]*$/, '')
    .replace(/\/+$/, '');
  if (text !== undefined && URL.canParse(text)) return text;
  throw unfit('"authority" must be an absolute URI');
}

function grantOf(value: Json | undefined): Grant {
  const text = textOf(value, 'grant');
  const grant = text === tokenExchange ? text : text?.replaceAll('-', '_');
  if (grant === 'authorization_code')
    throw unfit('the grant authorization_code needs a person who signs in, and no person is here');
  return oneOf(grants, grant, 'grant');
}

function oneOf<const T extends string>(choices: readonly T[], value: string | undefined, what: string): T {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw unfit(`"${what}" must be one of ${choices.join(', ')}`);
  return found;
}

function tokenOf(value: Json | undefined, what: string): SecurityToken | undefined {
  if (value === undefined || value === null) return undefined;
  const { token, type } = objectOf(value);
  if (typeof token === 'string' && typeof type === 'string') return { token, type };
  throw unfit(`"${what}" must have the texts "token" and "type"`);
}

function textOf(value: Json | undefined, what: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw unfit(`"${what}" must be a text`);
}

function textsOf(value: Json | undefined, what: string): readonly string[] {
  if (value === undefined || value === null) return [];
  if (typeof value === 'string') return value.split(' ').filter((text) => text !== '');
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value as string[];
  throw unfit(`"${what}" must be a list of texts`);
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function named<K extends string, T>(name: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { [P in K]?: T };
}

function unfit(why: string): Error {
  return fault('configuration', `The authentication policy cannot be used: ${why}.`);
}
