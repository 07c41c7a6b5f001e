import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer, workflowText } from './test-support/test-server.ts';

/** Nobody does effects here, so that what is in doubt stays so. */
let server: TestServer;
beforeAll(async () => {
  server = await openTestServer({ roles: ['api', 'worker', 'timer'] });
});
afterAll(() => server.close());

const path = '/api/v1/executions';
const call =
  "{ call: http, with: { method: post, endpoint: 'https://bank.example/' }, metadata: { unsafe: true } }";
const plain = workflowText('plain', `  - pay: ${call}\n  - after: { set: { paid: '\${ . }' } }`);
const caught = workflowText(
  'caught',
  `  - t:\n      try: [{ pay: ${call} }]\n      catch: { as: error, do: [{ no: { set: { failed: '\${ $error }' } } }] }`,
);

interface Effect {
  readonly id: string;
  readonly effect: number;
  resolve(body: unknown): ReturnType<TestServer['send']>;
}

async function asked(definition: string): Promise<Effect> {
  const { id } = (await server.send('POST', path, { definition })).body;
  const { body } = await server.send('GET', `${path}/${id}/wake-ups`);
  const effect = Number(body.items[0].id.split('/').at(-1));
  return { id, effect, resolve: (said) => server.send('POST', `${path}/${id}/in-doubt/${effect}`, said) };
}

/** As a store has it after a crash between a deed that must not be repeated and its record. */
async function doubted(definition = plain): Promise<Effect> {
  const effect = await asked(definition);
  const { store } = server.composition;
  const [row] = await store.wakeUps('default', effect.id);
  if (row === undefined) throw new Error('an effect has a row');
  const wakeUps = [{ type: 'put', row: { ...row, doubt: true } }] as const;
  await store.commit([{ tenant: 'default', stream: effect.id, wakeUps }]);
  return effect;
}

describe('an effect in doubt', () => {
  it('is done with the output that is said, and the workflow goes on', async () => {
    const { id, effect, resolve } = await doubted();
    const { status, body } = await resolve({
      as: 'done',
      output: { receipt: 'R-17' },
      reason: 'seen at the bank',
    });
    expect([status, body]).toMatchObject([
      200,
      { status: 'completed', output: { paid: { receipt: 'R-17' } } },
    ]);
    const { body: events } = await server.send('GET', `${path}/${id}/events?after=${effect}`);
    expect(events.items.slice(0, 2).map(({ fact }: { fact: object }) => fact)).toEqual([
      { type: 'effect.resolved', effect, as: 'done', reason: 'seen at the bank' },
      { type: 'effect.completed', effect, output: { receipt: 'R-17' } },
    ]);
  });

  it('is failed with the error that is said, which the workflow may catch', async () => {
    const { resolve } = await doubted(caught);
    const { body } = await resolve({ as: 'failed', error: { status: 402, title: 'No money' } });
    expect(body).toMatchObject({
      status: 'completed',
      output: { failed: { status: 402, title: 'No money' } },
    });
    expect(body.output.failed.type).toMatch(/\/errors\/communication$/);
  });

  it('is failed without more being said, and its execution faults', async () => {
    const { body } = await (await doubted()).resolve({ as: 'failed' });
    expect(body).toMatchObject({
      status: 'faulted',
      error: { status: 500, instance: '/do/0/pay', source: { line: 7 } },
    });
  });

  it('is asked for again: free to be taken, still at most once, and no more in doubt', async () => {
    const { id, effect, resolve } = await doubted();
    expect((await resolve({ as: 'again' })).body).toMatchObject({ status: 'running' });
    const { body } = await server.send('GET', `${path}/${id}/wake-ups`);
    expect(body.items).toMatchObject([{ id: `${id}/${effect}`, attempt: 0, unsafe: true, doubt: false }]);
    expect(body.items[0]).not.toHaveProperty('lease');
    expect((await resolve({ as: 'again' })).status).toBe(409);
  });

  it('is resolved once', async () => {
    const { resolve } = await doubted();
    const answers = await Promise.all([1, 2, 3].map((output) => resolve({ as: 'done', output })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
  });
});

describe('what is refused', () => {
  it('an effect that is still to be done is nobody’s to resolve', async () => {
    const { resolve } = await asked(plain);
    const { status, body } = await resolve({ as: 'done', output: 1 });
    expect([status, body.detail]).toEqual([409, expect.stringContaining('it is still to be done')]);
  });

  it.each([
    [{ as: 'done' }, 'takes an "output"'],
    [{ as: 'again', output: 1 }, 'takes no "output"'],
    [{ as: 'done', output: 1, error: {} }, 'takes no "error"'],
    [{ as: 'again', error: {} }, 'takes no "error"'],
    [{ as: 'maybe' }, 'must be one of done, failed, again'],
    [{}, 'must have "as"'],
    [{ as: 'failed', error: { staus: 1 } }, 'did you mean "status"'],
  ])('%j, which says what cannot be meant', async (said, why) => {
    const { status, body } = await (await doubted()).resolve(said);
    expect([status, body.detail]).toEqual([400, expect.stringContaining(why)]);
  });

  it('an execution or an effect that is not there', async () => {
    const send = (rest: string) => server.send('POST', `${path}/${rest}`, { as: 'again' });
    const { id } = await doubted();
    expect((await send('nobody/in-doubt/3')).status).toBe(404);
    expect((await send(`${id}/in-doubt/99`)).status).toBe(409);
    expect((await send(`${id}/in-doubt/x`)).status).toBe(400);
  });
});
