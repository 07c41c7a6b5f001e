import { describe, expect, it } from 'vitest';
import { printConfig, printEnvironmentExample } from './print.ts';
import { ConfigError, type ConfigInputs, isLoopback, resolveConfig } from './resolve.ts';
import { settingNames, settingTable, variableOf } from './settings.ts';

const resolve = (inputs: Partial<ConfigInputs> = {}) =>
  resolveConfig({ flags: {}, environment: {}, terminal: false, ...inputs });

function issues(inputs: Partial<ConfigInputs>): readonly string[] {
  try {
    resolve(inputs);
  } catch (error) {
    if (error instanceof ConfigError) return error.issues;
    throw error;
  }
  return [];
}

describe('precedence of settings', () => {
  const file = { path: 'millrace.yaml', content: { port: 1 } };

  it('takes a flag before MILLRACE_*, that before an alias, that before the file, that before the default', () => {
    const environment = { MILLRACE_PORT: '3', PORT: '2' };
    expect(resolve({ flags: { port: '4' }, environment, file }).settings.port).toBe(4);
    expect(resolve({ environment, file }).settings.port).toBe(3);
    expect(resolve({ environment: { PORT: '2' }, file }).settings.port).toBe(2);
    expect(resolve({ file }).settings.port).toBe(1);
    expect(resolve().settings.port).toBe(8080);
  });

  it('remembers where each value came from', () => {
    const { sources } = resolve({ flags: { host: '::1' }, environment: { LOG_LEVEL: 'DEBUG' }, file });
    expect(sources.host).toEqual({ type: 'flag', flag: 'host' });
    expect(sources.logLevel).toEqual({ type: 'environment', variable: 'LOG_LEVEL' });
    expect(sources.port).toEqual({ type: 'file', path: 'millrace.yaml' });
    expect(sources.roles).toEqual({ type: 'default' });
  });

  it('takes an empty variable as absent', () => {
    expect(resolve({ environment: { MILLRACE_PORT: '', PORT: '7' } }).settings.port).toBe(7);
  });
});

describe('derived defaults', () => {
  it('keeps the database in the data folder', () => {
    expect(resolve({ environment: { MILLRACE_DATA: '/d' } }).settings.store).toBe('sqlite:/d/millrace.db');
    expect(resolve({ environment: { MILLRACE_DATA: '/d', MILLRACE_STORE: 'memory:' } }).settings.store).toBe(
      'memory:',
    );
  });

  it('lets workflows call loopback only when the server itself is bound to it', () => {
    expect(resolve().settings.allow).toEqual(['loopback']);
    expect(resolve({ flags: { host: '0.0.0.0' } }).settings.allow).toEqual([]);
    expect(resolve({ flags: { host: '0.0.0.0', allow: '10.0.0.0/8,private' } }).settings.allow).toEqual([
      '10.0.0.0/8',
      'private',
    ]);
  });

  it('logs text on a terminal and JSON elsewhere', () => {
    expect(resolve({ terminal: true }).settings.logFormat).toBe('text');
    expect(resolve().settings.logFormat).toBe('json');
  });
});

describe('values', () => {
  it.each([
    [{ MILLRACE_LEASE_MS: '45s' }, 'leaseMs', 45_000],
    [{ MILLRACE_LEASE_MS: 'PT1M' }, 'leaseMs', 60_000],
    [{ MILLRACE_BODY_BYTES_MAX: '1MiB' }, 'bodyBytesMax', 1_048_576],
    [{ API_KEYS: 'one, acme:two' }, 'apiKeys', ['one', 'acme:two']],
    [
      { MILLRACE_ORIGIN_MAP: '{"https://a.example":"http://127.0.0.1:1"}' },
      'originMap',
      { 'https://a.example': 'http://127.0.0.1:1' },
    ],
    [{ MILLRACE_INSECURE: 'yes' }, 'insecure', true],
  ] as const)('reads %j', (environment, name, value) => {
    expect(resolve({ environment }).settings[name]).toEqual(value);
  });
});

describe('mistakes name the source and the key', () => {
  it.each([
    [
      { environment: { MILLRACE_PROT: '1' } },
      'MILLRACE_PROT: there is no such setting; did you mean "MILLRACE_PORT"?',
    ],
    [
      { file: { path: 'm.yaml', content: { hots: 'x' } } },
      'hots in m.yaml: there is no such setting; did you mean "host"?',
    ],
    [{ environment: { PORT: 'abc' } }, 'PORT: expected a whole number but found "abc"'],
    [
      { flags: { 'log-level': 'wran' } },
      '--log-level: expected one of error, warn, info, debug, trace but found "wran"; did you mean "warn"?',
    ],
    [
      { flags: { roles: 'api,wroker' } },
      '--roles: expected some of api, worker, executor, timer, events but found "wroker"; did you mean "worker"?',
    ],
    [
      { environment: { MILLRACE_LEASE_MS: 'soon' } },
      'MILLRACE_LEASE_MS: expected a duration such as 500ms, 30s, 2m, 1h or PT30S but found "soon"',
    ],
    [
      { file: { path: 'm.yaml', content: [1] } },
      'm.yaml: expected a mapping of settings, such as "port: 8080"',
    ],
  ] as const)('%j', (inputs, message) => {
    expect(issues(inputs)).toEqual([message]);
  });

  it.each([
    [{ flags: { port: '70000' } }, '--port: '],
    [{ environment: { MILLRACE_STORE: 'oracle:x' } }, 'MILLRACE_STORE: '],
    [{ environment: { MILLRACE_ORIGIN_MAP: '{' } }, 'MILLRACE_ORIGIN_MAP: expected JSON'],
    [{ environment: { MILLRACE_CORS: 'not an origin' } }, 'MILLRACE_CORS: '],
    [
      { environment: { MILLRACE_ORIGIN_MAP: '{"https://a.example/path":"http://127.0.0.1:1"}' } },
      'MILLRACE_ORIGIN_MAP: ',
    ],
    [
      { environment: { MILLRACE_ORIGIN_MAP: '{"https://a.example":"http://u@127.0.0.1:1"}' } },
      'MILLRACE_ORIGIN_MAP: ',
    ],
    [{ file: { path: 'm.yaml', content: { roles: ['api', 'cook'] } } }, 'roles in m.yaml: '],
    [{ file: { path: 'm.yaml', content: { port: {} } } }, 'port in m.yaml: '],
  ] as const)('%j', (inputs, beginning) => {
    expect(issues(inputs)).toEqual([expect.stringContaining(beginning)]);
  });

  const expected =
    'expected postgres://USER:PASSWORD@HOST:PORT/DATABASE, with special characters written as %XX';
  it.each([
    ['postgres://u:hush@h:five/d', 'its port is no number from 1 to 65535'],
    ['postgres://u:hush@h:0/d', 'its port is no number from 1 to 65535'],
    ['postgres://u:hush@h:99999/d', 'its port is no number from 1 to 65535'],
    ['postgresql://u:hush@h/d?port=x', 'its port is no number from 1 to 65535'],
    ['postgres://u:hush@/d?host=a,b', 'it names several hosts, and one is taken'],
    ['postgres://u:hush@a b/d', 'it cannot be read as an address'],
    ['postgres://u:hu/sh@h/d', 'a character of the user or the password means something else'],
    ['postgres://u:12/hush@h/d', 'a character of the user or the password means something else'],
    ['postgres://u:hu?sh@h/d', 'a character of the user or the password means something else'],
    ['postgres://u:12#hush@h/d', 'a character of the user or the password means something else'],
    ['postgres://u:hush%@h/d', 'a % is not followed by two hexadecimal digits'],
    ['postgres://u:hush@h/d?schema=Upper', 'its schema is to be lower-case letters'],
    ['postgres://u:hush@h/d?shcema=x', 'nobody knows its parameter "shcema"; did you mean "schema"?'],
    [
      'postgres://u:hush@h/d?ssl_mode=disable',
      'nobody knows its parameter "ssl_mode"; did you mean "sslmode"?',
    ],
    ['postgres://u:hush@h/d?sslmode=on', 'its sslmode is to be one of disable, prefer, require'],
    ['postgres://u:hush@a:5432,b:5432/d', 'it names several hosts, and one is taken'],
    ['postgres://u:hush@/d', 'it cannot be read as an address'],
    ['posgres://u:hush@h/d', 'cannot be "posgres://u:***@h/d". Where executions are kept'],
    ['u:hush@h/d', 'cannot be "u:***@h/d". Where executions are kept'],
  ])('%s, which cannot be read as the address of a store, and shows no password', (store, message) => {
    const [issue, ...others] = issues({ environment: { DATABASE_URL: store } });
    expect(others).toEqual([]);
    expect(issue).toMatch(/^DATABASE_URL: /);
    expect(issue).toContain(message);
    expect(issue).not.toMatch(/hu|sh@/);
    if (/^(its port|it cannot|a )/.test(message)) expect(issue).toContain(expected);
  });

  it.each([
    'postgres://user:p%40ss%25@host:5432/name?schema=x&sslmode=require',
    'postgres://host',
    'postgresql:///name?host=/var/run/postgresql',
    'postgres://u:p@[::1]:5433/d?options=-c%20synchronous_commit%3Doff',
    'postgres://host/d?user=me@tenant&password=p',
    'postgres://u:p@/d?host=/cloudsql/project:region:name',
    'postgres://u:p@host/d?channel_binding=require&target_session_attrs=read-write&pgbouncer=true&connection_limit=5',
  ])('%s is an address that is taken', (store) => {
    expect(issues({ flags: { store } })).toEqual([]);
  });

  it('lists all of them at once', () => {
    expect(
      issues({ flags: { port: 'x', 'effects-max': '0' }, environment: { MILLRACE_NOPE: '1' } }),
    ).toHaveLength(3);
  });

  it('leaves the secrets of workflows and the client’s own variables alone', () => {
    const environment = { MILLRACE_SECRET_ANYTHING: 'x', MILLRACE_API_KEY: 'k', MILLRACE_SERVER: 'http://x' };
    expect(issues({ environment })).toEqual([]);
  });

  it('never prints an API key', () => {
    const inputs = { environment: { API_KEYS: `good,${'x'.repeat(600)}` } };
    expect(issues(inputs).join()).not.toContain('xxx');
    expect(printConfig(resolve({ environment: { API_KEYS: 'hush-hush' } }))).not.toContain('hush');
  });
});

describe('what is printed', () => {
  it('says value, source, variable and meaning of every setting', () => {
    const text = printConfig(resolve({ environment: { PORT: '9' } }));
    expect(text).toContain('port = 9\n    from PORT.');
    for (const name of settingNames) expect(text).toContain(settingTable[name].description);
  });

  it('.env.example has every setting', () => {
    const file = printEnvironmentExample();
    for (const name of settingNames) expect(file).toContain(`#${variableOf(name)}=`);
  });

  it('an example line that is taken out of its comment is valid', () => {
    const lines = printEnvironmentExample()
      .split('\n')
      .filter((line) => /^#[A-Z_]+=./.test(line));
    const environment = Object.fromEntries(
      lines.map((line) => [line.slice(1, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    expect(resolve({ environment }).settings).toEqual(resolve().settings);
  });
});

it.each(['localhost', '127.0.0.1', '127.9.9.9', '::1', '[::1]', 'a.localhost'])(
  '%s is reached from this machine only',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

it.each(['0.0.0.0', '::', '127.example.com', '10.0.0.1', 'localhost.example.com'])(
  '%s is not loopback',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);
