import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  faulty,
  greet,
  longWait,
  openTestServer,
  shortWait,
  type TestServer,
} from './test-support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  for (const text of [greet(), longWait, shortWait, faulty])
    await server.send('POST', '/api/v1/workflows', text);
});
afterAll(() => server.close());

const send: TestServer['send'] = (...request) => server.send(...request);
const start = (name: string, rest: object = {}, query = '', headers = {}) =>
  send('POST', `/api/v1/executions${query}`, { workflow: { namespace: 'test', name }, ...rest }, headers);

describe('starting', () => {
  it('answers 201 with the address, and with ?wait the output', async () => {
    const { status, headers, body } = await start('greet', { input: { name: 'Ada' } }, '?wait=5s');
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/v1/executions/${body.id}`);
    expect(body).toMatchObject({
      status: 'completed',
      input: { name: 'Ada' },
      output: { greeting: 'Hello, Ada' },
      workflow: { namespace: 'test', name: 'greet', version: '1.0.0' },
      startedAt: expect.stringMatching(/Z$/),
      endedAt: expect.stringMatching(/Z$/),
    });
    expect((await send('GET', `/api/v1/executions/${body.id}`)).body).toEqual(body);
  });

  it('waits for an execution that takes its time, no longer than was asked for', async () => {
    expect((await start('short', {}, '?wait=PT10S')).body).toMatchObject({
      status: 'completed',
      output: { ok: true },
    });
    const begun = performance.now();
    const { status, body } = await start('long', {}, '?wait=100ms');
    expect([status, body.status]).toEqual([201, 'waiting']);
    expect(performance.now() - begun).toBeLessThan(3_000);
  });

  it.each([
    ['text', greet('3.0.0')],
    [
      'an object',
      {
        document: { dsl: '1.0.1', namespace: 'x', name: 'y', version: '1.0.0' },
        do: [{ a: { set: { n: 1 } } }],
      },
    ],
  ])('runs an inline definition given as %s', async (_, definition) => {
    const answer = await send('POST', '/api/v1/executions?wait=5s', { definition, input: { name: 'Bo' } });
    expect(answer).toMatchObject({ status: 201, body: { status: 'completed' } });
  });

  it('names what is wrong in a definition given as an object by pointer, since it has no lines', async () => {
    const document = { dsl: '1.0.1', namespace: 'x', name: 'y', version: '1.0.0' };
    const { status, body } = await send('POST', '/api/v1/executions', {
      definition: { document, do: [{ a: { sett: { n: 1 } } }] },
    });
    expect(status).toBe(422);
    expect(body.errors).toEqual([{ pointer: '/do/0/a/sett', message: expect.any(String) }]);
    expect(body.detail).toMatch(/^\/do\/0\/a\/sett: /);
  });

  it('with an id that exists is a conflict', async () => {
    expect((await start('greet', { id: 'mine-1', input: { name: 'a' } })).body.id).toBe('mine-1');
    expect((await start('greet', { id: 'mine-1', input: { name: 'a' } })).status).toBe(409);
  });

  it('keeps a __proto__ of the input as data', async () => {
    const raw =
      '{"workflow":{"namespace":"test","name":"greet"},"input":{"name":"x","__proto__":{"polluted":true}}}';
    const response = await fetch(`${server.url}/api/v1/executions?wait=5s`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: raw,
    });
    expect(await response.text()).toContain('"__proto__":{"polluted":true}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('an Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'order-7' };

  it('answers the same content with the same execution, once created', async () => {
    const first = await start('greet', { input: { name: 'k' } }, '?wait=5s', headers);
    const second = await start('greet', { input: { name: 'k' } }, '?wait=5s', headers);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.body.id).toBe(first.body.id);
  });

  it('refuses other content', async () => {
    await start('greet', { input: { name: 'k' } }, '', headers);
    const other = await start('greet', { input: { name: 'other' } }, '', headers);
    expect(other).toMatchObject({ status: 422, body: { type: 'urn:millrace:problem:idempotency-mismatch' } });
  });

  it('means the request as it was made: a version published since does not make it another', async () => {
    const again = { 'idempotency-key': 'order-8' };
    const first = await start('greet', {}, '', again);
    await send('POST', '/api/v1/workflows', greet('1.1.0'));
    const second = await start('greet', {}, '', again);
    expect(second).toMatchObject({ status: 200, body: { id: first.body.id } });
  });

  it('belongs to the id that was asked for with it', async () => {
    const key = { 'idempotency-key': 'order-9' };
    const first = await start('greet', { id: 'order-9-a' }, '', key);
    expect(first).toMatchObject({ status: 201, body: { id: 'order-9-a' } });
    expect(await start('greet', { id: 'order-9-a' }, '', key)).toMatchObject({
      status: 200,
      body: { id: 'order-9-a' },
    });
    expect((await start('greet', { id: 'order-9-b' }, '', key)).status).toBe(422);
    expect((await start('greet', {}, '', key)).status).toBe(422);
  });

  it('goes on answering when its workflow was removed', async () => {
    await send('POST', '/api/v1/workflows', greet('7.0.0'));
    const body = { workflow: { namespace: 'test', name: 'greet', version: '7.0.0' } };
    const key = { 'idempotency-key': 'order-10' };
    const first = await send('POST', '/api/v1/executions?wait=5s', body, key);
    await send('DELETE', '/api/v1/workflows/test/greet/7.0.0');
    expect(await send('POST', '/api/v1/executions', body, key)).toMatchObject({
      status: 200,
      body: { id: first.body.id },
    });
  });

  it('that comes several times at once starts one execution', async () => {
    const key = { 'idempotency-key': 'order-11' };
    const answers = await Promise.all(Array.from({ length: 8 }, () => start('greet', {}, '', key)));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 200, 200, 201]);
  });
});

describe('a start is refused', () => {
  it.each([
    ['without workflow and definition', {}, 400, 'exactly one'],
    ['with both', { workflow: { namespace: 'a', name: 'b' }, definition: 'x' }, 400, 'exactly one'],
    [
      'with an unknown member',
      { workflow: { namespace: 'a', name: 'b' }, inptu: 1 },
      400,
      'did you mean "input"',
    ],
    ['with a member of the wrong type', { workflow: { namespace: 'a', name: 7 } }, 400, '/workflow/name'],
    ['with a slash in the id', { workflow: { namespace: 'a', name: 'b' }, id: 'a/b' }, 400, '/id'],
    ['as a list', [], 400, 'body'],
    ['of a workflow that is not there', { workflow: { namespace: 'no', name: 'one' } }, 404, 'no'],
    ['of an inline definition with errors', { definition: 'do: 1' }, 422, ''],
  ])('%s', async (_, body, status, detail) => {
    const answer = await send('POST', '/api/v1/executions', body);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body.detail).toContain(detail);
  });

  it('with a wait that is no duration, and nothing starts', async () => {
    const answer = await start('greet', { id: 'never-started' }, '?wait=soon');
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining('"soon"') } });
    expect((await send('GET', '/api/v1/executions/never-started')).status).toBe(404);
  });
});

describe('reading', () => {
  it('says where in the author’s text a fault was raised', async () => {
    const { body } = await start('faulty', {}, '?wait=5s');
    expect(body).toMatchObject({
      status: 'faulted',
      error: {
        type: 'https://example.com/errors/stop',
        status: 418,
        title: 'Stopped',
        instance: '/do/1/stop',
      },
    });
    expect(body.error.source).toMatchObject({ line: 9, column: expect.any(Number) });
    expect(body.output).toBeUndefined();
  });

  it('lists by status, workflow, time and page, without inputs and outputs', async () => {
    await start('greet', { input: { name: 'l' } }, '?wait=5s');
    const { body } = await send(
      'GET',
      '/api/v1/executions?status=completed,faulted&workflow=test/greet&since=2020-01-01T00:00:00Z&limit=1',
    );
    expect(body.items).toHaveLength(1);
    expect(body.items[0]).toMatchObject({ status: 'completed', workflow: { name: 'greet' } });
    expect(body.items[0]).not.toHaveProperty('input');
    expect(body.cursor).toEqual(expect.any(String));
    const next = await send(
      'GET',
      `/api/v1/executions?status=completed,faulted&workflow=test/greet&limit=1&cursor=${encodeURIComponent(body.cursor)}`,
    );
    expect(next.body.items[0].id).not.toBe(body.items[0].id);
    expect((await send('GET', '/api/v1/executions?since=2999-01-01')).body.items).toEqual([]);
  });

  it.each([
    ['?status=sleeping', 'must be one of'],
    ['?limit=0', 'limit'],
    ['?limit=many', 'limit'],
    ['?limit=1&limit=2', 'given 2 times'],
    ['?stauts=completed', 'did you mean "status"'],
    ['?since=yesterday', 'since'],
    ['?cursor=%00garbage', ''],
  ])('refuses %s', async (query, detail) => {
    const answer = await send('GET', `/api/v1/executions${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.detail).toContain(detail);
  });

  it('says why it is waiting', async () => {
    const { body } = await start('long', {}, '?wait=50ms');
    const { body: wakeUps } = await send('GET', `/api/v1/executions/${body.id}/wake-ups`);
    expect(wakeUps.items).toEqual([
      expect.objectContaining({ kind: 'timer', due: expect.stringMatching(/Z$/), doubt: false }),
    ]);
    expect((await send('GET', '/api/v1/executions/nobody/wake-ups')).status).toBe(404);
  });
});

describe('changing the course', () => {
  it('cancels, and once ended refuses', async () => {
    const { body } = await start('long');
    const path = `/api/v1/executions/${body.id}`;
    const cancelled = await send('POST', `${path}/cancel`, { reason: 'enough' });
    expect(cancelled).toMatchObject({
      status: 200,
      body: { status: 'cancelled', endedAt: expect.any(String) },
    });
    for (const verb of ['suspend', 'resume', 'retry']) {
      expect(await send('POST', `${path}/${verb}`)).toMatchObject({
        status: 409,
        body: { type: 'urn:millrace:problem:conflict' },
      });
    }
    expect((await send('GET', `${path}/wake-ups`)).body.items).toEqual([]);
  });

  it('suspends and resumes', async () => {
    const { body } = await start('short');
    const path = `/api/v1/executions/${body.id}`;
    expect((await send('POST', `${path}/suspend`)).body.status).toBe('suspended');
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect((await send('GET', path)).body.status).toBe('suspended');
    expect((await send('POST', `${path}/resume?wait=5s`)).body).toMatchObject({
      status: 'completed',
      output: { ok: true },
    });
  });

  it('retries a fault as a linked execution', async () => {
    const { body } = await start('faulty', {}, '?wait=5s');
    const retried = await send('POST', `/api/v1/executions/${body.id}/retry?wait=5s`);
    expect(retried).toMatchObject({ status: 201, body: { status: 'faulted', retryOf: body.id } });
    expect(retried.headers.get('location')).toBe(`/api/v1/executions/${retried.body.id}`);
  });

  it.each(['cancel', 'suspend', 'resume', 'retry'])('%s of what is not there is 404', async (verb) => {
    expect((await send('POST', `/api/v1/executions/nobody/${verb}`)).status).toBe(404);
  });

  it('takes no body but what it knows', async () => {
    const { body } = await start('long');
    const path = `/api/v1/executions/${body.id}/cancel`;
    expect((await send('POST', path, { raeson: 'x' })).status).toBe(400);
    expect(
      (await send('POST', path, 'reason=x', { 'content-type': 'application/x-www-form-urlencoded' })).status,
    ).toBe(415);
    expect((await send('GET', `/api/v1/executions/${body.id}`)).body.status).toBe('waiting');
  });
});
