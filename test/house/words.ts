/** One word for one thing: names that the glossary refuses. */
import { lineAt, type SourceFile, type Violation } from './source-files.ts';
import { type Node, nameOf, parseSource, walk } from './syntax.ts';

/** A word that names do not use, and the word that they do. */
export type Refused = ReadonlyMap<string, string>;

/** Reads the glossary's tables: `| **word** | meaning | not: a, b |`. */
export function readGlossary(text: string): Refused {
  const refused = new Map<string, string>();
  for (const match of text.matchAll(/^\| *\*\*([^*]+)\*\* *\|.*\| *([^|]*?) *\|$/gm)) {
    const word = match[1] ?? '';
    for (const other of (match[2] ?? '').split(',')) {
      const name = other.trim().toLowerCase();
      if (/^[a-z]+$/.test(name)) refused.set(name, word);
    }
  }
  return refused;
}

/** Names that say nothing, whatever they stand for. */
const hollow = new Set(['manager', 'helper', 'helpers', 'util', 'utils', 'info', 'misc', 'stuff']);

const declarations = new Set([
  'FunctionDeclaration',
  'ClassDeclaration',
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
]);

/** Names of files, functions, classes and types that hold a refused word. */
export function checkWords(file: SourceFile, refused: Refused): Violation[] {
  const found: Violation[] = [];
  const check = (name: string, line?: number) => {
    const message = refuseName(name, refused);
    if (message) found.push({ path: file.path, ...(line === undefined ? {} : { line }), message });
  };
  check(file.path.split('/').at(-1)?.split('.')[0] ?? '');
  walk(parseSource(file).program, (node: Node) => {
    if (declarations.has(node.type)) check(nameOf(node.id) ?? '', lineAt(file.text, node.start));
  });
  return found;
}

function refuseName(name: string, refused: Refused): string | undefined {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .split(/[-_]/);
  for (const word of words) {
    if (hollow.has(word)) return `'${name}' says '${word}', which says nothing: name what it does`;
    const better = refused.get(word);
    if (better) return `'${name}' says '${word}': the glossary's word is '${better}'`;
  }
  return undefined;
}
