import { describe, expect, it } from 'vitest';
import { format, isShipped, readFile, readFiles } from './source-files.ts';
import { checkWords, readGlossary } from './words.ts';

const refused = readGlossary(readFile('GLOSSARY.md').text);

describe('words', () => {
  it('a thing has one word: names of files, functions and types use no synonym of a word in the glossary', () => {
    expect(refused.size).toBeGreaterThan(10);
    const files = readFiles('.ts').filter(({ path }) => isShipped(path));
    expect(format(files.flatMap((file) => checkWords(file, refused)))).toEqual([]);
  });

  it('a synonym is refused in a type, a function and the name of a file', () => {
    const words = readGlossary('| **execution** | one run | instance, job |\n');
    const bad = (path: string, text: string) => checkWords({ path, text }, words);
    expect(bad('src/a.ts', 'interface WorkflowInstance {}')).toHaveLength(1);
    expect(bad('src/a.ts', 'function startJob() {}')).toHaveLength(1);
    expect(bad('src/job.ts', '')).toHaveLength(1);
    expect(bad('src/task-manager.ts', '')).toHaveLength(1);
    expect(bad('src/execution.ts', 'interface Execution { job: string }')).toEqual([]);
  });
});
