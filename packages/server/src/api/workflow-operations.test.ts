import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  greet,
  longWait,
  openTestServer,
  type TestServer,
  workflowText,
} from './test-support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

const send: TestServer['send'] = (...request) => server.send(...request);

describe('publishing', () => {
  it('answers 201 with the address of the version, and 200 when it is there with the same content', async () => {
    const first = await send('POST', '/api/v1/workflows', greet());
    expect(first).toMatchObject({
      status: 201,
      body: {
        id: 'test/greet/1.0.0',
        namespace: 'test',
        name: 'greet',
        version: '1.0.0',
        format: 'yaml',
        source: greet(),
      },
    });
    expect(first.headers.get('location')).toBe('/api/v1/workflows/test/greet/1.0.0');
    expect((await send('GET', '/api/v1/workflows/test/greet/1.0.0')).body.digest).toBe(first.body.digest);
    expect((await send('POST', '/api/v1/workflows', greet())).status).toBe(200);
  });

  it('takes a document as JSON too', async () => {
    const document = {
      document: { dsl: '1.0.1', namespace: 'test', name: 'as-json', version: '1.0.0' },
      do: [{ a: { set: { x: 1 } } }],
    };
    expect(await send('POST', '/api/v1/workflows', document)).toMatchObject({
      status: 201,
      body: { format: 'json' },
    });
  });

  it('refuses JSON that only YAML would take, with its place', async () => {
    const text = '{"document": {"dsl": "1.0.3"},\n "do": [{"a": {"set": {"x": 1}}},]}';
    const { status, body } = await send('POST', '/api/v1/workflows', text, {
      'content-type': 'application/json',
    });
    expect(status).toBe(422);
    expect(body).toMatchObject({
      type: 'urn:millrace:problem:invalid-definition',
      errors: [{ line: 2, column: 34, pointer: '', message: expect.stringContaining('not valid JSON') }],
    });
  });

  it('refuses other content under a version that exists', async () => {
    await send('POST', '/api/v1/workflows', workflowText('fixed', '  - a:\n      set: { x: 1 }'));
    const other = await send(
      'POST',
      '/api/v1/workflows',
      workflowText('fixed', '  - a:\n      set: { x: 2 }'),
    );
    expect(other).toMatchObject({ status: 409, body: { type: 'urn:millrace:problem:conflict' } });
  });

  it('names every error of a bad document with its line, column and pointer', async () => {
    const bad = workflowText('bad', '  - a:\n      sett: { x: 1 }\n  - b:\n      wait: soon');
    const { status, headers, body } = await send('POST', '/api/v1/workflows', bad);
    expect(status).toBe(422);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body.type).toBe('urn:millrace:problem:invalid-definition');
    expect(body.errors.length).toBeGreaterThanOrEqual(2);
    for (const error of body.errors) {
      expect(error).toMatchObject({
        line: expect.any(Number),
        column: expect.any(Number),
        message: expect.any(String),
      });
      expect(error.pointer).toMatch(/^\/do\//);
    }
  });

  it.each([
    ['broken YAML', 'a: ['],
    ['broken JSON', '{"a": '],
    ['nesting without end', '['.repeat(100_000)],
    ['an alias of itself', 'a: &a [*a]'],
    ['an empty body', ''],
  ])('refuses %s with 422', async (...[, text]) => {
    const { status, body } = await send('POST', '/api/v1/workflows', text);
    expect(status).toBe(422);
    expect(body.errors[0]).toMatchObject({ line: expect.any(Number), message: expect.any(String) });
  });
});

describe('a new version by PUT', () => {
  it('is published under the path of its workflow', async () => {
    await send('POST', '/api/v1/workflows', workflowText('put', '  - a:\n      set: { x: 1 }'));
    const next = workflowText('put', '  - a:\n      set: { x: 2 }', '1.1.0');
    expect(await send('PUT', '/api/v1/workflows/test/put', next)).toMatchObject({
      status: 201,
      body: { version: '1.1.0' },
    });
    expect((await send('GET', '/api/v1/workflows/test/put')).body.version).toBe('1.1.0');
  });

  it('is refused when the document is of another name or version than the path', async () => {
    const { status, body } = await send('PUT', '/api/v1/workflows/test/other', greet());
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      {
        line: 4,
        column: 9,
        pointer: '/document/name',
        message: 'The path says name "other", the document says "greet".',
      },
    ]);
    expect((await send('PUT', '/api/v1/workflows/test/greet/9.9.9', greet())).status).toBe(422);
  });
});

describe('reading', () => {
  it.each(['test/greet', 'test/greet/1.0.0', 'test%2Fgreet', 'test%2Fgreet%2F1.0.0'])(
    'finds %s',
    async (id) => {
      await send('POST', '/api/v1/workflows', greet());
      expect(await send('GET', `/api/v1/workflows/${id}`)).toMatchObject({
        status: 200,
        body: { id: 'test/greet/1.0.0' },
      });
    },
  );

  it('gives the text itself to who accepts YAML', async () => {
    await send('POST', '/api/v1/workflows', greet());
    const { headers, text } = await send('GET', '/api/v1/workflows/test/greet', undefined, {
      accept: 'application/yaml',
    });
    expect(headers.get('content-type')).toBe('application/yaml; charset=utf-8');
    expect(text).toBe(greet());
  });

  it('answers 406 to who accepts neither form', async () => {
    const answer = await send('GET', '/api/v1/workflows/test/greet', undefined, { accept: 'image/png' });
    expect(answer).toMatchObject({ status: 406, body: { type: 'urn:millrace:problem:not-acceptable' } });
  });

  it('answers 404 for what is not there, 400 for what is no id', async () => {
    expect((await send('GET', '/api/v1/workflows/test/nobody')).status).toBe(404);
    expect((await send('GET', '/api/v1/workflows/onlyname')).status).toBe(400);
    expect((await send('GET', '/api/v1/workflows/a%2Fb%2Fc%2Fd')).status).toBe(400);
  });

  it('lists in pages', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) {
      await send('POST', '/api/v1/workflows', workflowText(name, '  - a:\n      set: { x: 1 }'));
    }
    const ids: string[] = [];
    let cursor = '';
    do {
      const { body } = await send('GET', `/api/v1/workflows?namespace=test&limit=2${cursor}`);
      expect(body.items.length).toBeLessThanOrEqual(2);
      ids.push(...body.items.map((item: { id: string }) => item.id));
      cursor = body.cursor === undefined ? '' : `&cursor=${encodeURIComponent(body.cursor)}`;
    } while (cursor !== '');
    expect(ids).toEqual(
      expect.arrayContaining(['test/page-a/1.0.0', 'test/page-b/1.0.0', 'test/page-c/1.0.0']),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('removing', () => {
  it('is refused while executions are open, unless force cancels them', async () => {
    await send('POST', '/api/v1/workflows', longWait);
    const { body: started } = await send('POST', '/api/v1/executions', {
      workflow: { namespace: 'test', name: 'long' },
    });
    expect((await send('DELETE', '/api/v1/workflows/test/long')).status).toBe(409);
    const forced = await send('DELETE', '/api/v1/workflows/test/long?force=true');
    expect(forced).toMatchObject({ status: 200, body: { removed: 1, cancelled: 1 } });
    expect((await send('GET', `/api/v1/executions/${started.id}`)).body.status).toBe('cancelled');
    expect((await send('GET', '/api/v1/workflows/test/long')).status).toBe(404);
  });
});
