import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { greet, longWait, openTestServer, shortWait, type TestServer } from './test-support/test-server.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  for (const text of [greet(), longWait, shortWait]) await server.send('POST', '/api/v1/workflows', text);
});
afterAll(() => server.close());

async function start(name: string, query = '', input: object = { name: 'e' }): Promise<string> {
  const body = { workflow: { namespace: 'test', name }, input };
  return (await server.send('POST', `/api/v1/executions${query}`, body)).body.id;
}

interface Frame {
  readonly id: number;
  readonly event: string;
  readonly data: { readonly version: number; readonly fact: { readonly type: string } };
}

function toFrames(text: string): Frame[] {
  return text
    .split('\n\n')
    .filter((frame) => frame.startsWith('id:'))
    .map((frame) => {
      const fields = Object.fromEntries(
        frame
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      return { id: Number(fields.id), event: String(fields.event), data: JSON.parse(String(fields.data)) };
    });
}

const streamOf = (id: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/api/v1/executions/${id}/events`, {
    headers: { accept: 'text/event-stream', ...headers },
  });

describe('a page of events', () => {
  it('is in order, without gaps, and goes on after a version', async () => {
    const id = await start('greet', '?wait=5s');
    const path = `/api/v1/executions/${id}/events`;
    const { body: all } = await server.send('GET', path);
    expect(all.items.map((event: Frame['data']) => event.version)).toEqual(
      all.items.map((_: unknown, index: number) => index + 1),
    );
    expect(all.items[0]).toMatchObject({
      id: `${id}/1`,
      fact: { type: 'execution.started' },
      commit: expect.any(String),
    });
    expect(all.items.at(-1).fact.type).toBe('execution.completed');
    expect(all).not.toHaveProperty('after');
    const { body: first } = await server.send('GET', `${path}?limit=1`);
    expect(first).toMatchObject({ items: [all.items[0]], after: 1 });
    const { body: rest } = await server.send('GET', `${path}?after=${first.after}`);
    expect(rest.items).toEqual(all.items.slice(1));
  });
});

describe('a stream of events', () => {
  it('brings what was and what comes, and ends with the execution', async () => {
    const id = await start('short');
    const response = await streamOf(id);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const frames = toFrames(await response.text());
    const { body } = await server.send('GET', `/api/v1/executions/${id}/events`);
    expect(frames.map((frame) => frame.data)).toEqual(body.items);
    expect(frames.map((frame) => frame.id)).toEqual(body.items.map((event: Frame['data']) => event.version));
    expect(frames.at(-1)?.event).toBe('execution.completed');
  });

  it('resumes after the last event that was received', async () => {
    const id = await start('greet', '?wait=5s');
    const all = toFrames(await (await streamOf(id)).text());
    const rest = toFrames(await (await streamOf(id, { 'last-event-id': '2' })).text());
    expect(rest).toEqual(all.slice(2));
  });

  it('answers 204 when everything was received, so that a browser stops asking', async () => {
    const id = await start('greet', '?wait=5s');
    const { body } = await server.send('GET', `/api/v1/executions/${id}`);
    expect((await streamOf(id, { 'last-event-id': String(body.version) })).status).toBe(204);
  });

  it.each([
    ['has ended', greet()],
    ['is open', longWait],
  ])('is refused beyond the last event of an execution that %s', async (_, definition) => {
    const { body } = await server.send('POST', '/api/v1/executions', { definition, input: { name: 'x' } });
    const beyond = await streamOf(body.id, { 'last-event-id': String(body.version + 1) });
    expect(beyond.status).toBe(400);
    expect(await beyond.json()).toMatchObject({
      detail: `There is no event ${body.version + 1} to go on after: the last event of ${body.id} is ${body.version}.`,
    });
  });

  it('is refused for an execution that is not there, and for a Last-Event-ID that is no version', async () => {
    expect((await streamOf('nobody')).status).toBe(404);
    const id = await start('greet', '?wait=5s');
    expect((await streamOf(id, { 'last-event-id': 'abc' })).status).toBe(400);
  });

  it('lets go of the engine when the reader goes', async () => {
    const id = await start('long');
    const gone = new AbortController();
    const response = await fetch(`${server.url}/api/v1/executions/${id}/events`, {
      headers: { accept: 'text/event-stream' },
      signal: gone.signal,
    });
    const reader = response.body?.getReader();
    await reader?.read();
    expect((await server.send('GET', '/metrics')).text).toContain('millrace_http_streams 1\n');
    gone.abort();
    await reader?.closed.catch(() => {});
    await expect
      .poll(async () => (await server.send('GET', '/metrics')).text)
      .toContain('millrace_http_streams 0\n');
  });
});
