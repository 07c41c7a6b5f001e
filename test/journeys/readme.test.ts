/** What the README tells a new user to type is typed here, as it stands, against a real server. */
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startServer } from '../../conformance/server-process.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const documentedUrl = 'http://127.0.0.1:8080';

interface Snippet {
  readonly command: string;
  /** what the README says that it prints; `…` stands for anything */
  readonly prints: string | undefined;
}

describe('the README', () => {
  it('its first workflow runs as it is written', { timeout: 60_000 }, async ({ skip }) => {
    if (spawnSync('curl', ['--version']).status !== 0) skip('curl is not installed');
    const snippets = readSnippets(readFileSync(join(root, 'README.md'), 'utf8'), 'A first workflow');
    expect(snippets.length).toBeGreaterThan(2);
    const server = await startServer();
    try {
      for (const { command, prints } of snippets) {
        const printed = await runShell(command.replaceAll(documentedUrl, server.url));
        if (prints !== undefined) expect(printed.trim(), command).toMatch(toPattern(prints));
      }
    } finally {
      await server.stop();
    }
  });

  it('a snippet is a `sh` block, with what it prints in the block that follows', () => {
    const text =
      '## One\n```sh\nls\n```\n\n## Two\n```sh\necho a\n```\n```json\n{"a": …}\n```\n```sh\npwd\n```\n## Three\n';
    expect(readSnippets(text, 'Two')).toEqual([
      { command: 'echo a', prints: '{"a": …}' },
      { command: 'pwd', prints: undefined },
    ]);
    expect('{"a": 12}').toMatch(toPattern('{"a": …}'));
    expect('{"b": 12}').not.toMatch(toPattern('{"a": …}'));
  });
});

function readSnippets(text: string, heading: string): Snippet[] {
  const section = text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '';
  const blocks = [...section.matchAll(/^```(\w*)\n([\s\S]*?)\n```$/gm)].map((match) => ({
    kind: match[1],
    body: match[2] ?? '',
  }));
  return blocks.flatMap(({ kind, body }, index) => {
    if (kind !== 'sh') return [];
    const next = blocks[index + 1];
    return [{ command: body, prints: next && next.kind !== 'sh' ? next.body : undefined }];
  });
}

/** Spaces count as one; `…` stands for anything. */
function toPattern(prints: string): RegExp {
  const escaped = prints.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('…', '[\\s\\S]*').replace(/\s+/g, '\\s*')}$`);
}

/** Typed in the repository's folder, as the README has it. */
async function runShell(command: string): Promise<string> {
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', command], {
    cwd: root,
    timeout: 30_000,
  });
  return stdout;
}
