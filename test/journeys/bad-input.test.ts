/** What a hostile or unlucky client sends: each is answered clearly, and the server goes on with bounded memory. */
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServer } from '../../conformance/server-process.ts';
import { type Api, connect, type Execution } from '../support/api.ts';

interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly errors?: readonly {
    readonly line: number;
    readonly column: number;
    readonly pointer: string;
    readonly message: string;
  }[];
}

const definition = (body: string) =>
  `document: { dsl: '1.0.3', namespace: bad, name: input, version: '1.0.0' }\n${body}`;

const json = { 'content-type': 'application/json' };

const memoryBytesMax = 1024 * 1024 * 1024;

describe('bad input', () => {
  let server: ServerProcess;
  let api: Api;
  beforeAll(async () => {
    server = await startServer({ env: { MILLRACE_LOG_LEVEL: 'error' } });
    api = connect(server.url);
  });
  afterAll(async () => {
    const exitCode = await server.stop();
    expect(exitCode).toBe(0);
  });

  const post = (path: string, body: string, type: string) =>
    api.call<Problem>('POST', path, body, { 'content-type': type });
  const run = (body: string, input?: unknown) =>
    api.start({ definition: definition(body), input }, { wait: '60s' });

  it.each([
    ['a tab for indentation', 'document:\n\tdsl: 1.0.3\n', 2],
    ['an unclosed quote', 'document:\n  dsl: "1.0.3\n', 3],
    ['an unclosed brace', 'document: { dsl: "1.0.3"\n', 2],
    ['a key that is there twice', "document:\n  dsl: '1.0.3'\n  dsl: '1.0.3'\n", 3],
    ['a task of no known kind', definition('do:\n  - one:\n      cal: http\n'), 4],
    ['a `then` to nowhere', definition('do:\n  - one:\n      set: {}\n      then: two\n'), 5],
    ['an error that was not defined', definition('do:\n  - one:\n      raise: { error: missing }\n'), 4],
    ['a function that nobody knows', definition('do:\n  - one:\n      call: missing\n'), 4],
    [
      'a retry policy that was not defined',
      definition('do:\n  - one:\n      try: []\n      catch:\n        retry: missing\n'),
      6,
    ],
    ['an expression that is not jq', definition('do:\n  - one:\n      set:\n        a: ${ .b | }\n'), 5],
  ])('a definition with %s is answered with its line', async (_what, text, line) => {
    const { status, type, body } = await post('/api/v1/workflows', text, 'application/yaml');
    expect(status).toBe(422);
    expect(type).toContain('application/problem+json');
    expect(body.errors?.map((error) => error.line)).toContain(line);
    for (const error of body.errors ?? []) expect(error.message).toMatch(/\w+ \w+/);
  });

  it.each([
    ['JSON that breaks off', '{"input": {"a": 1'],
    ['no JSON at all', 'hello'],
    ['an empty body', ''],
    ['an array', '[]'],
    ['neither workflow nor definition', '{"input": 1}'],
    ['JSON nested 100,000 deep', `{"input": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['objects nested 100,000 deep', `{"input": ${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`],
  ])('a request with %s is refused', async (_what, text) => {
    const { status, type, body } = await post('/api/v1/executions', text, 'application/json');
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(type).toContain('application/problem+json');
    expect(body.title).toMatch(/\w+ \w+/);
  });

  it.each([
    ['lists', '['.repeat(100_000)],
    ['maps', `${'{a: '.repeat(100_000)}1`],
    ['block lists', `do:\n  ${'- '.repeat(100_000)}1\n`],
    ['aliases of aliases', aliasBomb(12)],
  ])('a definition of 100,000 nested %s is refused at once', async (_what, text) => {
    const startedAt = performance.now();
    const { status } = await post('/api/v1/workflows', text, 'application/yaml');
    expect(status).toBe(422);
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  it.each(['/api/v1/executions', '/api/v1/workflows'])(
    'a body of 100 MB to %s is refused, said or unsaid',
    async (path) => {
      expect(await sendLarge(server, path, true)).toBe(413);
      expect(await sendLarge(server, path, false)).toBe(413);
    },
  );

  it.each([
    ['a range without end', '[range(1e12)]'],
    ['a text of a gigabyte', '"x" * 1e9'],
    ['a text that doubles', 'reduce range(64) as $i ("x"; . + .)'],
    ['an array that is set far out', '[] | .[1e9] = 1'],
    ['a loop without end', '[limit(1e12; repeat(1))]'],
    ['a recursion without end', 'def f: 1 + f; f'],
    ['a pattern that backtracks', '("a" * 64 + "!") | test("(a|aa|a?)+$")'],
  ])('%s in an expression is a fault of its task', async (_what, jq) => {
    const { status, error } = await run(
      `do:\n  - bomb:\n      set:\n        a: ${JSON.stringify(`\${ ${jq} }`)}\n`,
    );
    if (status === 'completed') return expect(jq).toContain('test(');
    expect({ status, instance: error?.instance }).toEqual({ status: 'faulted', instance: '/do/0/bomb' });
    expect(error?.type).toMatch(/\/errors\/expression$/);
    expect(error?.detail).toMatch(/\w+ \w+/);
  });

  it('a `then` that goes back for ever ends in a fault', { timeout: 90_000 }, async () => {
    const { status, error } = await run('do:\n  - again:\n      set: { a: 1 }\n      then: again\n');
    expect(status).toBe('faulted');
    expect(error?.detail).toMatch(/\w+ \w+/);
  });

  it('`__proto__` in a request is data or refused, and reaches no prototype', async () => {
    const document = '{"dsl": "1.0.3", "namespace": "bad", "name": "proto", "version": "1.0.0"}';
    const task = '{"read": {"set": {"found": "${ .__proto__.polluted }", "own": "${ .constructor }"}}}';
    const text = `{"definition": {"document": ${document}, "do": [${task}]}, "input": {"__proto__": {"polluted": true}}}`;
    const { status, body } = await api.call<Execution>('POST', '/api/v1/executions?wait=30s', text, json);
    if (status < 300) expect(body.output).toEqual({ found: true, own: null });
    else expect(status).toBeLessThan(500);
    const { output } = await run('do:\n  - read:\n      set: { found: "${ .polluted }" }\n', {});
    expect(output).toEqual({ found: null });
  });

  it('after all of it the server is well, and its memory was bounded', async () => {
    expect(server.isAlive()).toBe(true);
    expect((await fetch(`${server.url}/ready`)).status).toBe(200);
    expect((await run('do:\n  - one:\n      set: { a: 1 }\n')).output).toEqual({ a: 1 });
    const peak = peakMemoryBytes(server.pid);
    if (peak !== undefined) expect(peak).toBeLessThan(memoryBytesMax);
  });
});

/** Ten aliases of what is itself ten aliases, `levels` deep. */
function aliasBomb(levels: number): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < levels; level += 1) {
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
  }
  return `${lines.join('\n')}\n`;
}

/** Sends 100 MB, its length announced or in chunks; resolves to the status of the answer. */
function sendLarge(server: ServerProcess, path: string, isAnnounced: boolean): Promise<number> {
  const chunk = Buffer.alloc(1024 * 1024, 32);
  const headers = {
    'content-type': 'application/json',
    ...(isAnnounced ? { 'content-length': 100 * chunk.length } : {}),
  };
  return new Promise((resolve, reject) => {
    const request = httpRequest(`${server.url}${path}`, { method: 'POST', headers }, (response) => {
      resolve(response.statusCode ?? 0);
      response.resume();
      request.destroy();
    });
    // Whoever refuses early may close the connection while we still write; the answer comes first.
    request.on('error', (error) => setTimeout(reject, 1_000, error));
    let sent = 0;
    const write = () => {
      while (sent < 100 && !request.destroyed) {
        sent += 1;
        if (!request.write(chunk)) return request.once('drain', write);
      }
      return request.end();
    };
    write();
  });
}

/** The most memory that a process ever held, where the system tells it. */
function peakMemoryBytes(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return found ? Number(found[1]) * 1024 : undefined;
}
