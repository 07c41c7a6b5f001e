import { type EffectRequest, isJsonObject, unreachable } from '@millrace/core';
import { fault } from './fault.ts';
import type { SecretReader } from './secret-reader.ts';

type Authentication = NonNullable<Extract<EffectRequest, { type: 'http' }>['authentication']>;

/** The `Authorization` header of a call. */
export async function authorizationHeader(
  authentication: Authentication,
  secrets: SecretReader,
): Promise<string> {
  const { scheme } = authentication;
  switch (scheme) {
    case 'basic': {
      const { username, password } =
        'secret' in authentication ? await readBasic(authentication.secret, secrets) : authentication;
      const token = Buffer.from(`${username}:${password}`).toString('base64');
      secrets.conceal(token);
      return `Basic ${token}`;
    }
    case 'bearer': {
      const token =
        'secret' in authentication ? await readToken(authentication.secret, secrets) : authentication.token;
      secrets.conceal(token);
      return `Bearer ${token}`;
    }
    default:
      return unreachable(scheme);
  }
}

async function readBasic(
  name: string,
  secrets: SecretReader,
): Promise<{ readonly username: string; readonly password: string }> {
  const value = await secrets.read(name);
  if (isJsonObject(value) && typeof value.username === 'string' && typeof value.password === 'string') {
    return { username: value.username, password: value.password };
  }
  throw fault(
    'authorization',
    `The secret "${name}" is not for basic authentication: it has no texts "username" and "password".`,
  );
}

async function readToken(name: string, secrets: SecretReader): Promise<string> {
  const value = await secrets.read(name);
  if (typeof value === 'string') return value;
  if (isJsonObject(value) && typeof value.token === 'string') return value.token;
  throw fault(
    'authorization',
    `The secret "${name}" is not for bearer authentication: it is no text and has no text "token".`,
  );
}
