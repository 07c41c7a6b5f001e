import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { framesOf } from './test-support/event-frames.ts';
import { openTestServer, type TestServer, workflowText } from './test-support/test-server.ts';

/** Its JSON is far above what a view holds, and so is what it has in it. */
const large = { letters: 'ü"'.repeat(60_000), list: Array.from({ length: 500 }, (_, at) => ({ at })) };
const largeText = JSON.stringify(large);

let service: Server;
let server: TestServer;
beforeAll(async () => {
  service = createServer((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(largeText);
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  server = await openTestServer({ allow: ['loopback'] });
});
afterAll(async () => {
  await server.close();
  service.closeAllConnections();
  await new Promise((resolve) => service.close(resolve));
});

const path = '/api/v1/executions';

async function run(
  tasks: string,
  input: unknown = {},
): Promise<{ id: string; view: Record<string, unknown> }> {
  const definition = workflowText('values', tasks);
  const { body } = await server.send('POST', `${path}?wait=10s`, { definition, input });
  return { id: body.id, view: body };
}

const fetching = () =>
  `  - fetch:\n      call: http\n      with: { method: get, endpoint: 'http://127.0.0.1:${(service.address() as AddressInfo).port}/' }`;
const small = '  - small: { set: { n: 1 } }';

async function download(href: string) {
  const response = await fetch(server.url + href);
  return { response, text: await response.text() };
}

describe('a large output', () => {
  it('is shown by how it begins, how large it is, and where it is found whole', async () => {
    const { id, view } = await run(fetching());
    const bytes = Buffer.byteLength(largeText);
    expect(view).toMatchObject({
      status: 'completed',
      input: {},
      output: { preview: largeText.slice(0, 2_000), bytes, href: `${path}/${id}/output` },
      large: ['/output'],
    });
    expect((await server.send('GET', `${path}/${id}`)).body).toEqual(view);
  });

  it('is downloaded whole, byte for byte, under the name of a file', async () => {
    const { id, view } = await run(fetching());
    const { response, text } = await download((view.output as { href: string }).href);
    expect(text).toBe(largeText);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(largeText)),
      'content-disposition': `attachment; filename="${id}-output.json"`,
    });
    const head = await fetch(`${server.url}${path}/${id}/output`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([
      200,
      String(Buffer.byteLength(largeText)),
      '',
    ]);
  });

  it('goes into neither a page of events nor the stream, and each event says where it is', async () => {
    const { id } = await run(fetching());
    const { body, text } = await server.send('GET', `${path}/${id}/events`);
    expect(text.length).toBeLessThan(20_000);
    const answered = body.items.find(
      ({ fact }: { fact: { type: string } }) => fact.type === 'effect.completed',
    );
    expect(answered).toMatchObject({
      large: ['/output'],
      fact: { output: { bytes: Buffer.byteLength(largeText) } },
    });
    expect((await download(answered.fact.output.href)).text).toBe(largeText);
    const streamed: unknown[] = [];
    const stream = await fetch(`${server.url}${path}/${id}/events`, {
      headers: { accept: 'text/event-stream' },
    });
    for await (const { data } of framesOf(stream)) streamed.push(data);
    expect(streamed).toEqual(body.items);
    const lifecycle = await server.send('GET', `${path}/${id}/lifecycle`);
    expect(lifecycle.text.length).toBeLessThan(20_000);
    const ended = lifecycle.body.items.find(({ type }: { type: string }) => type.includes('task.completed'));
    expect(ended.data).toMatchObject({ large: ['/output'] });
    expect((await download(ended.data.output.href)).text).toBe(largeText);
  });

  it('of a task is found by its event, though the event leaves it out', async () => {
    const { id } = await run(`${fetching()}\n${small}`);
    const { body } = await server.send('GET', `${path}/${id}/events`);
    const ended = body.items.find(({ fact }: { fact: { type: string } }) => fact.type === 'task.completed');
    expect(ended.fact).not.toHaveProperty('output');
    expect((await download(`${path}/${id}/events/${ended.version}/value?of=/output`)).text).toBe(largeText);
    const started = body.items.findLast(
      ({ fact }: { fact: { type: string } }) => fact.type === 'task.started',
    );
    expect((await download(`${path}/${id}/events/${started.version}/value?of=/input`)).text).toBe(largeText);
    expect(
      (await download(`${path}/${id}/events/${answeredVersion(body)}/value?of=/output/list/3/at`)).text,
    ).toBe('3');
    expect((await download(`${path}/${id}/output`)).text).toBe('{"n":1}');
  });
});

const answeredVersion = (body: { items: { version: number; fact: { type: string } }[] }) =>
  body.items.find(({ fact }) => fact.type === 'effect.completed')?.version;

describe('large values elsewhere', () => {
  it('an input is one too, in the view and in the event that begins the execution', async () => {
    const { id, view } = await run(small, large);
    expect(view).toMatchObject({ large: ['/input'], output: { n: 1 } });
    expect((await download(`${path}/${id}/input`)).text).toBe(largeText);
    const { body } = await server.send('GET', `${path}/${id}/events?limit=1`);
    expect(body.items[0]).toMatchObject({ large: ['/input'], fact: { type: 'execution.started' } });
    expect((await download(body.items[0].fact.input.href)).text).toBe(largeText);
  });

  it('of a request only the body is cut: its method and address are there', async () => {
    const port = (service.address() as AddressInfo).port;
    const post = `  - post:\n      call: http\n      with: { method: post, endpoint: 'http://127.0.0.1:${port}/', body: '\${ . }' }`;
    const { id } = await run(post, large);
    const { body } = await server.send('GET', `${path}/${id}/events`);
    const asked = body.items.find(({ fact }: { fact: { type: string } }) => fact.type === 'effect.requested');
    expect(asked).toMatchObject({
      large: ['/request/body'],
      fact: { request: { type: 'http', method: 'POST' } },
    });
    expect((await download(asked.fact.request.body.href)).text).toBe(largeText);
  });

  it('a value just within the bound is whole, one just above it is not', async () => {
    const text = (length: number) => 'x'.repeat(length - 2);
    const within = await run('  - s: { set: "${ . }" }', text(65_536));
    expect(within.view).toMatchObject({ output: text(65_536) });
    expect(within.view).not.toHaveProperty('large');
    const above = await run('  - s: { set: "${ . }" }', text(65_537));
    expect(above.view).toMatchObject({ large: ['/input', '/output'], output: { bytes: 65_537 } });
  });

  it('an output that looks like one is not taken for one', async () => {
    const looks = { preview: 'x', bytes: 1, href: '/' };
    const { view } = await run('  - s: { set: "${ . }" }', looks);
    expect(view).toMatchObject({ output: looks });
    expect(view).not.toHaveProperty('large');
  });

  it('a retried execution is tried again with the values whole', async () => {
    const failing = `  - s: { set: "\${ . }" }\n  - stop: { if: "\${ .letters | length > 5 }", raise: { error: { type: 'https://example.com/x', status: 500 } } }`;
    const { id } = await run(failing, large);
    const { body: again } = await server.send('POST', `${path}/${id}/retry?wait=5s`, { reason: 'once more' });
    expect(again).toMatchObject({ status: 'faulted', retryOf: id, large: ['/input'] });
    const { body } = await server.send('GET', `${path}/${again.id}/events`);
    expect(body.items[0]).toMatchObject({ fact: { type: 'execution.restored', reason: 'once more' } });
    expect(body.items[0].fact.state.main).toHaveProperty('live');
    expect(body.items[0].large).toEqual(['/state/input/letters', '/state/main/value/letters']);
    const { letters } = body.items[0].fact.state.input;
    expect(JSON.parse((await download(letters.href)).text)).toBe(large.letters);
  });
});

describe('what is not there', () => {
  it.each([
    ['/output', 404],
    ['/events/1/value?of=/nothing', 404],
    ['/events/99/value?of=/output', 404],
    ['/events/0/value?of=/output', 400],
    ['/events/1/value', 400],
    ['/events/1/value?of=output', 400],
  ])('%s answers %i', async (rest, status) => {
    const { body } = await server.send('POST', path, {
      definition: workflowText('w', '  - w: { wait: { hours: 1 } }'),
    });
    expect((await server.send('GET', `${path}/${body.id}${rest}`)).status).toBe(status);
    expect((await server.send('GET', `${path}/no-such-one/input`)).status).toBe(404);
  });
});
