import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer } from '../api/test-support/test-server.ts';
import { millraceAt } from './server-cli.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
});
afterAll(() => server.close());

/** The lines of tasks, without their bars. */
async function shown(tasks: string, input: object = {}): Promise<readonly string[]> {
  const definition = `
document: { dsl: '1.0.3', namespace: test, name: watched, version: '1.0.0' }
use:
  extensions:
    - log: { extend: all, when: '$input.logs', before: [ { note: { set: { x: 1 } } } ] }
do:
${tasks}`;
  const { body } = await server.send('POST', '/api/v1/executions?wait=1s', { definition, input });
  expect(body).toMatchObject({ id: expect.any(String) });
  const { code, out } = await millraceAt(server, 'show', body.id);
  expect(code).toBe(0);
  return out
    .split('\n')
    .filter((line) => /[━↻]/.test(line))
    .map((line) => line.replace(/ +[·━↻].*/, ''));
}

describe('millrace show, of a task that extensions are for', () => {
  const nested = `
  - group: { do: [ { first: { set: { n: 1 } } } ] }
  - each: { for: { in: '[1, 2]' }, do: [ { one: { set: { n: 2 } } } ] }
  - extended: { wait: { milliseconds: 1 } }
`;

  it('lists it once where no condition holds, whatever it is called', async () => {
    expect(await shown(nested)).toEqual([
      '✓ group',
      '✓   first',
      '✓ each',
      '✓   one [0]',
      '✓   one [1]',
      '✓ extended',
    ]);
  });

  it('lists it in what runs around it where one holds', async () => {
    expect(await shown('  - first: { set: { n: 1 } }', { logs: true })).toEqual([
      '✓ first',
      '✓   before',
      '✓     note',
      '✓   first',
    ]);
  });

  it('lists it as faulted where its output is refused', async () => {
    const refused = '  - first: { set: { n: 1 }, output: { schema: { document: { type: string } } } }';
    expect(await shown(refused)).toEqual(['✗ first']);
  });
});
