import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer } from '../api/test-support/test-server.ts';
import { systemWorld } from '../engine/system-world.ts';
import { millraceAt } from './server-cli.fixture.ts';

/** Of a server whose clock is a year ahead, as it is when virtual time has leapt. */
const aheadMs = 365 * 86_400_000;

let server: TestServer;
beforeAll(async () => {
  const world = systemWorld();
  server = await openTestServer({}, {}, {}, { world: { ...world, now: () => world.now() + aheadMs } });
});
afterAll(() => server.close());

async function millrace(...args: readonly string[]): Promise<string> {
  const { code, out } = await millraceAt(server, ...args);
  expect(code).toBe(0);
  return out;
}

const head = (name: string) => `document: { dsl: '1.0.3', namespace: test, name: ${name}, version: '1.0.0' }`;

describe('how far off something is', () => {
  it('schedule tells by the clock of the server', async () => {
    const text = `${head('hourly')}\nschedule: { every: { hours: 1 } }\ndo: [ { a: { set: { x: 1 } } } ]`;
    await server.send('POST', '/api/v1/workflows', text);
    const shown = await millrace('schedule', 'test/hourly', '--count', '2');
    expect(shown).toMatch(/^next .* \(in (60 min|59\.\d+ min|59 min|1 h)\)/m);
    expect(shown).toMatch(/^ {10}2.* \(in (2|1\.\d+) h\)/m);
  });

  it('show tells by the clock of the server', async () => {
    const definition = `${head('waits')}\ndo: [ { rest: { wait: { hours: 1 } } } ]`;
    const { body } = await server.send('POST', '/api/v1/executions', { definition });
    const shown = await millrace('show', body.id);
    expect(shown).toMatch(/, for \d+(\.\d+)? ?m?s\n/);
    expect(shown).toMatch(/waits for .* \(in (60 min|59\.\d+ min|59 min|1 h)\)/);
  });
});
