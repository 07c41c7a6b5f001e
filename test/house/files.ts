/** Rules about files as such: how long, how named, what they must not hold. */
import { isTestCode, lineAt, type SourceFile, type Violation } from './source-files.ts';

/** A test file is a table of cases: it reads well at a greater length. */
const linesMax = { source: 400, test: 600 };

/** Files that are one thought all the same, each with the reason. */
export const longFiles: Readonly<Record<string, string>> = {
  'packages/core/src/language/document.ts':
    'the shapes of the whole language stand in one place, in the order of its reference',
  'packages/core/src/model/facts.ts':
    'what is stored for ever stands in one place, to be seen before anything is added to it',
  'packages/jq/src/parser-terms.ts':
    'the grammar of terms is one recursion, and half of it would call the other',
  'packages/jq/src/regex/compiler.ts': 'every kind of node has its few lines of code generation here',
  'packages/jq/src/regex/matcher.ts':
    'one loop over the operations and its stack: splitting it would cost a call for each step',
};

export function checkLength(file: SourceFile): Violation[] {
  const lines = file.text.split('\n').length - 1;
  const max = isTestCode(file.path) ? linesMax.test : linesMax.source;
  if (lines <= max || longFiles[file.path]) return [];
  return [{ path: file.path, message: `has ${lines} lines, more than ${max}: a file has one noun` }];
}

const namesByCustom = /^(README|ARCHITECTURE|GLOSSARY|STYLE|CONTRIBUTING|CHANGELOG|LICENSE)(\.md)?$/;

/** `kebab-case.kind.ext`; documents and dot files bear the names that tools and people look for. */
export function checkName(path: string): Violation[] {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  const wrong = parts.filter((part) => !/^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/.test(part));
  if (wrong.length === 0 || (wrong.length === 1 && namesByCustom.test(name))) return [];
  return [{ path, message: `is not kebab-case: ${wrong.join(', ')}` }];
}

/** Folders of a machine, put together so that this file does not hold them. */
const machinePath = new RegExp(
  `(^|[^\\w.])/(${['work', 'home', 'root', 'Users', 'tmp/[a-z0-9]+'].join('|')})/[a-z]`,
  'i',
);

export function checkMachinePaths(file: SourceFile): Violation[] {
  const found = machinePath.exec(file.text);
  if (!found) return [];
  return [
    {
      path: file.path,
      line: lineAt(file.text, found.index),
      message: `names a path of one machine: ${found[0].trim()}…`,
    },
  ];
}

export function checkLockfile(file: SourceFile): Violation[] {
  const at = file.text.search(/"resolved": *"(https?|git)/);
  if (at === -1) return [];
  const message = 'carries a download address: npm leaves them out with omit-lockfile-registry-resolved';
  return [{ path: file.path, line: lineAt(file.text, at), message }];
}
