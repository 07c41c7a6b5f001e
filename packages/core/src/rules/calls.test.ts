/** What a call asks for, as it is recorded: all of it evaluated but for its secrets, and nothing that was not given. */
import { describe, expect, test } from 'vitest';
import type { EffectRequested } from '../model/facts.ts';
import type { Json } from '../model/json.ts';
import { completed, drive } from '../testing/drive.ts';

const input = { id: 'a b', n: 7, url: 'https://example.com/{id}', list: [1], t: 'tok', null: null };

function run(call: string, given: Json = input, header = 'use: { secrets: [key, other] }') {
  return drive(`${header}\ndo: [{ a: { ${call} } }]`, {
    input: given,
    functions: ['ask'],
    answer: () => completed(null),
  });
}

function asked(call: string, given?: Json, header?: string): EffectRequested {
  const driven = run(call, given, header);
  const [fact] = driven.of('effect.requested');
  if (fact === undefined) throw new Error(JSON.stringify(driven.state.error));
  return fact;
}

const errorOf = (call: string, given?: Json, header?: string) => {
  const driven = run(call, given, header);
  expect(driven.of('effect.requested')).toEqual([]);
  return driven.state.error;
};
const http = (more: string, endpoint = 'https://example.com/') =>
  `call: http, with: { method: get, endpoint: ${endpoint}, ${more} }`;
const authenticated = (policy: string, more = '') =>
  http(more, `{ uri: 'https://example.com/', authentication: { ${policy} } }`);
const openapi = (more: string, endpoint = 'https://example.com/api.json') =>
  `call: openapi, with: { document: { endpoint: ${endpoint} }, operationId: get, ${more} }`;

describe('a text of a call that is computed to be null is an expression error, which names the place', () => {
  test.each<[string, string]>([
    ["call: http, with: { method: '${ .null }', endpoint: 'https://example.com/' }", 'method'],
    [http('', "'${ .null }'"), 'uri'],
    [http('', "{ uri: '${ .null }' }"), 'uri'],
    [openapi('', "'${ .null }'"), 'document.uri'],
    [openapi('').replace('operationId: get', "operationId: '${ .null }'"), 'operationId'],
    [authenticated("basic: { username: '${ .null }', password: p }"), 'authentication.username'],
    [authenticated("basic: { username: u, password: '${ .null }' }"), 'authentication.password'],
    [authenticated("digest: { username: u, password: '${ .null }' }"), 'authentication.password'],
    [authenticated("bearer: { token: '${ .null }' }"), 'authentication.token'],
  ])('%s', (call, place) => {
    expect(errorOf(call)).toMatchObject({
      type: expect.stringMatching(/\/expression$/),
      detail: `\`${place}\` yields null, where there has to be a text`,
    });
  });

  test('but for a secret, which is not known yet', () => {
    const { request, secrets } = asked(authenticated("bearer: { token: '${ $secrets.key }' }"));
    expect([request, secrets]).toMatchObject([
      { authentication: { scheme: 'bearer', token: 'null' } },
      [{ at: '/authentication/token' }],
    ]);
  });
});

describe('a call of http', () => {
  test('records its method in capitals, and nothing that was not given', () => {
    expect(asked(http(''))).toEqual({
      type: 'effect.requested',
      task: '/do/0/a',
      request: {
        type: 'http',
        method: 'GET',
        uri: 'https://example.com/',
        output: 'content',
        redirect: false,
      },
    });
  });

  test('records header fields as texts and without those that are null, the query and the body as they are', () => {
    const call =
      http(`headers: { x-n: '\${ .n }', x-null: '\${ null }', x-list: '\${ .list }' }, query: { n: '\${ .n }', none: '\${ null }' },
      body: { all: '\${ [.n] }' }, output: response, redirect: true`);
    expect(asked(call).request).toEqual({
      type: 'http',
      method: 'GET',
      uri: 'https://example.com/',
      headers: { 'x-n': '7', 'x-list': '[1]' },
      query: { n: 7, none: null },
      body: { all: [7] },
      output: 'response',
      redirect: true,
    });
  });

  test.each([
    ['a template', "'https://example.com/{id}'", 'https://example.com/a%20b'],
    ['a template around an expression', "'https://example.com/{id}/${ .n }'", 'https://example.com/a%20b/7'],
    ['an expression whose value has braces', "'${ .url }'", 'https://example.com/{id}'],
    ['a text around such a value', "'${ .url }/{n}'", 'https://example.com/{id}/7'],
  ])('goes where %s leads', (_, endpoint, uri) => {
    expect(asked(http('', endpoint)).request).toMatchObject({ uri });
  });

  test.each(["'https://example.com/{list}'", "'https://example.com/{list}/${ .n }'"])(
    'that a list would lead to is an expression error: %s',
    (endpoint) => {
      expect(errorOf(http('', endpoint))).toMatchObject({
        type: expect.stringMatching(/\/expression$/),
        detail: '{list} in a URI template must be a text, a number or a boolean, not a list',
        instance: '/do/0/a',
      });
    },
  );

  test.each(['headers', 'query'])('whose %s is computed to be no object is an expression error', (name) => {
    for (const value of ['.n', '.list', 'null'])
      expect(errorOf(http(`${name}: '\${ ${value} }'`))).toMatchObject({
        type: expect.stringMatching(/\/expression$/),
        detail: `${name} is an object of names and values`,
      });
  });

  test.each([
    [
      "basic: { username: '${ .t }', password: '${ .n }' }",
      { scheme: 'basic', username: 'tok', password: '7' },
    ],
    ["digest: { username: u, password: '${ .t }' }", { scheme: 'digest', username: 'u', password: 'tok' }],
    ["bearer: { token: '${ .t }' }", { scheme: 'bearer', token: 'tok' }],
    ['bearer: { use: key }', { scheme: 'bearer', secret: 'key' }],
    ['digest: { use: key }', { scheme: 'digest', secret: 'key' }],
    [
      "oauth2: { authority: 'https://example.com/{id}', grant: client_credentials, client: { id: '${ .t }', secret: s } }",
      {
        scheme: 'oauth2',
        policy: {
          authority: 'https://example.com/a%20b',
          grant: 'client_credentials',
          client: { id: 'tok', secret: 's' },
        },
      },
    ],
    [
      "oidc: { authority: 'https://example.com', grant: client_credentials, client: { id: c, secret: s } }",
      {
        scheme: 'oidc',
        policy: {
          authority: 'https://example.com',
          grant: 'client_credentials',
          client: { id: 'c', secret: 's' },
        },
      },
    ],
  ])('authenticates by %s', (policy, authentication) => {
    const { request } = asked(authenticated(policy));
    expect(request).toEqual(expect.objectContaining({ authentication }));
  });
});

describe('a call of openapi', () => {
  test('records its operation and parameters, of which there are none when none are given', () => {
    expect(asked(openapi('')).request).toEqual({
      type: 'openapi',
      document: { uri: 'https://example.com/api.json' },
      operationId: 'get',
      parameters: {},
      output: 'content',
      redirect: false,
    });
    expect(
      asked(openapi("parameters: { id: '${ .n }' }, output: raw, redirect: true")).request,
    ).toMatchObject({ parameters: { id: 7 }, output: 'raw', redirect: true });
  });

  test('tells the credentials for its document from those for the operation', () => {
    const call = openapi(
      "authentication: { bearer: { token: '${ .t }' } }",
      "{ uri: 'https://example.com/{id}', authentication: { basic: { username: u, password: '${ .t }' } } }",
    );
    expect(asked(call).request).toMatchObject({
      document: {
        uri: 'https://example.com/a%20b',
        authentication: { scheme: 'basic', username: 'u', password: 'tok' },
      },
      authentication: { scheme: 'bearer', token: 'tok' },
    });
  });

  test('whose parameters are computed to be a list is an expression error', () => {
    expect(errorOf(openapi("parameters: '${ .list }'"))).toMatchObject({
      detail: 'parameters is an object of names and values',
    });
  });
});

describe('a call of a function', () => {
  test('is given `with`, or the input of the task', () => {
    expect(asked("call: ask, with: { n: '${ .n }' }").request).toEqual({
      type: 'function',
      name: 'ask',
      input: { n: 7 },
    });
    expect(asked('call: ask', { k: 1 }).request).toEqual({ type: 'function', name: 'ask', input: { k: 1 } });
  });

  test('says that it must not be repeated when the task does, and only then', () => {
    expect(asked('call: ask, metadata: { unsafe: true }').unsafe).toBe(true);
    expect(asked('call: ask, metadata: { unsafe: false }')).not.toHaveProperty('unsafe');
    expect(asked('call: ask')).not.toHaveProperty('unsafe');
  });

  test('keeps texts, lists and members of any name as they are written, with the values in their places', () => {
    const call = `call: ask, with: { list: [1, '\${ .n }'], text: 'n: \${ .n }, list: \${ .list }', __proto__: { n: '\${ .n }' } }`;
    const { request } = asked(call);
    expect(JSON.stringify(request)).toBe(
      '{"type":"function","name":"ask","input":{"list":[1,7],"text":"n: 7, list: [1]","__proto__":{"n":7}}}',
    );
  });
});

describe('an argument that is made of a secret', () => {
  test.each([
    ['call: ask, with: SECRET', '/input'],
    ["call: ask, with: { 'a/b': [1, SECRET] }", '/input/a~1b/1'],
    ["call: http, with: { method: SECRET, endpoint: 'https://example.com' }", '/method'],
    [http('', 'SECRET'), '/uri'],
    [http('headers: { x: SECRET }'), '/headers/x'],
    [http('query: { x: SECRET }'), '/query/x'],
    [http('body: SECRET'), '/body'],
    [authenticated('basic: { username: SECRET, password: p }'), '/authentication/username'],
    [authenticated('basic: { username: u, password: SECRET }'), '/authentication/password'],
    [authenticated('bearer: { token: SECRET }'), '/authentication/token'],
    [
      authenticated('oauth2: { authority: SECRET, grant: password, username: u, password: p }'),
      '/authentication/policy/authority',
    ],
    [
      authenticated(
        "oauth2: { authority: 'https://example.com', grant: password, username: u, password: SECRET }",
      ),
      '/authentication/policy/password',
    ],
    [openapi('', 'SECRET'), '/document/uri'],
    [
      openapi('', "{ uri: 'https://example.com', authentication: { bearer: { token: SECRET } } }"),
      '/document/authentication/token',
    ],
    [openapi('parameters: { x: SECRET }'), '/parameters/x'],
    [openapi('authentication: { bearer: { token: SECRET } }'), '/authentication/token'],
    [
      "call: openapi, with: { document: { endpoint: 'https://example.com' }, operationId: SECRET }",
      '/operationId',
    ],
  ])('is recorded as it is written, with its place: %s', (call, at) => {
    const fact = asked(call.replaceAll('SECRET', "'${ $secrets.key }'"));
    const parts = [{ jq: expect.stringContaining('$secrets.key') }];
    expect(fact.secrets).toEqual([{ at, parts, input: null, variables: {} }]);
  });

  test('is recorded with the input only when it reads it, and with the variables that it names', () => {
    const secretsOf = (text: string) => asked(`call: ask, with: { k: '${text}' }`).secrets;
    expect(secretsOf('${ $secrets.key + .t }')).toMatchObject([{ input, variables: {} }]);
    expect(secretsOf('${ $secrets.key + $input.t }')).toEqual([
      { at: '/input/k', parts: [{ jq: expect.any(String) }], input: null, variables: { input } },
    ]);
    expect(secretsOf('key ${ $secrets.key }, ${ $secrets.other + .t }!')).toEqual([
      {
        at: '/input/k',
        parts: [
          'key ',
          { jq: expect.stringContaining('.key') },
          ', ',
          { jq: expect.stringContaining('.other') },
          '!',
        ],
        input,
        variables: {},
      },
    ]);
  });

  test('leaves the other expressions of its text to the record, each evaluated as in a text without secrets', () => {
    const header = 'evaluate: { mode: loose }\nuse: { secrets: [key] }';
    const text = '${ .n } ${ .n | error } ${ no jq } ${ $secrets.key }';
    expect(asked(`call: ask, with: { k: '${text}' }`, input, header).secrets).toEqual([
      {
        at: '/input/k',
        parts: [
          '7',
          ' ',
          '${ .n | error }',
          ' ',
          '${ no jq }',
          ' ',
          { jq: expect.stringContaining('$secrets') },
        ],
        input: null,
        variables: {},
      },
    ]);
  });

  test('that `use.secrets` does not name is told with its name and where it is read', () => {
    expect(
      errorOf("call: ask, with: '${ $secrets.nobody }'", input, 'evaluate: { mode: loose }'),
    ).toMatchObject({
      status: 403,
      detail: '`use.secrets` does not name the secret "nobody": $secrets.nobody',
    });
  });

  test('that does not say which one is left to the executor, which refuses it', () => {
    const fact = asked("call: ask, with: '${ $secrets[.t] }'", input, 'evaluate: { mode: loose }');
    expect(fact.secrets).toMatchObject([{ parts: [{ jq: ' $secrets[.t] ' }], input }]);
  });

  test('stands beside arguments that are not, in one record', () => {
    const fact = asked(
      http("headers: { a: '${ $secrets.key }', n: '${ .n }' }, body: '${ $secrets.other }'"),
    );
    expect(fact.request).toMatchObject({ headers: { n: '7' }, body: null });
    expect(fact.request).not.toHaveProperty('headers.a');
    expect(fact.secrets?.map(({ at }) => at)).toEqual(['/headers/a', '/body']);
  });
});

describe('`$authorization`', () => {
  const bearer = (token: string) => `bearer: { token: '${token}' }`;
  const made = '`$authorization` cannot be used in the credentials that it is made of';

  test.each([
    [authenticated(bearer('${ $authorization.scheme }')), made],
    [authenticated(bearer('a ${ $authorization.scheme }')), made],
    [openapi(`authentication: { ${bearer('t')} }`, "'https://example.com/${ $authorization.scheme }'"), made],
    [
      openapi(
        `authentication: { ${bearer('t')} }`,
        `{ uri: 'https://example.com', authentication: { ${bearer('${ $authorization.scheme }')} } }`,
      ),
      made,
    ],
  ])('is an authorization error in the credentials that it is made of: %s', (call, detail) => {
    expect(errorOf(call)).toMatchObject({ status: 403, detail });
  });

  test('is null in a call without credentials, also beside a secret', () => {
    const body = "body: { a: '${ $authorization }' }";
    expect(asked(http(body))).toMatchObject({ request: { body: { a: null } } });
    expect(asked(http(body))).not.toHaveProperty('secrets');
  });

  test('needs no name in `use.secrets`, and is in no variables', () => {
    const fact = asked(
      authenticated(bearer('t'), "body: 'a ${ $authorization.parameter } ${ $secrets.key }'"),
    );
    expect(fact.secrets).toMatchObject([{ at: '/body', variables: {} }]);
    expect(Object.keys(fact.secrets?.[0]?.variables ?? { none: 1 })).toEqual([]);
  });
});
