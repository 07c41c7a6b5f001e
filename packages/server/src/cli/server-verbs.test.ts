import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTestServer, workflowText } from '../api/test-support/test-server.ts';
import { type Ended, useServerCli } from './server-cli.fixture.ts';

const cli = useServerCli();
const { millrace, millraceWith, start } = cli;

describe('millrace nodes', () => {
  it('lists the processes on the store of the server, and refuses an argument as wrong usage', async () => {
    const { code, out } = await millrace('nodes');
    expect(code).toBe(0);
    const [head, row, ...more] = out.trimEnd().split('\n');
    expect(head).toMatch(/^ID +STATE +ROLES +VERSION +PROCESS +STARTED +SEEN +EXECUTIONS +EFFECTS +LAG$/);
    expect(row).toMatch(/^[0-9a-f-]{36} +running +api,worker,executor,timer,events /);
    expect(more).toEqual([]);
    const { out: json } = await millrace('nodes', '--json');
    expect(JSON.parse(json)).toMatchObject([{ state: 'running', pid: process.pid }]);
    expect(await millrace('nodes', 'all')).toMatchObject({ code: 2 });
  });

  it('warns of each role that no running process has, and of none when all are there', async () => {
    const part = await openTestServer({ roles: ['api', 'worker', 'timer'] });
    const environment = { MILLRACE_SERVER: part.url };
    const { code, error } = await millraceWith({ environment }, 'nodes');
    await part.close();
    expect(code).toBe(0);
    expect(
      [...error.matchAll(/has the role (\w+): .* millrace start --roles (\w+)$/gm)].map(([, a, b]) => [a, b]),
    ).toEqual([
      ['executor', 'executor'],
      ['events', 'events'],
    ]);
    expect((await millrace('nodes')).error).toBe('');
  });
});

describe('millrace ls', () => {
  it('lists the newest first, filtered, and says when there are more', async () => {
    const [first, second] = [await start('greet'), await start('greet')];
    await start('faulty');
    const { out, error } = await millrace('ls', '--workflow', 'greet', '--limit', '1');
    expect(out).toMatch(/^ID +STATUS +WORKFLOW +STARTED/);
    expect(out).toContain(second);
    expect(out).not.toContain(first);
    expect(error).toContain('--limit 10');
    const faulted = JSON.parse((await millrace('ls', '--status', 'faulted', '--json')).out);
    expect(faulted).toMatchObject([{ status: 'faulted', error: 'Stopped' }]);
  });

  it('refuses a phase that is none, and a limit that is no number, as wrong usage', async () => {
    expect(await millrace('ls', '--status', 'done')).toMatchObject({
      code: 2,
      error: expect.stringMatching(
        /--status: expected one or more of pending, running.*but found "done"\.\n$/,
      ),
    });
    expect(await millrace('ls', '--status', 'running,faultd')).toMatchObject({
      code: 2,
      error: expect.stringContaining('did you mean "faulted"?'),
    });
    expect(await millrace('ls', '--id', 'abc')).toMatchObject({
      code: 2,
      error: expect.stringContaining('--id: expected the first 4 characters of an id or more'),
    });
    expect(await millrace('ls', '--limit', 'many')).toMatchObject({ code: 2 });
  });
});

describe('millrace show', () => {
  it('draws each task with its bar, its attempts, their errors and the line of YAML', async () => {
    const { code, out } = await millrace('show', await start('retried', '15s'));
    expect(code).toBe(0);
    expect(out).toMatch(/^✓ fetch +━*↻?━* *·*.* {2}[\d.]+ m?s$/m);
    expect(out).toMatch(/^ +↻ attempt 1: Communication error \(500\): .*, tried again$/m);
    expect(out).toMatch(/^ +↻ attempt 2: .*, caught$/m);
    expect(out).toMatch(/^✗ {3}get #2 .*━/m);
    expect(out).toMatch(/^ +GET http:\/\/127\.0\.0\.1:9\/nothing$/m);
    expect(out).toMatch(/^ +Communication error .* line 9$/m);
    expect(out).toMatch(/^✓ {3}in.side \[1\] /m);
  });

  it('shows a fault with the line of the definition, marked', async () => {
    const { out } = await millrace('show', await start('faulty'));
    expect(out).toMatch(
      /faulted: Stopped\n[\s\S]* at +test\/faulty\/1\.0\.0:9:5\n +9 \| {3}- stop:\n +\| +\^/,
    );
  });

  it('lets no name of a task reach the terminal as a control sequence', async () => {
    const { out } = await millraceWith({ outColours: false }, 'show', await start('retried', '15s'));
    expect(out).toContain('in�side');
    expect(out).not.toContain('\u001b');
  });

  it('says what an execution waits for, and how it goes on', async () => {
    const id = await start('long', '0s');
    expect((await millrace('show', id)).out).toMatch(
      /^waits for the end of rest, at \d{4}-.*Z \(in [\d.]+ (min|h)\)$/m,
    );
    await millrace('suspend', id);
    expect((await millrace('show', id)).out).toContain(`millrace resume ${id}`);
  });

  it('uses colours on a terminal only', async () => {
    const id = await start('faulty');
    expect((await millraceWith({ outColours: true }, 'show', id)).out).toContain(
      '\u001b[31mfaulted\u001b[0m',
    );
    expect((await millraceWith({ colours: true }, 'show', id)).out).not.toContain('\u001b');
  });

  it('gives programs the execution, its tasks and its wake-ups', async () => {
    const shown = JSON.parse((await millrace('show', await start('faulty'), '--json')).out);
    expect(shown).toMatchObject({
      execution: { status: 'faulted' },
      tasks: [
        { name: 'ok', status: 'completed' },
        { name: 'stop', status: 'faulted' },
      ],
      wakeUps: [],
      eventsLeftOut: false,
    });
  });
});

describe('millrace run', () => {
  it('runs a workflow that is published, its latest version or the one that is named', async () => {
    for (const given of ['test/greet', 'test/greet/1.0.0']) {
      const ended = await millrace('run', given, '--input', '{"name":"Ada"}');
      expect(ended).toMatchObject({ code: 0, error: expect.stringContaining('✓') });
      expect(JSON.parse(ended.out)).toEqual({ greeting: 'Hello, Ada' });
    }
    const faulted = await millrace('run', 'test/faulty');
    expect(faulted).toMatchObject({
      code: 1,
      error: expect.stringMatching(/at {6}test\/faulty:\d+:\d+\n.*\|/),
    });
    expect(await millrace('run', 'test/nobody')).toMatchObject({
      code: 1,
      error: expect.stringContaining('test/nobody'),
    });
  });

  it('without a server says where a published workflow is run, and prefers a file of the same path', async () => {
    const environment = {};
    expect(await millraceWith({ environment }, 'run', 'test/greet')).toMatchObject({
      code: 2,
      error: expect.stringMatching(/^millrace: test\/greet is no file\. .*--server URL/),
    });
    const path = join(cli.folder, 'greet');
    writeFileSync(path, readFileSync(join(cli.folder, 'greet.yaml')));
    expect(await millraceWith({ environment }, 'run', path, '--input', '{"name":"Bo"}')).toMatchObject({
      code: 0,
      out: expect.stringContaining('Hello, Bo'),
    });
  });

  it('runs one of a store that no server has open', async () => {
    const store = `sqlite:${join(cli.folder, 'closed.db')}`;
    const server = await openTestServer({ store, data: cli.folder });
    await millraceWith(
      { environment: { MILLRACE_SERVER: server.url } },
      'deploy',
      join(cli.folder, 'greet.yaml'),
    );
    await server.close();
    const ended = await millraceWith(
      { environment: {} },
      'run',
      'test/greet',
      '--store',
      store,
      '--input',
      '{"name":"Cy"}',
    );
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining('Hello, Cy') });
  });
});

describe('millrace events', () => {
  it('prints every event in order; --json one object a line; --after leaves out what came before', async () => {
    const id = await start('greet');
    const types = ['execution.started', 'task.started', 'task.completed', 'execution.completed'];
    const lines = (await millrace('events', id)).out.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ +/).find((word) => types.includes(word)))).toEqual(types);
    const { out } = await millrace('events', id, '--json', '--after', '3');
    expect(JSON.parse(out)).toMatchObject({ version: 4, fact: { type: 'execution.completed' } });
  });

  it('names the task of the outcome of a call, also when the call itself came before --after', async () => {
    const id = await start('retried');
    const failed = (out: string) => out.split('\n').find((line) => line.includes('effect.failed'));
    const all = (await millrace('events', id)).out;
    expect(failed(all)).toMatch(/effect\.failed {2}fetch › get {2}\{/);
    const version = Number(/^ *(\d+)/.exec(failed(all) ?? '')?.[1]);
    const { out } = await millrace('events', id, '--after', String(version - 1));
    expect(failed(out)).toBe(failed(all));
  });

  it('is cut to the width of a terminal, and whole in a file or a pipe', async () => {
    const id = await start('faulty');
    const widest = (out: string) => Math.max(...out.split('\n').map((line) => line.length));
    const { out } = await millrace('events', id);
    expect([widest(out) > 100, out.includes('…')]).toEqual([true, false]);
    const onTerminal = (await millraceWith({ outTerminal: true }, 'events', id)).out;
    expect([widest(onTerminal) <= 100, onTerminal.includes('…')]).toEqual([true, true]);
  });

  it('--follow ends with the execution, and 130 at an interrupt', async () => {
    expect(await millrace('events', await start('greet'), '--follow')).toMatchObject({
      code: 0,
      out: expect.stringContaining('execution.completed'),
    });
    const id = await start('long', '0s');
    const followed = millraceWith({ signal: AbortSignal.timeout(300) }, 'events', id, '--follow');
    expect(await followed).toMatchObject({ code: 130, out: expect.stringContaining('wait.started') });
  });

  it('--follow outlives a server that starts again, and prints nothing twice', async () => {
    const store = `sqlite:${join(cli.folder, 'again.db')}`;
    const settings = { store, data: cli.folder };
    const before = await openTestServer(settings);
    const definition = workflowText(
      'slow',
      '  - rest: { wait: { seconds: 2 } }\n  - done: { set: { ok: true } }',
    );
    const { body } = await before.send('POST', '/api/v1/executions', { definition });
    let out = '';
    const environment = { MILLRACE_SERVER: before.url };
    const followed = millraceWith(
      {
        environment,
        out: (text) => {
          out += text;
        },
      },
      'events',
      body.id,
      '--follow',
      '--json',
    );
    await expect.poll(() => out).toContain('wait.started');
    await before.close();
    const after = await openTestServer({ ...settings, port: Number(new URL(before.url).port) });
    expect((await followed).code).toBe(0);
    await after.close();
    const versions = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).version);
    expect(versions).toEqual(versions.map((_, index) => index + 1));
    expect(out).toContain('execution.completed');
  });
});

describe('millrace cancel, suspend, resume and retry', () => {
  it('change the course of an execution, and keep the reason', async () => {
    const id = await start('long', '0s');
    expect((await millrace('suspend', id, '--reason', 'stock')).out).toBe(`${id}  suspended\n`);
    expect((await millrace('resume', id, '--reason', 'restocked')).out).toBe(`${id}  waiting\n`);
    expect(JSON.parse((await millrace('cancel', id, '--reason', 'sold', '--json')).out)).toMatchObject({
      id,
      status: 'cancelled',
    });
    const { out } = await millrace('events', id, '--json');
    for (const reason of ['stock', 'restocked', 'sold']) expect(out).toContain(`"reason":"${reason}"`);
  });

  it('retry prints the id of the new execution, and how to follow it', async () => {
    const id = await start('faulty');
    const { code, out, error } = await millrace('retry', id);
    const again = out.split(' ')[0] ?? '';
    expect([code, error]).toEqual([0, expect.stringContaining(`millrace events ${again} --follow`)]);
    expect((await cli.server.send('GET', `/api/v1/executions/${again}`)).body.retryOf).toBe(id);
  });

  it('only what has faulted is retried, and the refusal says the phase that ls and show say', async () => {
    const id = await start('long', '0s');
    const { code, error } = await millrace('retry', id);
    expect([code, error]).toEqual([1, expect.stringContaining(`${id} is waiting`)]);
  });

  it.each(['cancel', 'resume', 'suspend'])('%s of what has faulted names retry', async (verb) => {
    const [faulted, completed] = [await start('faulty'), await start('greet')];
    expect(await millrace(verb, faulted)).toMatchObject({
      code: 1,
      error: expect.stringContaining(`it is faulted. millrace retry ${faulted} starts a new one`),
    });
    expect((await millrace(verb, completed)).error).not.toContain('millrace retry');
  });

  it('a refusal is exit code 1 and its sentence', async () => {
    const id = await start('greet');
    expect(await millrace('retry', id)).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^millrace: \S/),
    });
  });
});

describe('an error says what to do next', () => {
  it('no server: exit code 4, and how to start one', async () => {
    const gone = await openTestServer();
    await gone.close();
    const { code, error } = await millrace('ls', '--server', gone.url);
    expect(code).toBe(4);
    expect(error).toMatch(/cannot be reached \(ECONNREFUSED\).* millrace start.* --server URL/);
  });

  it('a server that wants a key: exit code 2, and where to give it', async () => {
    const keyed = await openTestServer({ apiKeys: ['a-long-enough-key'] });
    expect(await millrace('ls', '--server', keyed.url)).toMatchObject({
      code: 2,
      error: expect.stringContaining('MILLRACE_API_KEY'),
    });
    expect((await millrace('ls', '--server', keyed.url, '--api-key', 'a-long-enough-key')).code).toBe(0);
    const environment = { MILLRACE_SERVER: keyed.url, MILLRACE_API_KEY: 'a-long-enough-key' };
    expect((await millraceWith({ environment }, 'ls')).code).toBe(0);
    await keyed.close();
  });

  it('no such execution: exit code 1, and how to find one', async () => {
    expect(await millrace('show', 'nowhere')).toMatchObject({
      code: 1,
      error: expect.stringContaining('millrace ls lists the executions.'),
    });
    expect(await millrace('show')).toMatchObject({ code: 2, error: expect.stringContaining('takes one ID') });
    const id = await start('greet');
    const cut = await millrace('show', id.slice(0, 13));
    const command = /millrace ls --id \S+(?=;)/.exec(cut.error)?.[0].split(' ').slice(1) ?? [];
    expect((await millrace(...command)).out).toContain(id);
  });

  it('an address that is none: exit code 2', async () => {
    expect(await millrace('ls', '--server', 'localhost')).toMatchObject({ code: 2 });
  });
});

describe('--json', () => {
  const errorOf = ({ out }: Ended) => JSON.parse(out).error;

  it('an error is JSON on standard output with its code, the same exit code, and its sentence for people', async () => {
    const refused = await millrace('show', 'nowhere', '--json');
    expect([refused.code, errorOf(refused).code]).toEqual([1, 'not-found']);
    expect(refused.error).toBe(`millrace: ${errorOf(refused).message}\n`);
    const usage = await millrace('ls', '--limit', 'many', '--json');
    expect([usage.code, errorOf(usage)]).toEqual([
      2,
      { code: 'usage', message: expect.stringContaining('--limit') },
    ]);
    const away = await millrace('events', 'any', '--json', '--server', 'http://127.0.0.1:9');
    expect([away.code, errorOf(away).code]).toEqual([4, 'unreachable']);
  });

  it.each([
    [['run'], 2, 'usage'],
    [['run', 'none.yaml'], 2, 'usage'],
    [['run', 'none.yaml', '--unknown'], 2, 'usage'],
    [['validate'], 2, 'usage'],
    [['deploy'], 2, 'usage'],
    [['ls', '--status', 'done'], 2, 'usage'],
    [['show', 'nowhere'], 1, 'not-found'],
    [['events', 'nowhere'], 1, 'not-found'],
    [['events', 'nowhere', '--follow'], 1, 'not-found'],
    [['cancel', 'nowhere'], 1, 'not-found'],
    [['suspend', 'nowhere'], 1, 'not-found'],
    [['resume', 'nowhere'], 1, 'not-found'],
    [['retry', 'nowhere'], 1, 'not-found'],
    [['resolve', 'nowhere', '--again', '--effect', '1'], 1, 'not-found'],
    [['open', 'nowhere'], 1, 'not-found'],
    [['verify', '--store', 'memory:'], 2, 'usage'],
    [['verify', '--store', 'bogus:x'], 2, 'usage'],
    [['config', '--port', '99999'], 2, 'usage'],
    [['strat'], 2, 'usage'],
  ])('%j that fails exits %i with the code %s', async (args, exitCode, code) => {
    const environment = args[0] === 'run' || args[0] === 'config' || args[0] === 'verify' ? {} : undefined;
    const ended = await millraceWith(environment === undefined ? {} : { environment }, ...args, '--json');
    expect([ended.code, errorOf(ended)]).toEqual([
      exitCode,
      expect.objectContaining({ code, message: expect.stringMatching(/\S/) }),
    ]);
  });

  it('a definition with errors: each with its place', async () => {
    const ended = await millraceWith({ environment: {} }, 'run', join(cli.folder, 'bad.yaml'), '--json');
    expect([ended.code, errorOf(ended)]).toMatchObject([
      3,
      { code: 'invalid-definition', errors: [{ line: 8, column: 7 }] },
    ]);
  });

  it('what `run` cancels since it took too long is printed as it ended', async () => {
    const file = join(cli.folder, 'long.yaml');
    const { code, out } = await millrace('run', file, '--wait', '50ms', '--json');
    expect([code, JSON.parse(out)]).toEqual([1, expect.objectContaining({ status: 'cancelled' })]);
  });

  it.each([
    ['start', [], 'start has no --json: it serves until it is stopped'],
    ['completion', ['bash'], 'completion has no --json: it prints a script'],
    ['jq', ['.'], 'jq has no --json: what it prints is JSON already'],
  ])('%s has none, and says why', async (verb, rest, sentence) => {
    expect(await millrace(verb, ...rest, '--json')).toMatchObject({
      code: 2,
      out: '',
      error: expect.stringContaining(sentence),
    });
  });
});

describe('millrace open', () => {
  it('prints the address of the page, and hands it to the browser as one word', async () => {
    const id = await start('greet');
    const [browser, said] = [join(cli.folder, 'browser.sh'), join(cli.folder, 'said')];
    writeFileSync(browser, `#!/bin/sh\necho "$#:$1" > '${said}'\n`);
    chmodSync(browser, 0o755);
    const environment = { MILLRACE_SERVER: cli.server.url, BROWSER: browser };
    const { code, out, error } = await millraceWith({ environment }, 'open', id);
    const url = `${cli.server.url}/executions/${id}`;
    expect([code, out, error]).toEqual([0, `${url}\n`, '']);
    expect(readFileSync(said, 'utf8')).toBe(`1:${url}\n`);
    expect(JSON.parse((await millrace('open', '--json')).out)).toEqual({ url: `${cli.server.url}/` });
  });

  it('without a browser the address is there to copy; of an execution that is not, there is no page', async () => {
    const environment = { MILLRACE_SERVER: cli.server.url, BROWSER: join(cli.folder, 'no-browser') };
    expect(await millraceWith({ environment }, 'open')).toMatchObject({
      code: 0,
      out: `${cli.server.url}/\n`,
      error: expect.stringContaining('open the address yourself'),
    });
    expect(await millrace('open', 'nowhere')).toMatchObject({ code: 1, out: '' });
  });
});
