import { createHash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { json, type LoopbackServer, startLoopbackServer } from '../../http-client/loopback-server.fixture.ts';
import { type Bench, httpRequest, openBench } from '../performer.fixture.ts';

const username = 'Mufasa';
const password = 'Circle of "Life"';
let server: LoopbackServer;
let bench: Bench;
afterEach(async () => {
  await bench.close();
  await server.close();
});

interface Asking {
  readonly algorithm?: string;
  readonly qop?: string;
  readonly userhash?: boolean;
  readonly before?: string;
  readonly realm?: string;
  /** what else stands behind the realm, as it is written */
  readonly more?: string;
  /** requests that a nonce is good for */
  readonly uses?: number;
}

/** Checks every answer by the letter of RFC 7616; it shares no code with what answers. */
async function open(asking: Asking): Promise<void> {
  const nonces = new Map<string, number>();
  const opaque = 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS';
  server = await startLoopbackServer((request, response) => {
    const given = fieldsOf(request.headers.authorization ?? '');
    const uses = nonces.get(given.nonce ?? '');
    const fine =
      uses !== undefined &&
      uses < (asking.uses ?? Number.POSITIVE_INFINITY) &&
      given.opaque === opaque &&
      given.uri === request.url &&
      (given.nc === undefined || Number.parseInt(given.nc, 16) === uses + 1) &&
      given.response === expected(given, request.method, request.body, asking);
    if (fine) {
      nonces.set(given.nonce ?? '', uses + 1);
      return json(response, { ok: true });
    }
    const nonce = randomBytes(12).toString('hex');
    nonces.set(nonce, 0);
    const parts = [
      // In UTF-8; a header field is given to Node byte for byte.
      `realm="${Buffer.from(asking.realm ?? 'http-auth@example.org').toString('latin1')}"${asking.more ?? ''}`,
      ...(asking.qop === undefined ? [] : [`qop="${asking.qop}"`]),
      ...(asking.algorithm === undefined ? [] : [`algorithm=${asking.algorithm}`]),
      `nonce="${nonce}"`,
      `opaque="${opaque}"`,
      ...(asking.userhash === true ? ['userhash=true'] : []),
    ];
    response.setHeader('www-authenticate', `${asking.before ?? ''}Digest ${parts.join(', ')}`);
    json(response, { why: 'unauthorized' }, 401);
  });
  bench = openBench({ secrets: { lion: { username, password } } });
}

function fieldsOf(header: string): Record<string, string | undefined> {
  return Object.fromEntries(
    [...header.matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)].map(([, name, quoted, plain]) => [
      name,
      quoted ?? plain,
    ]),
  );
}

function expected(
  given: Record<string, string | undefined>,
  method: string,
  body: string,
  { algorithm = 'MD5', userhash, realm = 'http-auth@example.org' }: Asking,
): string {
  const name =
    { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }[algorithm.replace('-sess', '')] ?? '';
  const h = (text: string) => createHash(name).update(text).digest('hex');
  if (given.username !== (userhash === true ? h(`${username}:${realm}`) : username)) return 'another';
  let a1 = h(`${username}:${realm}:${password}`);
  if (algorithm.endsWith('-sess')) a1 = h(`${a1}:${given.nonce}:${given.cnonce}`);
  const a2 = h(given.qop === 'auth-int' ? `${method}:${given.uri}:${h(body)}` : `${method}:${given.uri}`);
  return given.qop === undefined
    ? h(`${a1}:${given.nonce}:${a2}`)
    : h(`${a1}:${given.nonce}:${given.nc}:${given.cnonce}:${given.qop}:${a2}`);
}

const call = (more: object = {}) =>
  bench.perform(
    httpRequest(`${server.origin}/dir/index.html?q=a%20b`, {
      authentication: { scheme: 'digest', username, password },
      ...more,
    }),
  );

describe('digest authentication', () => {
  it.each<[string, Asking]>([
    ['MD5 without qop', {}],
    ['MD5', { algorithm: 'MD5', qop: 'auth' }],
    ['SHA-256', { algorithm: 'SHA-256', qop: 'auth, auth-int' }],
    ['SHA-256 of a session', { algorithm: 'SHA-256-sess', qop: 'auth' }],
    ['SHA-512-256 with a hashed name', { algorithm: 'SHA-512-256', qop: 'auth', userhash: true }],
    ['the body too', { algorithm: 'SHA-256', qop: 'auth-int' }],
    ['another scheme before it', { algorithm: 'SHA-256', qop: 'auth', before: 'Basic realm="x, y", ' }],
    ['a realm that speaks of its digest', { algorithm: 'SHA-256', qop: 'auth', realm: 'our Digest users' }],
    ['a realm in UTF-8', { algorithm: 'SHA-256', qop: 'auth', realm: 'Zürich', more: ', charset=UTF-8' }],
    [
      'a hashed name with such a realm',
      { algorithm: 'SHA-256', qop: 'auth', realm: 'Zürich', userhash: true },
    ],
    ['empty places in the list', { qop: 'auth', more: ', ,' }],
    ['parameters that nobody knows', { qop: 'auth', more: ', x_v1.2=a, y!="b, c"' }],
    ['a scheme whose realm does', { qop: 'auth', before: 'Basic realm="no Digest here", ' }],
  ])('answers %s', async (_what, asking) => {
    await open(asking);
    const outcome = await call({ method: 'POST', body: { a: 1 } });
    expect(outcome).toEqual({ type: 'completed', output: { ok: true } });
  });

  it('keeps a challenge, and counts the requests that it is answered for', async () => {
    await open({ algorithm: 'SHA-256', qop: 'auth' });
    for (let each = 0; each < 3; each += 1) expect(await call()).toMatchObject({ type: 'completed' });
    expect(server.received).toHaveLength(4);
  });

  it('answers again when a nonce is spent', async () => {
    await open({ algorithm: 'SHA-256', qop: 'auth', uses: 1 });
    for (let each = 0; each < 2; each += 1) expect(await call()).toMatchObject({ type: 'completed' });
    expect(server.received).toHaveLength(4);
  });

  it('takes its credentials from a secret', async () => {
    await open({ algorithm: 'SHA-256', qop: 'auth' });
    expect(await call({ authentication: { scheme: 'digest', secret: 'lion' } })).toMatchObject({
      type: 'completed',
    });
  });

  it('with a wrong password is the error of the answer, after one try', async () => {
    await open({ algorithm: 'SHA-256', qop: 'auth' });
    const outcome = await call({ authentication: { scheme: 'digest', username, password: 'wrong' } });
    expect(outcome).toMatchObject({ type: 'failed', error: { status: 401 } });
    expect(server.received).toHaveLength(2);
  });
});
