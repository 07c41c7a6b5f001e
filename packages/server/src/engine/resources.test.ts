import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultLimits, type Json } from '@millrace/core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MillraceError } from '../errors.ts';
import { json, type LoopbackServer, startLoopbackServer } from '../http-client/loopback-server.fixture.ts';
import { type Composition, composeEngine } from './compose.ts';

let web: LoopbackServer;
let composition: Composition;
let folder: string;
/** what stands at each path of the stand-in */
const files = new Map<string, string>();

beforeAll(async () => {
  web = await startLoopbackServer((request, response) => {
    const text = files.get(`${request.headers.host} ${request.url}`) ?? files.get(request.url);
    const open = !request.url.startsWith('/closed') || request.headers.authorization === 'Bearer sesame-12';
    if (text === undefined || !open) return json(response, { why: 'no' }, open ? 404 : 401);
    response.writeHead(200, { 'content-type': 'text/plain' }).end(text);
  });
});
afterAll(() => web.close());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-resources-'));
  files.clear();
  web.received.splice(0);
  composition = await compose(join(folder, 'store.db'), folder);
});
afterEach(async () => {
  await composition.close(1_000);
  rmSync(folder, { recursive: true });
});

function compose(path: string, resources?: string): Promise<Composition> {
  return composeEngine({
    store: `sqlite:${path}`,
    data: folder,
    roles: ['worker', 'executor', 'timer'],
    secrets: { environment: { MILLRACE_SECRET_DOOR: 'sesame-12' } },
    http: { allow: ['loopback'], origins: { 'https://raw.githubusercontent.com': web.origin } },
    ...(resources === undefined ? {} : { resources }),
    limits: defaultLimits,
    ...{
      leaseMs: 30_000,
      effectsMax: 16,
      blobThresholdBytes: 65_536,
      overdueMs: 10_000,
      idempotencyMs: 60_000,
    },
    onError: (error) => {
      throw error;
    },
    onFatal: (error) => {
      throw error;
    },
  });
}

const header = (version = '1.0.0') =>
  `document: { dsl: '1.0.3', namespace: default, name: test, version: '${version}' }\n`;

async function run(definition: string, input: Json = {}) {
  const { engine } = composition;
  const { execution } = await engine.start('default', { definition: header() + definition, input });
  return engine.wait('default', execution.id, 10_000);
}

async function refusal(definition: string): Promise<unknown> {
  const error = await composition.engine.deploy('default', header() + definition).catch((each) => each);
  expect(error).toBeInstanceOf(MillraceError);
  return { code: (error as MillraceError).code, ...((error as MillraceError).details as object) };
}

const greet =
  'input: { schema: { document: { required: [name] } } }\nset: { said: \'${ "Hi " + .name }\' }\n';
const log = '/acme/catalog/main/functions/greet/1.0.0/function.yaml';
const catalog = 'use: { catalogs: { hub: { endpoint: https://github.com/acme/catalog/tree/main } } }\n';

describe('a function from elsewhere', () => {
  it('of a catalog on GitHub runs', async () => {
    files.set(`raw.githubusercontent.com ${log}`, greet);
    const { output } = await run(`${catalog}do: [{ a: { call: 'greet:1.0.0@hub', with: { name: Ada } } }]`);
    expect(output).toEqual({ said: 'Hi Ada' });
  });

  it('from a URL may call others of the catalogs, and itself', async () => {
    files.set(`raw.githubusercontent.com ${log}`, greet);
    files.set(
      '/twice.yaml',
      "do: [{ a: { call: 'greet:1.0.0@hub', with: { name: x } } }, { b: { call: 'greet:1.0.0@hub', with: { name: '${ .said }' } } }]",
    );
    const { output } = await run(`${catalog}do: [{ a: { call: '${web.origin}/twice.yaml' } }]`);
    expect(output).toEqual({ said: 'Hi Hi x' });
    files.set(
      '/down.yaml',
      `do: [{ a: { if: '.n > 0', call: '${web.origin}/down.yaml', with: { n: '\${ .n - 1 }' } } }]`,
    );
    expect((await run(`do: [{ a: { call: '${web.origin}/down.yaml', with: { n: 5 } } }]`)).output).toEqual({
      n: 0,
    });
  });

  it('is pinned when it is published: what stands there later is not run, after a restart either', async () => {
    files.set('/f.yaml', 'set: { v: 1 }');
    const text = `${header()}do: [{ a: { call: '${web.origin}/f.yaml' } }]`;
    const first = await composition.engine.deploy('default', text);
    files.set('/f.yaml', 'set: { v: 2 }');
    const outputOf = async (version: string) => {
      const workflow = { namespace: 'default', name: 'test', version };
      const { execution } = await composition.engine.start('default', { workflow });
      return (await composition.engine.wait('default', execution.id, 10_000)).output;
    };
    expect(await outputOf('1.0.0')).toEqual({ v: 1 });
    expect(await composition.engine.deploy('default', text)).toMatchObject({ created: false });
    const second = await composition.engine.deploy('default', text.replace("'1.0.0'", "'2.0.0'"));
    expect(await outputOf('2.0.0')).toEqual({ v: 2 });
    expect(second.workflow.digest).not.toBe(first.workflow.digest);
    await composition.close(1_000);
    composition = await compose(join(folder, 'store.db'));
    const before = web.received.length;
    expect(await outputOf('1.0.0')).toEqual({ v: 1 });
    expect(web.received).toHaveLength(before);
    const { source } = await composition.engine.definition('default', first.workflow.digest);
    expect(source).toBe(text);
  });

  it('that faults is told at the call that names it', async () => {
    files.set('/f.yaml', "do: [{ x: { raise: { error: { type: 'https://example.com/e', status: 418 } } } }]");
    const { error } = await run(`do:\n  - a: { call: '${web.origin}/f.yaml' }`);
    expect(error?.instance).toContain('/do/0/x');
    expect(error?.source).toMatchObject({ line: 3 });
  });

  it('that cannot be read, or is no task, is an error of the definition at its line', async () => {
    expect(await refusal(`do:\n  - a: { call: '${web.origin}/none.yaml' }`)).toMatchObject({
      code: 'invalid-definition',
      errors: [{ line: 3, message: expect.stringContaining('404') }],
    });
    files.set('/f.yaml', 'set:\n  v: 1\nmine: 2\n');
    expect(await refusal(`do: [{ a: { call: '${web.origin}/f.yaml' } }]`)).toMatchObject({
      errors: [{ line: 2, message: expect.stringMatching(/f\.yaml:3:1: unknown property 'mine'/) }],
    });
    expect(await refusal("do: [{ a: { call: 'https://10.0.0.1/f.yaml' } }]")).toMatchObject({
      errors: [{ message: expect.stringContaining('10.0.0.1') }],
    });
  });

  it('is fetched with the authentication of its catalog, and a secret does not come back', async () => {
    files.set('/closed/functions/f/1.0.0/function.yaml', 'set: { v: 1 }');
    const of = (token: string) =>
      `use: { secrets: [door], catalogs: { c: { endpoint: { uri: '${web.origin}/closed', authentication: { bearer: ${token} } } } } }\ndo: [{ a: { call: 'f:1.0.0@c' } }]`;
    expect((await run(of('{ use: door }'))).output).toEqual({ v: 1 });
    expect((await run(of("{ token: '${ $secrets.door }' }"))).output).toEqual({ v: 1 });
    expect(JSON.stringify(await refusal(of('{ token: \'${ $secrets.door + "x" }\' }')))).toMatch(
      /401(?!.*sesame)/,
    );
    const { details } = (await composition.engine
      .start('default', { definition: header() + of("{ token: '${ .token }' }") })
      .catch((error) => error)) as MillraceError;
    expect(JSON.stringify(details)).toContain('authentication is computed');
  });
});

describe("the server's own catalog", () => {
  const id = { name: 'greet', version: '1.0.0' };
  it('has what operators publish, each version once', async () => {
    const { engine } = composition;
    expect(await engine.publishFunction('default', id, greet)).toMatchObject({ created: true });
    expect(await engine.publishFunction('default', id, greet)).toMatchObject({ created: false });
    await expect(engine.publishFunction('default', id, 'set: { v: 1 }')).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(engine.publishFunction('default', id, 'sett: { v: 1 }')).rejects.toMatchObject({
      code: 'invalid-definition',
    });
    for (const call of ['greet:1.0.0', 'greet:1.0.0@default'])
      expect((await run(`do: [{ a: { call: '${call}', with: { name: Ada } } }]`)).output).toEqual({
        said: 'Hi Ada',
      });
    expect((await engine.functions('default', {})).rows).toMatchObject([{ ...id, source: greet }]);
    expect((await engine.functions('other', {})).rows).toEqual([]);
  });

  it('may lose a function, which workflows that were published keep', async () => {
    const { engine } = composition;
    await engine.publishFunction('default', id, greet);
    await engine.deploy('default', `${header()}do: [{ a: { call: 'greet:1.0.0', with: { name: Ada } } }]`);
    await engine.removeFunction('default', id);
    const { execution } = await engine.start('default', { workflow: { namespace: 'default', name: 'test' } });
    expect((await engine.wait('default', execution.id, 10_000)).output).toEqual({ said: 'Hi Ada' });
    expect(await refusal("do: [{ a: { call: 'greet:1.0.0' } }]")).toMatchObject({
      errors: [{ message: expect.stringContaining('no function greet:1.0.0') }],
    });
    await expect(engine.removeFunction('default', id)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a schema from elsewhere', () => {
  const places = (endpoint: string) => {
    const schema = `schema: { resource: { name: s, endpoint: ${endpoint} } }`;
    return [
      `input: { ${schema} }\ndo: []`,
      `output: { ${schema} }\ndo: []`,
      `do: [{ a: { input: { ${schema} }, set: { x: 1 } } }]`,
      `do: [{ a: { output: { ${schema} }, set: '\${ . }' } }]`,
      `do: [{ a: { export: { ${schema}, as: . }, set: '\${ . }' } }]`,
    ];
  };

  it('holds values at every place where a schema may stand', async () => {
    files.set('/s.yaml', 'type: object\nrequired: [n]\n');
    for (const text of places(`'${web.origin}/s.yaml'`)) {
      expect(await run(text, { n: 1 }), text).toMatchObject({ status: 'completed' });
      expect(await run(text, { k: 1 }), text).toMatchObject({ status: 'faulted', error: { status: 400 } });
    }
  });

  it('may be a file of the folder of resources, by a relative URI, and nothing outside of it', async () => {
    mkdirSync(join(folder, 'schemas'));
    writeFileSync(join(folder, 'schemas', 's.json'), '{ "required": ["n"] }');
    symlinkSync('/etc/hostname', join(folder, 'schemas', 'link.json'));
    const of = (uri: string) => `input: { schema: { resource: { endpoint: '${uri}' } } }\ndo: []`;
    for (const uri of [
      'schemas/s.json',
      './schemas/s.json',
      'file:///schemas/s.json',
      `file://${folder}/schemas/s.json`,
    ])
      expect(await run(of(uri), { k: 1 }), uri).toMatchObject({ error: { status: 400 } });
    for (const uri of [
      '../../etc/hostname',
      'file:///etc/hostname',
      'schemas/link.json',
      'ftp://example.com/x',
    ])
      expect(await refusal(of(uri)), uri).toMatchObject({
        code: 'invalid-definition',
        errors: [{ line: 2 }],
      });
    await composition.close(1_000);
    composition = await compose(join(folder, 'store.db'));
    expect(await refusal(of('schemas/s.json'))).toMatchObject({
      errors: [{ message: expect.stringContaining('MILLRACE_RESOURCES') }],
    });
  });

  it('may be a file of that folder for a function too, with and without an authority', async () => {
    writeFileSync(join(folder, 'f.yaml'), 'set: { v: 1 }');
    for (const uri of ['file:///f.yaml', 'file:/f.yaml', 'file:./f.yaml'])
      expect(await run(`do: [{ a: { call: '${uri}' } }]`), uri).toMatchObject({ output: { v: 1 } });
  });

  it('is relative to the function that names it', async () => {
    files.set(
      '/lib/f.yaml',
      'input: { schema: { resource: { endpoint: ../schemas/s.json } } }\nset: { v: 1 }',
    );
    files.set('/schemas/s.json', '{ "required": ["n"] }');
    const { error } = await run(`do: [{ a: { call: '${web.origin}/lib/f.yaml' } }]`);
    expect(error?.detail).toContain('does not fit its schema');
  });

  it('that is none, or whose URI is computed, is refused', async () => {
    files.set('/s.json', '{ "type": 7 }');
    expect(
      await refusal(`input: { schema: { resource: { endpoint: '${web.origin}/s.json' } } }\ndo: []`),
    ).toMatchObject({
      errors: [{ message: expect.stringContaining('no JSON Schema') }],
    });
    const computed = await composition.engine.deploy(
      'default',
      `${header()}input: { schema: { resource: { endpoint: '\${ .uri }' } } }\ndo: []`,
    );
    expect(computed.workflow.unsupported).toMatchObject([
      { message: expect.stringContaining('URI is computed') },
    ]);
  });
});
