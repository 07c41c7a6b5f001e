import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { secretsContract } from '../../ports/secrets.contract.ts';
import { openSecrets } from './secrets.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function write(text: string, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-secrets-'));
  folders.push(folder);
  const file = join(folder, 'secrets.yaml');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

secretsContract('environment', async (held) => {
  const variables = Object.entries(held).map(([name, value]) => [
    `MILLRACE_SECRET_${name.toUpperCase().replaceAll(/[.-]/g, '_')}`,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return { secrets: openSecrets({ environment: Object.fromEntries(variables) }), clean: async () => {} };
});

secretsContract('file', async (held) => {
  const file = write(JSON.stringify(held));
  return { secrets: openSecrets({ environment: {}, file }), clean: async () => {} };
});

secretsContract('file by tenant', async (held) => {
  const file = write(JSON.stringify({ tenants: { default: held } }));
  return { secrets: openSecrets({ environment: {}, file }), clean: async () => {} };
});

describe('the environment', () => {
  test('a value in quotes is JSON, so that a string may begin with a brace', async () => {
    const secrets = openSecrets({ environment: { MILLRACE_SECRET_A: '"{x"', MILLRACE_SECRET_B: '7' } });
    expect(await secrets.get('default', 'a')).toBe('{x');
    expect(await secrets.get('default', 'b')).toBe('7');
  });

  test('a value that begins like JSON and is none is refused at open, without being shown', () => {
    const open = () => openSecrets({ environment: { MILLRACE_SECRET_LOGIN: '{"password": hidden' } });
    expect(open).toThrow(/^MILLRACE_SECRET_LOGIN begins like JSON and is not well-formed JSON$/);
  });
});

describe('the file', () => {
  test('wins over the environment', async () => {
    const environment = { MILLRACE_SECRET_A: 'environment', MILLRACE_SECRET_B: 'environment' };
    const secrets = openSecrets({ environment, file: write('a: file') });
    expect(await secrets.get('default', 'a')).toBe('file');
    expect(await secrets.get('default', 'b')).toBe('environment');
  });

  test('keeps tenants apart', async () => {
    const file = write('tenants:\n  one: {token: a}\n  two: {token: b}\n');
    const secrets = openSecrets({ environment: {}, file });
    expect(await secrets.get('one', 'token')).toBe('a');
    expect(await secrets.get('two', 'token')).toBe('b');
    expect(await secrets.get('default', 'token')).toBeUndefined();
  });

  test.each([0o644, 0o604, 0o660, 0o601, 0o610])('is refused with mode %o, which lets others in', (mode) => {
    const file = write('a: x', mode);
    expect(() => openSecrets({ environment: {}, file })).toThrow(
      `has mode ${mode.toString(8).padStart(4, '0')}: others could read or change it. Set 0600 or 0640`,
    );
  });

  test.each([0o600, 0o640, 0o400, 0o440])('is taken with mode %o', async (mode) => {
    const secrets = openSecrets({ environment: {}, file: write('a: x', mode) });
    expect(await secrets.get('default', 'a')).toBe('x');
  });

  test('is read again when it has changed, in place or by another file under its name', async () => {
    const file = write('a: first');
    const secrets = openSecrets({ environment: {}, file });
    writeFileSync(file, 'a: longer second');
    expect(await secrets.get('default', 'a')).toBe('longer second');
    renameSync(write('a: longer third!'), file);
    expect(await secrets.get('default', 'a')).toBe('longer third!');
  });

  test('that was changed into something malformed answers nothing any more, until it is mended', async () => {
    const file = write('a: good');
    const secrets = openSecrets({ environment: {}, file });
    writeFileSync(file, 'a: [hidden');
    await expect(secrets.get('default', 'a')).rejects.toMatchObject({ code: 'unavailable' });
    writeFileSync(file, 'a: mended');
    expect(await secrets.get('default', 'a')).toBe('mended');
  });

  test.each([
    ['a: [hidden', 'not well-formed YAML at '],
    ['- hidden', 'is not an object of names and values'],
    ['tenants: {default: {a: x}}\nb: hidden', "has names beside 'tenants'"],
    ['tenants: {default: hidden}', "tenant 'default' in the secrets file"],
    ['a: .nan', "secret 'a' of the secrets file"],
    ['a: null', "secret 'a' of the secrets file"],
    ['a: *hidden', 'has an alias to nothing'],
    ['a: hidden\na: hidden2', 'not well-formed YAML at 2:1'],
  ])('%j is refused with its reason, and shows no value', (text, reason) => {
    const file = write(text);
    const message = messageOf(() => openSecrets({ environment: {}, file }));
    expect(message).toContain(reason);
    expect(message).not.toContain('hidden');
  });

  test('that is absent is refused with its path', () => {
    expect(() => openSecrets({ environment: {}, file: '/nowhere/secrets.yaml' })).toThrow(
      'the secrets file /nowhere/secrets.yaml cannot be read',
    );
  });

  test('that is empty holds nothing', async () => {
    const secrets = openSecrets({ environment: {}, file: write('') });
    expect(await secrets.get('default', 'a')).toBeUndefined();
  });
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}
