import { isJsonObject } from '../../model/json.ts';
import { freeText, oneOf, orExpression, reference, uri } from './fields.ts';
import { type Check, child, describe, type Place, report, shorten } from './place.ts';
import { byType, listOf, object } from './shape.ts';

const schemes = ['basic', 'bearer', 'digest', 'oauth2', 'oidc'];

/** A policy by its name in `use.authentications`, or a policy. */
export const authentication: Check = (value, place) => {
  if (isJsonObject(value) && Object.hasOwn(value, 'use'))
    useOnly('an authentication', 'authentications')(value, place);
  else if (typeof value === 'string') reportName('an authentication', value, place);
  else authenticationPolicy(value, place);
};

export const authenticationPolicy: Check = (value, place) => {
  if (isJsonObject(value) && Object.hasOwn(value, 'certificate')) {
    const message = `'certificate' authentication has been removed from the language; expected one of ${schemes.join(', ')}`;
    report(child(place, 'certificate'), message, { type: 'key' });
    return;
  }
  policy(value, place);
};

/** `{ use: name }`: the name of a policy, or of a secret with the members of one. */
function useOnly(noun: string, section: 'authentications' | 'secrets'): Check {
  return object(`a reference to ${noun}`, { use: reference(noun, section) });
}

/** A name alone is what many write first. */
function reportName(noun: string, value: string, place: Place): void {
  const hint = /^[\w.-]+$/.test(value) ? `; did you mean { use: ${shorten(value)} }?` : '';
  report(place, `expected ${noun} (an object) but found ${describe(value)}${hint}`);
}

/** @param noun what a text is not */
function orSecret(check: Check, noun?: string): Check {
  const secret = useOnly('a secret', 'secrets');
  return (value, place) => {
    const isReference = isJsonObject(value) && Object.hasOwn(value, 'use');
    if (noun !== undefined && typeof value === 'string') reportName(noun, value, place);
    else (isReference ? secret : check)(value, place);
  };
}

function credentials(scheme: string): Check {
  return object(
    `the ${scheme} credentials`,
    { username: freeText('the user name'), password: freeText('the password') },
    { required: ['username', 'password'] },
  );
}

const bearer: Check = byType('a bearer token', {
  text: freeText('a bearer token'),
  object: object('the bearer credentials', { token: freeText('the token') }, { required: ['token'] }),
});

const token: Check = object(
  'a security token',
  { token: freeText('the token'), type: freeText('the type of the token') },
  { required: ['token', 'type'] },
);

const grants = [
  'authorization_code',
  'client_credentials',
  'password',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  // The specification's prose spells them with hyphens.
  'authorization-code',
  'client-credentials',
  'refresh-token',
];

const client: Check = object('the OAuth2 client', {
  id: freeText('the client id'),
  secret: freeText('the client secret'),
  assertion: freeText('the client assertion'),
  authentication: oneOf("the client's authentication", [
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'private_key_jwt',
    'none',
  ]),
});

const texts = (noun: string): Check =>
  byType(`${noun} (a list of texts)`, { list: listOf(noun, freeText('a text')), text: freeText(noun) });

const common: Readonly<Record<string, Check>> = {
  authority: uri("the authority's URI"),
  grant: orExpression(oneOf('the grant', grants)),
  client,
  request: object('the token request', {
    encoding: oneOf('the encoding', ['application/x-www-form-urlencoded', 'application/json']),
  }),
  issuers: texts('the issuers'),
  scopes: texts('the scopes'),
  audiences: texts('the audiences'),
  username: freeText('the user name'),
  password: freeText('the password'),
  subject: token,
  actor: token,
};

const endpoints: Check = object('the OAuth2 endpoints', {
  token: uri('the token endpoint'),
  revocation: uri('the revocation endpoint'),
  introspection: uri('the introspection endpoint'),
});

const policy: Check = object(
  'an authentication policy',
  {
    basic: orSecret(credentials('basic'), 'the basic credentials'),
    bearer: orSecret(bearer),
    digest: orSecret(credentials('digest'), 'the digest credentials'),
    oauth2: orSecret(
      object('the OAuth2 policy', { ...common, endpoints }, { required: ['authority', 'grant'] }),
      'the OAuth2 policy',
    ),
    oidc: orSecret(
      object('the OpenID Connect policy', common, { required: ['authority', 'grant'] }),
      'the OpenID Connect policy',
    ),
  },
  { exactlyOne: schemes },
);
