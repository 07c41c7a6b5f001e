import { describe, expect, it } from 'vitest';
import { bans, checkTokens, exceptions } from './banned-tokens.ts';
import { format, readFile, readFiles } from './source-files.ts';

const found = (path: string, text: string) => format(checkTokens({ path, text }));

const core = 'packages/core/src/rules/decide.ts';
const api = 'packages/server/src/api/rest.ts';

describe('banned tokens', () => {
  it('no shipped code asks the clock or chance, widens a type, evaluates text or leaves an open task', () => {
    const files = readFiles('.ts').filter(({ path }) => !path.startsWith('test/house/'));
    expect(format(files.flatMap(checkTokens))).toEqual([]);
  });

  it('every exception names a file that is there, and a reason', () => {
    for (const { path, token, reason } of exceptions) {
      expect(readFile(path).text.length).toBeGreaterThan(0);
      expect(bans.some((ban) => ban.token === token)).toBe(true);
      expect(reason).toMatch(/\w+ \w+/);
    }
  });

  it.each([
    ['const now = Date.now();', 'Date.now'],
    ['const now = Date["now"]();', 'Date.now'],
    ['const { now } = Date;', 'Date.now'],
    ['const at = new Date();', 'new Date()'],
    ['const at = Date();', 'new Date()'],
    ['setTimeout(run, 5);', 'setTimeout'],
    ['const later = setTimeout;', 'setTimeout'],
    ['setInterval(run, 5);', 'setInterval'],
    ['globalThis[key] = { setImmediate };', 'setImmediate'],
    ['const chance = Math.random();', 'Math.random'],
    ['performance.now();', 'performance'],
  ])('the rules may not write %s', (text, token) => {
    expect(found(core, text)[0]).toContain(token);
    expect(found('packages/server/src/roles/timer.ts', text)[0]).toContain(token);
    expect(found(api, text)).toEqual([]);
  });

  it.each([
    ['const a: any = b;', 'any'],
    ['const a = b as unknown as C;', 'as unknown as'],
    ['const a = b!.c;', 'non-null'],
    ['console.log(a);', 'console'],
    ['eval(text);', 'eval'],
    ['const f = new Function(text);', 'new Function'],
    ['const home = process.env.HOME;', 'process.env'],
    ['// TODO later\n', 'an open task'],
    ['/* FIXME */ const a = 1;', 'an open task'],
    ['// @ts-ignore\n', '@ts-ignore'],
  ])('no shipped code may write %s', (text, token) => {
    expect(found(api, text)[0]).toContain(token);
  });

  it('what only looks like a banned token is none', () => {
    expect(
      found(core, 'const at = new Date(instant); world.setTimeout(run); const a = { setTimeout: 1 };'),
    ).toEqual([]);
    expect(
      found(core, 'const text = "Date.now() eval(TODO)"; const same = a !== b; type F = Function;'),
    ).toEqual([]);
  });

  it('a cast through unknown stands in a function that does nothing else', () => {
    expect(found(api, 'function toRow(value: object): Row { return value as unknown as Row; }')).toEqual([]);
    expect(
      found(api, 'function toRow(value: object): Row { log(); return value as unknown as Row; }'),
    ).toHaveLength(1);
  });

  it('a setting is read from the environment where the configuration stands', () => {
    expect(found('packages/server/src/config/sources.ts', 'const env = process.env;')).toEqual([]);
  });
});
