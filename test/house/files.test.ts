import { describe, expect, it } from 'vitest';
import { checkLength, checkLockfile, checkMachinePaths, checkName, longFiles } from './files.ts';
import { format, listPaths, readFile, readFiles } from './source-files.ts';

const text = (...lines: readonly string[]) => ({ path: 'sample.ts', text: lines.join('\n') });

describe('files', () => {
  it('no source file is longer than 400 lines but for the reasons listed', () => {
    expect(format(readFiles('.ts', '.js').flatMap(checkLength))).toEqual([]);
    for (const [path, reason] of Object.entries(longFiles)) {
      expect(
        readFile(path).text.split('\n').length,
        `${path} is short again: take it off the list`,
      ).toBeGreaterThan(401);
      expect(reason).toMatch(/\w+ \w+ \w+/);
    }
    expect(checkLength(text(...Array.from({ length: 402 }, () => 'line')))).toHaveLength(1);
    expect(checkLength(text(...Array.from({ length: 401 }, () => 'line')))).toEqual([]);
  });

  it('files and folders bear kebab-case names', () => {
    expect(format(listPaths().flatMap(checkName))).toEqual([]);
    for (const path of ['src/errorTable.ts', 'Src/errors.ts', 'src/error_table.ts', 'docs/Errors.md']) {
      expect(checkName(path), path).toHaveLength(1);
    }
    for (const path of [
      'packages/jq/README.md',
      'src/store.contract.ts',
      '.env.example',
      'docs/decisions/0001-runtime.md',
    ]) {
      expect(checkName(path), path).toEqual([]);
    }
  });

  it('no file names a path of one machine', () => {
    const files = readFiles('.ts', '.js', '.json', '.md', '.yaml', '.yml', '.feature', '.npmrc', '.ci/run');
    expect(format(files.flatMap(checkMachinePaths))).toEqual([]);
    const folder = ['', 'home', 'ann', 'project'].join('/');
    expect(checkMachinePaths(text(`const folder = '${folder}';`))).toHaveLength(1);
    expect(
      checkMachinePaths(
        text(`fetch('https://example.com/home/page'); import '${['..', 'work', 'item.ts'].join('/')}';`),
      ),
    ).toEqual([]);
  });

  it('the lockfile holds versions and digests, no addresses', () => {
    expect(format(checkLockfile(readFile('package-lock.json')))).toEqual([]);
    expect(checkLockfile(text('"resolved": "https://registry.example/a.tgz"'))).toHaveLength(1);
    expect(checkLockfile(text('"resolved": "packages/core"'))).toEqual([]);
  });

  it('every package has a README and the licence', () => {
    const paths = listPaths();
    const packages = paths.filter((path) => /^packages\/[a-z]+\/package\.json$/.test(path));
    expect(packages.length).toBeGreaterThan(0);
    const wanted = packages.flatMap((path) =>
      ['README.md', 'LICENSE'].map((name) => path.replace('package.json', name)),
    );
    expect(wanted.filter((path) => !paths.includes(path))).toEqual([]);
    const licence = readFile('LICENSE').text;
    for (const path of wanted.filter((each) => each.endsWith('LICENSE')))
      expect(readFile(path).text, path).toBe(licence);
  });
});
