import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Frame, framesOf } from './test-support/event-frames.ts';
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

async function start(name: string, query = ''): Promise<string> {
  const body = { workflow: { namespace: 'test', name }, input: { name: 'e' } };
  return (await server.send('POST', `/api/v1/executions${query}`, body)).body.id;
}

const feed = async (query = '', headers: Record<string, string> = {}) =>
  framesOf(
    await fetch(`${server.url}/api/v1/feed/executions${query}`, {
      headers: { accept: 'text/event-stream', ...headers },
    }),
  );

async function next(frames: AsyncGenerator<Frame>): Promise<Frame> {
  const { value } = await frames.next();
  return value as Frame;
}

/** What is told of one execution until it has ended. */
async function statusesOf(frames: AsyncGenerator<Frame>, id: string): Promise<string[]> {
  const statuses: string[] = [];
  for await (const { data } of frames) {
    if (data.execution?.id !== id) continue;
    statuses.push(data.execution.status);
    if (data.execution.endedAt !== undefined) return statuses;
  }
  return statuses;
}

describe('the feed of executions', () => {
  it('opens with a position, and tells an execution from its start to its end, each phase once', async () => {
    const frames = await feed();
    const open = await next(frames);
    expect(open).toMatchObject({ event: 'open', data: { type: 'open', position: open.id } });
    const id = await start('short');
    expect(await statusesOf(frames, id)).toEqual(['waiting', 'completed']);
  });

  it('tells the line that the list has', async () => {
    const frames = await feed();
    await next(frames);
    const id = await start('faulty', '?wait=5s');
    let told = await next(frames);
    while (told.data.execution.endedAt === undefined) told = await next(frames);
    await frames.return(undefined);
    const { body } = await server.send('GET', `/api/v1/executions?id=${id}`);
    expect(told).toMatchObject({ event: 'changed', id: told.data.position, data: { type: 'changed' } });
    expect([told.data.execution]).toEqual(body.items);
  });

  it.each(['a header', 'a parameter'])(
    'goes on after a position given as %s, from what was committed meanwhile',
    async (how) => {
      const first = await feed();
      const { id: position } = await next(first);
      await first.return(undefined);
      const ids = [await start('greet', '?wait=5s'), await start('long')];
      const frames =
        how === 'a header' ? await feed('', { 'last-event-id': position }) : await feed(`?after=${position}`);
      expect(await next(frames)).toMatchObject({ event: 'open', id: position });
      const told = [await next(frames), await next(frames)];
      await frames.return(undefined);
      expect(told.map(({ data }) => [data.execution.id, data.execution.status])).toEqual([
        [ids[0], 'completed'],
        [ids[1], 'waiting'],
      ]);
      // A reader that was cut off between the two is told both again.
      expect(told[0]?.id).toBe(position);
      expect(Number(told[1]?.id)).toBeGreaterThan(Number(position));
    },
  );

  it('tells a reader whose position this store never had to read the list again, and goes on', async () => {
    const frames = await feed('?after=999999999');
    expect(await next(frames)).toMatchObject({ event: 'open' });
    expect(await next(frames)).toMatchObject({ event: 'reset', data: { type: 'reset' } });
    const id = await start('greet', '?wait=5s');
    expect((await next(frames)).data.execution.id).toBe(id);
    await frames.return(undefined);
  });

  it('is of one tenant', async () => {
    const keyed = await openTestServer({ apiKeys: ['one:key-of-one', 'two:key-of-two'] });
    try {
      const as = (key: string) => ({ authorization: `Bearer ${key}` });
      const frames = framesOf(
        await fetch(`${keyed.url}/api/v1/feed/executions`, { headers: as('key-of-one') }),
      );
      await next(frames);
      const begin = (key: string) =>
        keyed.send('POST', '/api/v1/executions', { definition: longWait, id: `of-${key}` }, as(key));
      await begin('key-of-two');
      await begin('key-of-one');
      expect((await next(frames)).data.execution.id).toBe('of-key-of-one');
      await frames.return(undefined);
    } finally {
      await keyed.close();
    }
  });

  it('answers what only looks at it, and refuses who wants something else', async () => {
    const path = '/api/v1/feed/executions';
    const head = await fetch(server.url + path, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    expect((await server.send('GET', path, undefined, { accept: 'application/json' })).status).toBe(406);
    expect((await server.send('GET', `${path}?after=x`)).status).toBe(400);
  });
});
