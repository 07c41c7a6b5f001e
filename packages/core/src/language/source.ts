import { type Alias, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import { fromPointer } from './pointer.ts';

/** 1-based; columns count UTF-16 units, as editors do. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The text of a definition, and where its parts stand in it. */
export interface Source {
  readonly text: string;
  readonly file?: string;
  /**
   * Position of the value at a JSON pointer. A list, an object or an absent value stands where its key does, if it
   * has one. For a pointer that is not in the text: the nearest ancestor.
   */
  locate(pointer: string): Position;
}

/** What an error points at: the value (see `Source.locate`), its key, or a place within a scalar's text. */
export type Aim =
  | { readonly type: 'value' }
  | { readonly type: 'key' }
  | { readonly type: 'inside'; readonly offset: number };

export interface NodeSource extends Source {
  aim(pointer: string, aim: Aim): Position;
}

export function sourceOf(
  text: string,
  root: Node | null,
  targets: ReadonlyMap<Alias, Node>,
  file: string | undefined,
): NodeSource {
  const positionOf = positions(text);
  const aim = (pointer: string, wanted: Aim): Position => {
    const found = find(root, targets, fromPointer(pointer));
    return positionOf(offsetOf(found, text, wanted));
  };
  return {
    text,
    ...(file === undefined ? {} : { file }),
    aim,
    locate: (pointer) => aim(pointer, { type: 'value' }),
  };
}

/** Turns offsets in a text into positions; the table of lines is built when first asked. */
export function positions(text: string): (offset: number) => Position {
  let starts: number[] | undefined;
  return (offset) => {
    if (offset === 0) return { line: 1, column: 1 };
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

interface Found {
  readonly node: Node | null;
  readonly key: Node | undefined;
  /** false: `node` is an ancestor of what was looked for */
  readonly exact: boolean;
}

function find(root: Node | null, targets: ReadonlyMap<Alias, Node>, segments: readonly string[]): Found {
  let node = root;
  let key: Node | undefined;
  for (const segment of segments) {
    const parent = isAlias(node) ? (targets.get(node) ?? null) : node;
    const child = childOf(parent, segment);
    if (child === undefined) return { node, key, exact: false };
    ({ node, key } = child);
  }
  return { node, key, exact: true };
}

function childOf(
  parent: Node | null,
  segment: string,
): { readonly node: Node | null; readonly key: Node | undefined } | undefined {
  if (isMap(parent)) {
    const pairs = parent.items as Pair<Node | null, Node | null>[];
    const pair = pairs.find(({ key }) => isScalar(key) && key.value === segment);
    return pair === undefined ? undefined : { node: pair.value, key: pair.key ?? undefined };
  }
  if (!isSeq(parent) || !/^\d+$/.test(segment)) return undefined;
  const item = parent.items[Number(segment)] as Node | null | undefined;
  return item === undefined ? undefined : { node: item, key: undefined };
}

function offsetOf(found: Found, text: string, aim: Aim): number {
  const { node, key } = found;
  const keyOffset = key?.range?.[0];
  const nodeOffset = node?.range?.[0];
  if (aim.type === 'key') return keyOffset ?? nodeOffset ?? 0;
  const scalar =
    found.exact && isScalar(node) && node.range && node.range[1] > node.range[0] ? node : undefined;
  if (scalar === undefined && !(found.exact && isAlias(node))) return keyOffset ?? nodeOffset ?? 0;
  if (scalar === undefined || aim.type === 'value') return nodeOffset ?? 0;
  return insideOffset(scalar, text, aim.offset);
}

/**
 * Offset in the text of an offset in a scalar's value, where what stands before it is written as it is: no
 * escapes, no folded lines. Otherwise the scalar's own.
 */
function insideOffset(scalar: Scalar, text: string, offset: number): number {
  const start = scalar.range?.[0] ?? 0;
  if (typeof scalar.value !== 'string') return start;
  if (scalar.type === 'BLOCK_LITERAL') return literalOffset(scalar.value, start, text, offset);
  const first = scalar.type === 'QUOTE_DOUBLE' || scalar.type === 'QUOTE_SINGLE' ? start + 1 : start;
  const before = scalar.value.slice(0, offset);
  return text.startsWith(before, first) ? first + offset : start;
}

/** The lines of a literal block stand below its header, each behind the same indentation. */
function literalOffset(value: string, start: number, text: string, offset: number): number {
  const before = value.slice(0, offset);
  const column = offset - (before.lastIndexOf('\n') + 1);
  let lineStart = start;
  for (let lines = before.split('\n').length; lines > 0; lines -= 1) {
    const newline = text.indexOf('\n', lineStart);
    if (newline === -1) return start;
    lineStart = newline + 1;
  }
  const lineEnd = text.indexOf('\n', lineStart);
  const written = text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd).replace(/\r$/, '');
  const line = value.slice(offset - column).split('\n', 1)[0] ?? '';
  return written.endsWith(line) ? lineStart + written.length - line.length + column : start;
}
