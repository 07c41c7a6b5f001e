/**
 * Code in documents is a region of a file that the tests run. A comment before the code block says which:
 *
 * - `<!-- region: examples/order.yaml#/do/0/prepare -->`: the lines of that member, by JSON pointer;
 * - `<!-- region: examples/order.yaml#/document../input -->`: from one member to another;
 * - `<!-- region: examples/sdk/basic-usage.ts#watch -->`: between `// #region watch` and `// #endregion`;
 * - `<!-- region: examples/hello.yaml -->`: the whole file.
 *
 * The lines are moved to the left as far as they go, unless ` indented` follows.
 */
import { isMap, isPair, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';

/** A code block of a document, with what stands before it. */
export interface Snippet {
  /** `yaml`, `ts`, `sh` and the like */
  readonly language: string;
  /** as the comment has it, absent: none */
  readonly region?: string;
  readonly code: string;
  /** offset of the code in the document */
  readonly offset: number;
}

/** A file of the repository by its path, as text; throws when it is not there. */
export type ReadText = (path: string) => string;

/** The code blocks of a document. */
export function snippetsOf(document: string): Snippet[] {
  const blocks = document.matchAll(/(?:^<!-- region: ([^>]+?) -->\n\n?)?^```([a-z]*)\n([\s\S]*?)^```$/gm);
  return [...blocks].map((match) => {
    const [whole, region, language = '', code = ''] = match;
    const offset = match.index + whole.length - code.length - '```'.length;
    return { language, code, offset, ...(region === undefined ? {} : { region }) };
  });
}

/** The document with each region as it stands in its file now. */
export function fillRegions(document: string, read: ReadText): string {
  return snippetsOf(document).reduceRight((text, { region, code, offset }) => {
    if (region === undefined) return text;
    return text.slice(0, offset) + regionOf(region, read) + text.slice(offset + code.length);
  }, document);
}

/** The lines that a comment names. Throws when there are none. */
export function regionOf(region: string, read: ReadText): string {
  const [, path = '', place = '', indented] = /^([^#\s]+)(?:#(\S+))?( indented)?$/.exec(region) ?? [];
  if (path === '') throw new Error(`not a region: "${region}"`);
  const text = read(path);
  const lines = linesOf(text, path, place);
  return (indented === undefined ? outdent(lines) : lines).map((line) => `${line}\n`).join('');
}

function linesOf(text: string, path: string, place: string): string[] {
  if (place === '') return withoutLast(text.split('\n'));
  const [first, last] = /\.ya?ml$/.test(path) ? yamlLines(text, place) : codeLines(text, place);
  if (first === undefined || last === undefined) throw new Error(`${path} has no region ${place}`);
  return text.split('\n').slice(first, last);
}

/** Line numbers, from 0, of the first line and of the one after the last. */
type Lines = readonly [first: number | undefined, last: number | undefined];

function codeLines(text: string, name: string): Lines {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.trim() === `// #region ${name}`);
  const last = lines.findIndex((line, at) => at > first && line.trim() === '// #endregion');
  return first === -1 || last === -1 ? [undefined, undefined] : [first + 1, last];
}

function yamlLines(text: string, place: string): Lines {
  const counter = new LineCounter();
  const root = parseDocument(text, { lineCounter: counter }).contents;
  const [from = '', to = from] = place.split('..');
  const [first] = spanOf(root, from) ?? [];
  const [, last] = spanOf(root, to) ?? [];
  if (first === undefined || last === undefined) return [undefined, undefined];
  return [counter.linePos(first).line - 1, counter.linePos(last - 1).line];
}

/** Offsets of the member at a pointer, with its key. */
function spanOf(root: Node | null, pointer: string): readonly [number, number] | undefined {
  let node: Node | null = root;
  let start: number | undefined;
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
    const pair: Pair | undefined = isMap(node)
      ? node.items.find((each) => isPair(each) && String(each.key) === name)
      : undefined;
    const next: unknown =
      pair === undefined ? (isSeq(node) ? node.items[Number(name)] : undefined) : pair.value;
    if (next === undefined) return undefined;
    node = next as Node | null;
    start = ((pair?.key ?? node) as Node | null)?.range?.[0];
  }
  const end = node?.range?.[1];
  return start === undefined || end === undefined ? undefined : [start, end];
}

function outdent(lines: readonly string[]): string[] {
  const depths = lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/));
  const depth = Math.min(...depths);
  return lines.map((line) => line.slice(Math.min(depth, line.length)));
}

function withoutLast(lines: readonly string[]): string[] {
  return lines.at(-1) === '' ? lines.slice(0, -1) : [...lines];
}
