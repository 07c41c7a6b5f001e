import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer, workflowText } from './test-support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const structured = 'application/cloudevents+json';
const batched = 'application/cloudevents-batch+json';

function cloudEvent(id: string, more: object = {}): Record<string, unknown> {
  return { specversion: '1.0', id, source: 'https://test.example/orders', type: 'com.example.paid', ...more };
}

async function publish(body: unknown, type: string, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(`${server.url}/api/v1/events`, {
    method: 'POST',
    headers: { 'content-type': type, ...headers },
    body: text,
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  return { status: answer.status, body: (await answer.json()) as any };
}

/** Starts an execution that yields the first event of a type, whole. */
async function listen(type: string): Promise<string> {
  const name = `on-${type.replaceAll('.', '-')}`;
  const tasks = `  - l: { listen: { to: { one: { with: { type: ${type} } } }, read: envelope } }`;
  const { body } = await server.send('POST', '/api/v1/executions', { definition: workflowText(name, tasks) });
  return body.id;
}

async function outputOf(id: string): Promise<unknown> {
  const { body } = await server.send('GET', `/api/v1/executions/${id}?wait=10s`);
  return body.output ?? body.status;
}

/** With header fields as they are given, each as often as it is. */
async function publishWith(fields: readonly (readonly [string, string])[], body: string) {
  const { hostname, port } = new URL(server.url);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = [
    ...fields,
    ['host', 'localhost'],
    ['content-length', String(Buffer.byteLength(body))],
  ].flat();
  const options = { hostname, port, path: '/api/v1/events', method: 'POST', headers };
  request(options, resolve).once('error', reject).end(body);
  const answer = await promise;
  const chunks = await answer.toArray();
  return { status: answer.statusCode, body: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
}

describe('POST /api/v1/events', () => {
  it('takes one event in structured mode, which wakes who listens for it', async () => {
    const id = await listen('structured.mode');
    const event = cloudEvent('s1', { type: 'structured.mode', data: { n: 1 }, region: 'eu' });
    expect(await publish(event, structured)).toMatchObject({
      status: 202,
      body: { items: [{ id: 's1', source: 'https://test.example/orders', duplicate: false }] },
    });
    expect(await outputOf(id)).toEqual([event]);
  });

  it('takes several in batched mode, and answers one each, in order', async () => {
    const { status, body } = await publish([cloudEvent('b1'), cloudEvent('b2'), cloudEvent('b1')], batched);
    expect(status).toBe(202);
    expect(
      body.items.map(({ id, duplicate }: { id: string; duplicate: boolean }) => [id, duplicate]),
    ).toEqual([
      ['b1', false],
      ['b2', false],
      ['b1', true],
    ]);
  });

  it('takes a batch of none, as CloudEvents has it, and answers none', async () => {
    expect(await publish('[]', batched)).toMatchObject({ status: 202, body: { items: [] } });
  });

  it('takes one in binary mode: attributes as header fields, data as the body', async () => {
    const id = await listen('binary.mode');
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': 'x%20y',
      'ce-source': 'urn:b',
      'ce-type': 'binary.mode',
      'ce-region': 'eu',
    };
    expect((await publish({ n: 1 }, 'application/json', headers)).status).toBe(202);
    expect(await outputOf(id)).toEqual([
      {
        specversion: '1.0',
        id: 'x y',
        source: 'urn:b',
        type: 'binary.mode',
        region: 'eu',
        datacontenttype: 'application/json',
        data: { n: 1 },
      },
    ]);
    const bytes = await listen('binary.bytes');
    await publish('\u0000\u0001', 'application/octet-stream', {
      ...headers,
      'ce-id': '2',
      'ce-type': 'binary.bytes',
    });
    expect(await outputOf(bytes)).toMatchObject([{ data_base64: 'AAE=' }]);
    const text = await listen('binary.text');
    await publish('hello', 'text/plain', { ...headers, 'ce-id': '3', 'ce-type': 'binary.text' });
    expect(await outputOf(text)).toMatchObject([{ data: 'hello', datacontenttype: 'text/plain' }]);
  });

  it('takes the body for the event when its type says so, whatever header fields repeat of it', async () => {
    const id = await listen('redundant.headers');
    const event = cloudEvent('r1', { type: 'redundant.headers', data: { n: 1 } });
    const headers = { 'ce-specversion': '1.0', 'ce-id': 'r1', 'ce-source': 'urn:r', 'ce-type': 'other' };
    expect((await publish(event, structured, headers)).body.items).toMatchObject([{ id: 'r1' }]);
    expect(await outputOf(id)).toEqual([event]);
    expect((await publish([event], batched, headers)).body.items).toMatchObject([{ duplicate: true }]);
    expect((await publish('<event/>', 'application/cloudevents+xml', headers)).status).toBe(415);
  });

  it('reads header fields in double quotes, and takes none of them for the data', async () => {
    const id = await listen('quoted.headers');
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': 'q1',
      'ce-source': 'urn:q',
      'ce-type': 'quoted.headers',
    };
    const subject = '"the \\"first\\" \\\\ of%20all"';
    expect((await publish('x', 'text/plain', { ...headers, 'ce-subject': subject })).status).toBe(202);
    expect(await outputOf(id)).toMatchObject([{ subject: 'the "first" \\ of all' }]);
    for (const name of ['ce-data', 'ce-data_base64'])
      expect(await publish('x', 'text/plain', { ...headers, 'ce-id': 'q2', [name]: 'AAAA' })).toMatchObject({
        status: 400,
        body: { detail: `${name} is no attribute of an event: its data is the body.` },
      });
  });

  it('refuses a header field that is sent twice, an attribute or the type of the data, and says which', async () => {
    const binary = [
      ['ce-specversion', '1.0'],
      ['ce-id', 'twice'],
      ['ce-source', 'urn:t'],
      ['ce-type', 'sent.twice'],
    ] as const;
    const plain = ['content-type', 'text/plain'] as const;
    for (const again of ['ce-id', 'CE-Type', 'ce-specversion', 'Content-Type'])
      expect(await publishWith([...binary, plain, [again, 'other']], 'x')).toMatchObject({
        status: 400,
        body: { detail: `The header field ${again.toLowerCase()} is sent more than once.` },
      });
    expect(await publishWith([['content-type', structured], plain], '{}')).toMatchObject({ status: 400 });
    expect(await publishWith([...binary, plain], 'x')).toMatchObject({ status: 202 });
    // Where the body is the event, its header fields are not read.
    const whole = JSON.stringify(cloudEvent('once'));
    expect(await publishWith([['content-type', structured], ...binary, ...binary], whole)).toMatchObject({
      status: 202,
    });
  });

  it('refuses a header field of bytes beyond ASCII, which would be read as another text', async () => {
    const fields = [
      ['ce-specversion', '1.0'],
      ['ce-id', 'plain-bytes'],
      ['ce-source', 'urn:t'],
      ['ce-type', 'plain.bytes'],
      ['content-type', 'text/plain'],
    ] as const;
    const subject = Buffer.from('Zürich').toString('latin1');
    for (const wrong of [subject, 'Z%FCrich', '100%'])
      expect(await publishWith([...fields, ['ce-subject', wrong]], 'x')).toMatchObject({
        status: 400,
        body: { detail: 'The header field ce-subject is not percent-encoded as it must be.' },
      });
    const id = await listen('plain.bytes');
    expect(await publishWith([...fields, ['ce-subject', 'Z%C3%BCrich']], 'x')).toMatchObject({ status: 202 });
    expect(await outputOf(id)).toMatchObject([{ subject: 'Zürich' }]);
  });

  it('takes the same id of another source for another event', async () => {
    await publish(cloudEvent('same'), structured);
    const other = await publish(cloudEvent('same', { source: 'urn:other' }), structured);
    expect(other.body.items).toMatchObject([{ duplicate: false }]);
  });

  it('refuses an id that holds half a surrogate pair, which would be taken for another such id', async () => {
    for (const id of ['half-\ud800', 'half-\ud801'])
      expect(await publish(cloudEvent(id), structured)).toMatchObject({
        status: 400,
        body: { errors: [{ pointer: '/id', message: 'must be Unicode: it holds half a surrogate pair' }] },
      });
    const whole = await publish([cloudEvent('half-\u{1f600}'), cloudEvent('half-\ufffd')], batched);
    expect(whole.body.items).toMatchObject([{ duplicate: false }, { duplicate: false }]);
  });

  it('refuses what is no CloudEvent, and says each fault with its place', async () => {
    const refused = await publish([cloudEvent('ok'), { id: '', source: 1, camelCase: true }], batched);
    expect(refused.status).toBe(400);
    const pointers = refused.body.errors.map(({ pointer }: { pointer: string }) => pointer);
    expect(pointers).toEqual(['/1/specversion', '/1/id', '/1/source', '/1/type', '/1/camelCase']);
    expect((await publish('[1]', batched)).status).toBe(400);
    expect((await publish('{"a":', structured)).status).toBe(400);
    expect((await publish('hello', 'text/plain')).status).toBe(415);
    // Nothing of a batch is published when one of its events is refused.
    expect((await publish(cloudEvent('ok'), structured)).body.items).toMatchObject([{ duplicate: false }]);
  });

  it('keeps events apart by the key of the caller, and wants one when the server has keys', async () => {
    const keyed = await openTestServer({ apiKeys: ['a-key-of-some-length'] });
    const answer = await fetch(`${keyed.url}/api/v1/events`, { method: 'POST', body: '{}' });
    expect(answer.status).toBe(401);
    await keyed.close();
  });
});

describe('what became of an event', () => {
  it('is told under its key, and under its id and source', async () => {
    const id = await listen('matched.type');
    const event = cloudEvent('m1', { type: 'matched.type' });
    const { body } = await publish(event, structured);
    await outputOf(id);
    const path = `/api/v1/events/${body.items[0].key}/matches`;
    await expect
      .poll(async () => (await server.send('GET', path)).body.woke)
      .toEqual({ count: 1, executions: [{ execution: id, task: '/do/0/l' }] });
    const source = encodeURIComponent(String(event.source));
    const byId = await server.send('GET', `/api/v1/events/m1/matches?source=${source}`);
    expect(byId.body).toEqual((await server.send('GET', path)).body);
    expect((await server.send('GET', '/api/v1/events/none/matches')).status).toBe(404);
  });

  it('is that nobody was woken, for one that nobody waits for', async () => {
    const { body } = await publish(cloudEvent('lonely', { type: 'lonely' }), structured);
    const answer = await server.send('GET', `/api/v1/events/${body.items[0].key}/matches`);
    expect(answer.body).toMatchObject({ event: { id: 'lonely' }, woke: { count: 0 }, missed: [] });
  });
});

it('why an execution waits is told with what it listens for, at both of its paths', async () => {
  const id = await listen('waited.for');
  for (const path of ['wake-ups', 'waiting']) {
    const { body } = await server.send('GET', `/api/v1/executions/${id}/${path}`);
    expect(body.items).toMatchObject([
      { kind: 'event', listens: { task: '/do/0/l', with: { type: 'waited.for' } } },
    ]);
  }
});
