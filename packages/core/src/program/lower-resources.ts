import { compile } from '@millrace/jq';
import type { Authentication as AuthenticationText } from '../language/document.ts';
import type { Authentication, SecretArgument } from '../model/effects.ts';
import { asJsonObject, isJsonObject, type Json } from '../model/json.ts';
import { unreachable } from '../model/unreachable.ts';
import { standardVariables } from './link.ts';
import { authenticationOf } from './lower-authentication.ts';
import { type Lowering, refuse } from './lowering.ts';
import { pointerTo } from './pointer.ts';
import type { AuthenticationSource, Template } from './program.ts';
import type { FunctionPlace, ResourceRequest } from './resources.ts';

/**
 * The text of a resource. When it has not been read yet, undefined: then it is noted as missing, or, when nothing
 * could read it before an execution runs, as not supported.
 *
 * @param at pointer to what names it
 */
export function resourceText(
  place: FunctionPlace,
  what: string,
  authentication: AuthenticationText | undefined,
  at: string,
  lowering: Lowering,
): string | undefined {
  const key = place.type === 'uri' ? place.uri : `${place.name}:${place.version}@default`;
  const known = lowering.resources.get(key);
  if (known !== undefined) return known.text;
  if (lowering.missing.some((each) => each.key === key)) return undefined;
  const namedAt = lowering.namedAt ?? at;
  if (place.type === 'default') {
    lowering.missing.push({ ...place, key, at: namedAt });
    return undefined;
  }
  if (/\{|\$\{/.test(place.uri)) {
    refuse(lowering, namedAt, `the ${what}, whose URI is computed,`);
    return undefined;
  }
  const request = requestOf(key, place.uri, authentication, at, lowering);
  if (request === undefined) refuse(lowering, namedAt, `the ${what}, whose authentication is computed,`);
  else lowering.missing.push({ ...request, at: namedAt });
  return undefined;
}

function requestOf(
  key: string,
  uri: string,
  authentication: AuthenticationText | undefined,
  at: string,
  lowering: Lowering,
): ResourceRequest | undefined {
  const source = authenticationOf(authentication, `${at}/authentication`, lowering);
  if (source === undefined) return { type: 'uri', key, uri };
  const secrets: SecretArgument[] = [];
  const recorded = authenticationAt(source, secrets);
  if (recorded === undefined) return undefined;
  return { type: 'uri', key, uri, authentication: recorded, ...(secrets.length === 0 ? {} : { secrets }) };
}

/** The authentication with its secrets left out; undefined when it depends on an execution. */
function authenticationAt(
  source: AuthenticationSource,
  secrets: SecretArgument[],
): Authentication | undefined {
  if ('secret' in source) return source;
  const value = (template: Template, at: string) => staticValue(template, `/authentication/${at}`, secrets);
  const text = (template: Template, at: string) => {
    const found = value(template, at);
    return found === undefined ? undefined : found === null ? '' : String(found);
  };
  switch (source.scheme) {
    case 'basic':
    case 'digest': {
      const username = text(source.username, 'username');
      const password = text(source.password, 'password');
      if (username === undefined || password === undefined) return undefined;
      return { scheme: source.scheme, username, password };
    }
    case 'bearer': {
      const token = text(source.token, 'token');
      return token === undefined ? undefined : { scheme: 'bearer', token };
    }
    case 'oauth2':
    case 'oidc': {
      const policy = value(source.policy, 'policy');
      const { authority } = source;
      if (!isJsonObject(policy) || authority.type !== 'template') return undefined;
      return { scheme: source.scheme, policy: { ...asJsonObject(policy), authority: authority.template } };
    }
    default:
      return unreachable(source);
  }
}

/** What a template yields without an execution: what stands in it, and `null` where a secret will stand. */
function staticValue(template: Template, at: string, secrets: SecretArgument[]): Json | undefined {
  switch (template.type) {
    case 'literal':
      return template.value;
    case 'jq':
    case 'text': {
      const parts = template.type === 'jq' ? [template] : template.parts;
      if (!parts.every((part) => typeof part === 'string' || needsSecretsOnly(part.source))) return undefined;
      const recorded = parts.map((part) => (typeof part === 'string' ? part : { jq: part.source }));
      secrets.push({ at, parts: recorded, input: null, variables: {} });
      return null;
    }
    case 'array': {
      const items = template.items.map((item, index) => staticValue(item, pointerTo(at, index), secrets));
      return items.includes(undefined) ? undefined : (items as Json[]);
    }
    case 'object': {
      const members = template.members.map(
        ([name, member]) => [name, staticValue(member, pointerTo(at, name), secrets)] as const,
      );
      return members.some(([, member]) => member === undefined)
        ? undefined
        : (Object.fromEntries(members) as Json);
    }
    default:
      return unreachable(template);
  }
}

function needsSecretsOnly(source: string): boolean {
  const { uses, readsInput } = compile(source, { variables: [...standardVariables] });
  return !readsInput && [...uses].every((name) => name === 'secrets');
}
