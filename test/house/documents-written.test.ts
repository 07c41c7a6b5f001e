/** Documents show code of files that are run, and the API as its table has it. */
import { describe, expect, it } from 'vitest';
import { operations } from '../../packages/server/src/api/operations.ts';
import { en } from '../../packages/web/src/messages/en.ts';
import { describeOperations } from '../../scripts/document-operations.ts';
import { fillRegions, regionOf, snippetsOf } from '../../scripts/document-regions.ts';
import { apiPage, documentsWithCode, writeDocument } from '../../scripts/documents.ts';
import { lineAt, readFile } from './source-files.ts';

const read = (path: string) => readFile(path).text;

/** Code of these languages is a region of a file, wherever it is shown. */
const held = new Set(['yaml', 'ts', 'js', 'tsx']);

describe('documents with code', () => {
  it.for(documentsWithCode())('%s is as its sources have it (`npm run docs` writes it anew)', (path) => {
    expect(read(path)).toBe(writeDocument(path, read(path), read));
  });

  it('every workflow and every program that they show is a region of a file', () => {
    expect(documentsWithCode().flatMap((path) => withoutRegion(path, read(path)))).toEqual([]);
    expect(withoutRegion('a.md', 'One\n\n```yaml\ndo: []\n```\n')).toEqual([
      'a.md:3 shows yaml without a region',
    ]);
    expect(withoutRegion('a.md', '```sh\nls\n```\n')).toEqual([]);
  });

  it('a region that has changed is written anew, and one that is gone is an error', () => {
    const files: Readonly<Record<string, string>> = {
      'a.yaml': 'do:\n  - one:\n      set:\n        a: 1\n        b: 2\n  - two: { wait: PT1S }\n',
      'b.ts': 'before();\n  // #region mine\n  run();\n  // #endregion\nafter();\n',
    };
    const readHere = (path: string) => files[path] ?? '';
    const page = '<!-- region: b.ts#mine -->\n```ts\nold();\n```\n\nText.\n';
    expect(fillRegions(page, readHere)).toBe(page.replace('old', 'run'));
    expect(regionOf('a.yaml#/do/0/one/set', readHere)).toBe('set:\n  a: 1\n  b: 2\n');
    expect(regionOf('a.yaml#/do../do/0/one/set/a indented', readHere)).toBe(
      'do:\n  - one:\n      set:\n        a: 1\n',
    );
    for (const gone of ['b.ts#other', 'a.yaml#/do/2', 'a.yaml#/do/0/one/get'])
      expect(() => regionOf(gone, readHere), gone).toThrow('has no region');
  });

  it('getting started writes a workflow whose parts are, one below the other, the whole example', () => {
    const parts = snippetsOf(read('docs/getting-started.md')).filter(({ language }) => language === 'yaml');
    const whole = read('examples/stock-check.yaml').replace(/^#.*\n/, '');
    expect(parts.map(({ code }) => code).join('')).toBe(whole);
  });

  it('the page of the API has an entry for every operation, and none for another', () => {
    const named = [...read(apiPage).matchAll(/^`[A-Z]+ \S+` · `(\w+)`$/gm)].map((match) => match[1]);
    expect(named.toSorted()).toEqual(operations.map(({ name }) => name).toSorted());
    const [first, ...others] = operations;
    expect(describeOperations(others)).not.toContain(`\`${first?.name}\``);
  });

  it("the SDK's README names every method of its interface", () => {
    const [readme, source] = ['README.md', 'src/interface.ts'].map((path) => read(`packages/sdk/${path}`));
    const parts = source?.match(/^export interface (Millrace|Workflows|Executions) \{[\s\S]*?^\}/gm) ?? [];
    const methods = parts.flatMap((part) => [...part.matchAll(/^ {2}(\w+)\(/gm)].map((match) => match[1]));
    expect(methods).toContain('watch');
    expect(methods.filter((name) => !new RegExp(`\`${name}[(\`]`).test(readme ?? ''))).toEqual([]);
  });

  it('getting started names what is on the pages as the pages do', () => {
    const section = /^## In the browser\n([\s\S]*?)^## /m.exec(read('docs/getting-started.md'))?.[1] ?? '';
    const labels = [...section.matchAll(/\*\*(.+?)\*\*/g)].map((match) => match[1] ?? '');
    const texts = new Set<unknown>(Object.values(en));
    expect(labels.filter((label) => !texts.has(label))).toEqual([]);
    expect(labels).toContain('Publish');
  });
});

function withoutRegion(path: string, text: string): string[] {
  return snippetsOf(text)
    .filter(({ language, region }) => held.has(language) && region === undefined)
    .map(({ language, offset }) => `${path}:${lineAt(text, offset) - 1} shows ${language} without a region`);
}
