import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from './load.ts';
import { ConfigError } from './resolve.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-config-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function load(text: string | undefined, environment: Record<string, string> = {}) {
  const path = join(folder, 'some.yaml');
  if (text === undefined) rmSync(path, { force: true });
  else writeFileSync(path, text);
  return loadConfig({ flags: { config: path }, environment, terminal: false });
}

it('reads the file that --config names', async () => {
  const { settings } = await load(
    'port: 9\nroles: [api, worker]\nleaseMs: 45s\noriginMap:\n  https://a.example: http://127.0.0.1:1\n',
  );
  expect(settings).toMatchObject({
    port: 9,
    roles: ['api', 'worker'],
    leaseMs: 45_000,
    originMap: { 'https://a.example': 'http://127.0.0.1:1' },
  });
});

it('takes an empty file as no settings', async () => {
  expect((await load('# nothing yet\n')).settings.port).toBe(8080);
});

it('refuses a file that was named and is not there, and one that is not YAML', async () => {
  await expect(load(undefined)).rejects.toThrow(/some\.yaml: cannot be read/);
  await expect(load('port: [1')).rejects.toThrow(ConfigError);
  await expect(load('port: [1')).rejects.toThrow(/line 1/);
});
