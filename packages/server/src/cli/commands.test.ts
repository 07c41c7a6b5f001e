import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { useServerCli } from './server-cli.fixture.ts';

const cli = useServerCli();
const { millrace } = cli;

describe('millrace completion', () => {
  const hasBash = spawnSync('bash', ['--version']).status === 0;

  it.skipIf(!hasBash).each([
    [['sh'], 1, ['show']],
    [['show', '--se'], 2, ['--server']],
    [['cancel', '--rea'], 2, ['--reason']],
    [['completion', ''], 2, ['bash', 'fish', 'zsh']],
    [['help', 'ev'], 2, ['events']],
    [['validate', 'bad'], 2, ['bad.yaml']],
  ])('in bash completes %j at %i (skipped where there is no bash)', async (words, at, expected) => {
    const script = (await millrace('completion', 'bash')).out;
    const line = `COMP_WORDS=(millrace ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${at}; _millrace; printf '%s\\n' "\${COMPREPLY[@]}" | sort`;
    const { stdout, stderr } = spawnSync('bash', ['-c', `${script}\n${line}`], {
      cwd: cli.folder,
      encoding: 'utf8',
    });
    expect([stdout.trim().split('\n'), stderr]).toEqual([expected, '']);
  });

  it.for(['zsh', 'fish'])(
    'in %s its script is one that the shell takes (skipped without it)',
    async (shell, { skip }) => {
      const { code, out } = await millrace('completion', shell);
      expect([code, out]).toEqual([0, expect.stringContaining('suspend')]);
      if (spawnSync(shell, ['--version']).status !== 0) skip(`${shell} is not installed`);
      expect(spawnSync(shell, ['-n'], { input: out, encoding: 'utf8' }).stderr).toBe('');
    },
  );

  it('names the shells that it knows', async () => {
    expect(await millrace('completion', 'tcsh')).toMatchObject({
      code: 2,
      error: expect.stringContaining('bash, zsh, fish, not "tcsh"'),
    });
  });
});

const manual = fileURLToPath(new URL('../../../../docs/cli.md', import.meta.url));

describe('docs/cli.md', () => {
  it('has every command with its usage and summary, and every exit code with its meaning', async () => {
    const { commands } = await import('./commands.ts');
    const { exitMeanings } = await import('./exit.ts');
    const rows = [...readFileSync(manual, 'utf8').matchAll(/^\| `([^`]+)` \| (.+?) \|$/gm)].map(
      ([, key, text]) => [key, text],
    );
    const expected = [
      ...Object.values(commands).map(({ usage, summary }) => [usage.replaceAll('|', '\\|'), summary]),
      ...Object.entries(exitMeanings),
    ];
    expect(rows).toEqual(expected);
  });

  it('names every option of the commands that speak to a server', async () => {
    const { commands } = await import('./commands.ts');
    const text = readFileSync(manual, 'utf8');
    for (const name of ['run', 'validate', 'deploy', 'ls', 'show', 'events', 'cancel', 'suspend', 'open'])
      for (const flag of Object.keys((await commands[name]?.options()) ?? {}))
        expect(text, `${name} --${flag}`).toContain(`--${flag}`);
  });
});
