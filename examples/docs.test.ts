/** The workflows in the manual are parts of the examples, which are run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readExamples } from './catalog.ts';

const examples = readExamples();
const indentMax = 24;

function snippetsOf(document: string): readonly string[] {
  const text = readFileSync(join(import.meta.dirname, '../docs', document), 'utf8');
  return [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
}

/** Whether the lines stand in an example one after the other, all of them indented by the same. */
function isPart(snippet: string): boolean {
  return examples.some(({ text }) => {
    for (let indent = 0; indent <= indentMax; indent += 2) {
      const moved = snippet.replace(/^(?=.)/gm, ' '.repeat(indent));
      if (`\n${text}`.includes(`\n${moved}`)) return true;
    }
    return false;
  });
}

describe('the manual', () => {
  it.for(['getting-started.md', 'concepts.md', 'troubleshooting.md'])(
    'shows workflows in %s that are parts of examples',
    (document) => {
      for (const snippet of snippetsOf(document)) expect(isPart(snippet), snippet).toBe(true);
    },
  );

  it('holds a snippet that differs in one letter, or in the depth of one line, against it', () => {
    const lines = '- pause:\n    wait: ${ .interval }\n    then: look\n';
    expect(isPart(lines)).toBe(true);
    expect(isPart(lines.replace('interval', 'intervals'))).toBe(false);
    expect(isPart(lines.replace('    then', '   then'))).toBe(false);
  });

  it('gets started with a workflow whose parts are, one after the other, the whole example', () => {
    const whole = examples.find(({ name }) => name === 'stock-check')?.text.replace(/^#.*\n/, '');
    expect(snippetsOf('getting-started.md').join('')).toBe(whole);
  });
});
