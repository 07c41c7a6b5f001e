import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useServerCli } from './server-cli.fixture.ts';

const cli = useServerCli();
const { millrace } = cli;

describe('millrace deploy', () => {
  it('says of each file what became of it, and the same content again changes nothing', async () => {
    const first = join(cli.folder, 'greet.yaml');
    expect(await millrace('deploy', first)).toEqual({
      code: 0,
      out: `${first}: unchanged: test/greet/1.0.0\n`,
      error: '',
    });
    const { out } = await millrace('deploy', first, '--json');
    expect(JSON.parse(out)).toEqual([
      { file: first, ok: true, workflow: 'test/greet/1.0.0', created: false },
    ]);
  });

  it('goes on after a file with errors, prints their places as editors read them, and exits 3', async () => {
    const [bad, good] = [join(cli.folder, 'bad.yaml'), join(cli.folder, 'long.yaml')];
    const { code, out, error } = await millrace('deploy', bad, good);
    expect([code, out]).toEqual([3, `${good}: unchanged: test/long/1.0.0\n`]);
    expect(error).toMatch(/bad\.yaml:8:7: .*'sett'/);
  });

  it('warns of secrets that will be refused, with their lines, as `millrace validate` does', async () => {
    const file = join(cli.folder, 'secret.yaml');
    writeFileSync(
      file,
      "document: { dsl: '1.0.3', namespace: test, name: secret, version: '1.0.0' }\nuse: { secrets: [key] }\ndo:\n  - a:\n      set: { k: '${ $secrets.key }' }\n",
    );
    for (const command of ['validate', 'deploy']) {
      const { code, error } = await millrace(command, file);
      expect([code, error]).toEqual([0, expect.stringMatching(/secret\.yaml:5.*warning: `\$secrets` is an/)]);
    }
  });

  it('exits 1 when the version is there with other content, and 2 when a file cannot be read', async () => {
    const conflict = await millrace('deploy', join(cli.folder, 'changed.yaml'));
    expect(conflict).toMatchObject({ code: 1, error: expect.stringContaining('1.0.0') });
    expect(await millrace('deploy', join(cli.folder, 'none.yaml'))).toMatchObject({ code: 2 });
  });
});

describe('millrace functions', () => {
  it('publishes a function, lists it, shows its text, and removes it', async () => {
    const file = join(cli.folder, 'function.yaml');
    writeFileSync(file, 'set: { v: 1 }\n');
    expect(await millrace('functions', 'publish', 'one:1.0.0', file)).toMatchObject({
      code: 0,
      out: 'published: one:1.0.0\n',
    });
    expect((await millrace('functions')).out).toContain('one:1.0.0');
    expect(await millrace('functions', 'show', 'one:1.0.0')).toMatchObject({ out: 'set: { v: 1 }\n' });
    expect(await millrace('functions', 'remove', 'one:1.0.0')).toMatchObject({ code: 0 });
    expect((await millrace('functions', 'show', 'one:1.0.0')).code).not.toBe(0);
  });

  it('tells the line of what is wrong, and how it is used', async () => {
    const file = join(cli.folder, 'wrong.yaml');
    writeFileSync(file, 'set:\n  v: 1\nmine: 2\n');
    const refused = await millrace('functions', 'publish', 'one:1.0.0', file);
    expect(refused.error).toContain(`${file}:3:1`);
    expect((await millrace('functions', 'publish', 'one', file)).error).toContain('NAME:VERSION');
    expect((await millrace('functions', 'drop')).error).toContain('publish, show or remove');
  });
});

describe('millrace publish', () => {
  it('publishes an event that is put together, and says when it was there before', async () => {
    const args = ['publish', '--type', 'com.example.paid', '--id', 'cli-1', '--data', '{"n":1}'];
    expect(await millrace(...args)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^[0-9a-f]{40} {2}published: cli-1\n$/),
    });
    expect((await millrace(...args)).out).toContain('was there before: cli-1');
  });

  it('publishes the events of a file, filled in by its options', async () => {
    const file = join(cli.folder, 'events.yaml');
    writeFileSync(file, '- { type: a, id: f1 }\n- { type: b, id: f2, source: urn:own }\n');
    const { code, out } = await millrace('publish', file, '--source', 'urn:file', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      { id: 'f1', source: 'urn:file' },
      { id: 'f2', source: 'urn:own' },
    ]);
  });

  it('says what is missing, what cannot be read, and what the server refuses', async () => {
    expect(await millrace('publish')).toMatchObject({
      code: 2,
      error: expect.stringContaining('FILE or --type'),
    });
    const bad = ['publish', '--type', 'x', '--data', '{'];
    expect(await millrace(...bad)).toMatchObject({
      code: 2,
      error: expect.stringContaining('--data is no JSON'),
    });
    const refused = await millrace('publish', '--type', '');
    expect(refused.code).not.toBe(0);
    expect(refused.error).toContain('type');
  });

  it.each([
    ['{"a":', 'is neither JSON nor YAML: Flow map must end with a } at line 1, column 6.\n'],
    [
      '{"type":"a"}\n{"type":"b"}\n',
      'is neither JSON nor YAML: Unexpected flow-map-start at node end at line 2, column 1.\n',
    ],
    [
      'a: 1\n---\nb: 2\n',
      'is neither JSON nor YAML: it holds several documents (---) at line 2, column 1.\n',
    ],
    [
      `a: &a [${'x,'.repeat(60)}]\nb: &b [${'*a,'.repeat(60)}]\nc: [${'*b,'.repeat(60)}]\n`,
      'is neither JSON nor YAML: its aliases stand for too much.\n',
    ],
    ['', 'expected a CloudEvent (an object), or a list of them.\n'],
  ])('refuses the file %j as wrong input, in one line', async (text, sentence) => {
    const file = join(cli.folder, 'no-events.yaml');
    writeFileSync(file, text);
    const { code, error } = await millrace('publish', file);
    expect([code, error.endsWith(sentence), error.trim().split('\n').length]).toEqual([2, true, 1]);
  });
});
