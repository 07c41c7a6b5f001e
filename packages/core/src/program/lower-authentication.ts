import type {
  Authentication,
  AuthenticationPolicy,
  Credentials,
  OAuth2,
  SecretReference,
} from '../language/document.ts';
import { asJsonObject, isJsonObject, type Json } from '../model/json.ts';
import { templateAt, uriSource } from './lower-values.ts';
import { type Lowering, refuse, used } from './lowering.ts';
import { pointerTo } from './pointer.ts';
import type { AuthenticationSource } from './program.ts';

/** How a call or a fetch authenticates: a policy in place, by its name in `use`, or in a secret. */
export function authenticationOf(
  authentication: Authentication | undefined,
  at: string,
  lowering: Lowering,
): AuthenticationSource | undefined {
  if (authentication === undefined) return undefined;
  if (!('use' in authentication)) return policyOf(authentication, at, lowering);
  const name = (authentication as { use: string }).use;
  return policyOf(
    used(lowering.use.authentications, name),
    pointerTo('/use/authentications', name),
    lowering,
  );
}

function policyOf(policy: AuthenticationPolicy, at: string, lowering: Lowering): AuthenticationSource {
  if ('basic' in policy) return credentialsOf('basic', policy.basic, `${at}/basic`, lowering);
  if ('digest' in policy) return credentialsOf('digest', policy.digest, `${at}/digest`, lowering);
  if ('bearer' in policy)
    return bearerOf(
      typeof policy.bearer === 'string' ? policy.bearer : asJsonObject(policy.bearer),
      `${at}/bearer`,
      lowering,
    );
  return 'oauth2' in policy
    ? tokenPolicyOf('oauth2', policy.oauth2, `${at}/oauth2`, lowering)
    : tokenPolicyOf('oidc', policy.oidc, `${at}/oidc`, lowering);
}

function credentialsOf(
  scheme: 'basic' | 'digest',
  given: Credentials | SecretReference,
  at: string,
  lowering: Lowering,
): AuthenticationSource {
  if ('use' in given) return { scheme, secret: given.use };
  return {
    scheme,
    username: templateAt(given.username, `${at}/username`, lowering),
    password: templateAt(given.password, `${at}/password`, lowering),
  };
}

function tokenPolicyOf(
  scheme: 'oauth2' | 'oidc',
  given: OAuth2 | SecretReference,
  at: string,
  lowering: Lowering,
): AuthenticationSource {
  if ('use' in given) return { scheme, secret: given.use };
  const { authority, ...policy } = given;
  if (/^authorization[_-]code$/.test(given.grant))
    refuse(lowering, `${at}/grant`, 'the grant authorization_code, which needs a person who signs in,');
  return {
    scheme,
    authority: uriSource(authority, `${at}/authority`, lowering),
    policy: templateAt(asJsonObject(policy), at, lowering),
  };
}

function bearerOf(bearer: Json, at: string, lowering: Lowering): AuthenticationSource {
  if (!isJsonObject(bearer)) return { scheme: 'bearer', token: templateAt(bearer, at, lowering) };
  if (typeof bearer.use === 'string') return { scheme: 'bearer', secret: bearer.use };
  return { scheme: 'bearer', token: templateAt(bearer.token ?? '', `${at}/token`, lowering) };
}
