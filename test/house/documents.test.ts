import { describe, expect, it } from 'vitest';
import { settingNames, variableOf } from '../../packages/server/src/config/settings.ts';
import { errorTable } from '../../packages/server/src/errors.ts';
import { checkLinks, checkScripts, codesIn, headingsOf } from './documents.ts';
import { format, listPaths, readFile, readFiles } from './source-files.ts';

const documents = readFiles('.md');
const { scripts } = JSON.parse(readFile('package.json').text) as { scripts: Record<string, string> };

/** Variables of the command line, and of what is no server. */
const otherVariables = ['MILLRACE_SERVER', 'MILLRACE_API_KEY'];

describe('documents', () => {
  it('every relative link leads to a file and a heading that are there', () => {
    expect(format(documents.flatMap(checkLinks))).toEqual([]);
    const bad = (text: string) => checkLinks({ path: 'docs/sample.md', text });
    expect(bad('see [this](missing.md)')).toHaveLength(1);
    expect(bad('see [this](../README.md#no-such-heading)')).toHaveLength(1);
    expect(bad('<img alt="" src="images/none.png">')).toHaveLength(1);
    expect(bad('see [this](../README.md), [that](https://example.com/x) and `[code](x)`')).toEqual([]);
    const titled = (title: string) => bad(`see [test](../test/house/documents.test.ts "${title}")`);
    expect(titled('every script that a document names is in package.json')).toEqual([]);
    expect(titled(['no', 'such', 'title'].join(' '))).toHaveLength(1);
    expect(headingsOf('# What it is\n## `npm run`: all of it\n')).toEqual(
      new Set(['what-it-is', 'npm-run-all-of-it']),
    );
  });

  it('every script that a document names is in package.json', () => {
    expect(format(documents.flatMap((file) => checkScripts(file, scripts)))).toEqual([]);
    expect(checkScripts({ path: 'a.md', text: 'Say `npm run nonsense` first.' }, scripts)).toHaveLength(1);
  });

  it('every script runs a file that is there', () => {
    const paths = listPaths();
    const files = Object.values(scripts).flatMap(
      (command) => command.match(/(scripts|conformance|test)\/\S+\.(js|ts)/g) ?? [],
    );
    expect(files.filter((file) => !paths.includes(file))).toEqual([]);
    expect(files.length).toBeGreaterThan(3);
  });

  it('every setting and every figure that a document names is one of the server', () => {
    const settings = new Set([...settingNames.map(variableOf), ...otherVariables]);
    const source = readFiles('.ts')
      .filter(({ path }) => path.startsWith('packages/server/src/metrics/'))
      .map(({ text }) => text)
      .join('\n');
    const isKnown = (name: string) =>
      name.startsWith('millrace_') ? new RegExp(`\\b${name}\\b`).test(source) : settings.has(name);
    const unknown = (text: string) =>
      [...text.matchAll(/\b(?:MILLRACE(?:_[A-Z]+)+|millrace(?:_[a-z]+)+)\b(?!_)/g)]
        .map(([name]) => name)
        .filter((name) => !name.startsWith('MILLRACE_SECRET_') && !isKnown(name));
    for (const { path, text } of documents) expect(unknown(text), path).toEqual([]);
    expect(unknown('`MILLRACE_PROT`, `millrace_orphan` and `MILLRACE_PORT`')).toEqual([
      'MILLRACE_PROT',
      'millrace_orphan',
    ]);
  });

  it('the table of errors in the manual is the table of the code', () => {
    const codes = codesIn(readFile('docs/errors.md').text);
    expect(codes.toSorted()).toEqual(Object.keys(errorTable).toSorted());
    expect(codesIn('| `a-code` | 400 |\n| b | 1 |\n')).toEqual(['a-code']);
  });

  it('the manual tells each error by the status and title of the code', () => {
    const text = readFile('docs/errors.md').text;
    for (const [code, { status, title }] of Object.entries(errorTable)) {
      expect(text).toContain(`| \`${code}\` | ${status} | ${title} |`);
    }
  });
});
