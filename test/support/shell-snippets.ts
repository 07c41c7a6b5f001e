/** Commands of a document, with what the document says that they print. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface ShellSnippet {
  readonly command: string;
  /** what it prints, where `…` stands for anything; `text` is both outputs, everything else standard output */
  readonly prints?: { readonly kind: string; readonly text: string };
}

/** The `sh` blocks under a heading (or of the whole text), each with the block that follows it. */
export function readSnippets(text: string, heading?: string): ShellSnippet[] {
  const section =
    heading === undefined
      ? text
      : (text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? '');
  const blocks = [...section.matchAll(/^```(\w*)\n([\s\S]*?)\n```$/gm)].map((match) => ({
    kind: match[1] ?? '',
    text: match[2] ?? '',
  }));
  return blocks.flatMap(({ kind, text: command }, index) => {
    if (kind !== 'sh') return [];
    const next = blocks[index + 1];
    return [{ command, ...(next && /^(text|json)$/.test(next.kind) ? { prints: next } : {}) }];
  });
}

/** Spaces count as one; `…` stands for anything. */
export function toPattern(prints: string): RegExp {
  const escaped = prints.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('…', '[\\s\\S]*').replace(/\s+/g, '\\s*')}$`);
}

export interface ShellOptions {
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** errors and progress are wanted as well */
  readonly both?: boolean;
  /** what a shell knows before the command, such as a function */
  readonly prelude?: string;
}

/** What the command prints; rejects when it fails. */
export async function runShell(command: string, options: ShellOptions): Promise<string> {
  const lines = [options.prelude ?? '', options.both === true ? 'exec 2>&1' : '', command];
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', lines.join('\n')], {
    cwd: options.folder,
    env: { ...process.env, ...options.environment },
    timeout: 30_000,
  });
  return stdout;
}
