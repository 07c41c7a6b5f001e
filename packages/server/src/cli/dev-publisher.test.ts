import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestServer, type TestServer, workflowText } from '../api/test-support/test-server.ts';
import { openDevPublisher } from './dev-publisher.ts';

const rest = '  - rest: { wait: { hours: 1 } }';

let server: TestServer;
beforeEach(async () => {
  server = await openTestServer();
});
afterEach(() => server.close());

function open(replaces: boolean) {
  let [out, error] = ['', ''];
  const publisher = openDevPublisher(server.composition.engine, {
    replaces,
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
  });
  return {
    publish: (texts: Readonly<Record<string, string>>) => publisher.publish(new Map(Object.entries(texts))),
    /** since it was asked last */
    said: () => {
      const all = { out, error };
      [out, error] = ['', ''];
      return all;
    },
  };
}

async function published(): Promise<readonly string[]> {
  const { body } = await server.send('GET', '/api/v1/workflows');
  return body.items.map(({ name }: { name: string }) => name).sort();
}

async function started(name: string): Promise<() => Promise<string>> {
  const { body } = await server.send('POST', '/api/v1/executions', {
    workflow: { namespace: 'test', name },
  });
  return async () => (await server.send('GET', `/api/v1/executions/${body.id}`)).body.status;
}

describe('in a store that is kept', () => {
  it('nothing is removed or cancelled: not when a file names another workflow, and not when it goes', async () => {
    const { publish, said } = open(false);
    await publish({ 'a.yaml': workflowText('a', rest) });
    const statusOf = await started('a');
    said();
    await publish({ 'a.yaml': workflowText('b', rest) });
    expect(said()).toEqual({ out: 'a.yaml: published anew: test/b/1.0.0\n', error: '' });
    await publish({});
    expect(said()).toEqual({ out: '', error: '' });
    expect(await published()).toEqual(['a', 'b']);
    expect(await statusOf()).toBe('waiting');
  });

  it('another text does not take the place of a version', async () => {
    const { publish, said } = open(false);
    await publish({ 'a.yaml': workflowText('a', rest) });
    const statusOf = await started('a');
    await publish({ 'a.yaml': workflowText('a', '  - other: { set: { n: 1 } }') });
    expect(said().error).toContain('is published with other content');
    expect(await statusOf()).toBe('waiting');
  });
});

describe('in a store that is lost', () => {
  it('with a text goes what runs of it', async () => {
    const { publish, said } = open(true);
    await publish({ 'a.yaml': workflowText('a', rest) });
    const statusOf = await started('a');
    said();
    await publish({ 'a.yaml': workflowText('b', rest) });
    expect(said().out).toBe('a.yaml: published anew: test/b/1.0.0; cancelled 1 of the old text\n');
    expect(await statusOf()).toBe('cancelled');
    await publish({});
    expect(said().out).toBe('a.yaml: removed\n');
    expect(await published()).toEqual([]);
  });

  it('a file that takes the name of the workflow of another is an error, and its own workflow stays', async () => {
    const { publish, said } = open(true);
    const b = { 'b.yaml': workflowText('b', rest) };
    await publish({ 'a.yaml': workflowText('a', rest), ...b });
    const [ofA, ofB] = [await started('a'), await started('b')];
    said();
    const other = '  - other: { set: { n: 1 } }';
    await publish({ 'a.yaml': workflowText('b', other), ...b });
    expect(said()).toEqual({
      out: '',
      error: expect.stringMatching(/^a\.yaml: the workflow test\/b\/1\.0\.0 is published with other content/),
    });
    expect(await published()).toEqual(['a', 'b']);
    expect([await ofA(), await ofB()]).toEqual(['waiting', 'waiting']);
    await publish({ 'a.yaml': workflowText('c', other), ...b });
    expect(said().out).toBe('a.yaml: published anew: test/c/1.0.0; cancelled 1 of the old text\n');
    expect(await published()).toEqual(['b', 'c']);
    await publish(b);
    expect(await published()).toEqual(['b']);
  });

  it('a file knows the workflow that it published, also when the one before could not be removed', async () => {
    const { publish, said } = open(true);
    await publish({ 'a.yaml': workflowText('a', rest) });
    await server.send('DELETE', '/api/v1/workflows/test/a/1.0.0');
    await publish({ 'a.yaml': workflowText('b', rest) });
    expect(said().error).toContain('there is no workflow test/a/1.0.0');
    await publish({});
    expect(await published()).toEqual([]);
  });
});
