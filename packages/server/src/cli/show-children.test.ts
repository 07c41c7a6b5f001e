import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer, workflowText } from '../api/test-support/test-server.ts';
import { millraceAt } from './server-cli.fixture.ts';

let server: TestServer;
beforeAll(async () => {
  server = await openTestServer();
  await server.send('POST', '/api/v1/workflows', workflowText('inner', '  - deep: { set: { x: 1 } }'));
  await server.send('POST', '/api/v1/workflows', workflowText('stuck', '  - rest: { wait: { hours: 1 } }'));
});
afterAll(() => server.close());

async function show(tasks: string): Promise<string> {
  const definition = workflowText('outer', tasks);
  const { body } = await server.send('POST', '/api/v1/executions?wait=1s', { definition });
  const { code, out } = await millraceAt(server, 'show', body.id);
  expect(code).toBe(0);
  return out.replaceAll(body.id, 'ID');
}

const run = (name: string) => `run: { workflow: { namespace: test, name: ${name} } }`;

describe('millrace show', () => {
  it('draws the tasks of a child under the task that runs it, with the id of the child and the version that runs', async () => {
    const text = await show(`  - outside: { ${run('inner')} }`);
    const lines = text.split('\n').filter((line) => /outside|→|deep/.test(line));
    expect(lines.map((line) => line.replace(/ +[·━↻].*/, ''))).toEqual([
      '✓ outside',
      expect.stringMatching(/^ +→ ID~3 {2}test\/inner\/1\.0\.0$/),
      '✓   deep',
    ]);
  });

  it('names the execution that is waited for', async () => {
    expect(await show(`  - outside: { ${run('stuck')} }`)).toContain('waits for the execution ID~3');
  });

  it('says of a child that was not started that it was not', async () => {
    expect(await show(`  - outside: { ${run('nowhere')} }`)).toContain('→ test/nowhere, not started');
  });
});
