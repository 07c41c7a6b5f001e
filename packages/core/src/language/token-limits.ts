import { Lexer } from 'yaml';

export interface TextLimits {
  /** levels of nesting */
  readonly depthMax: number;
  /** keys and values, aliases expanded */
  readonly nodesMax: number;
}

/** Something wrong with the text itself, at an offset in UTF-16 units. */
export interface TextFault {
  readonly offset: number;
  readonly pointer: string;
  readonly message: string;
}

/** The text cut into the lexer's tokens, or why it is not read any further. */
export type Tokens =
  | { readonly ok: true; readonly tokens: readonly string[] }
  | { readonly ok: false; readonly fault: TextFault };

/**
 * Refuses a text that nests too deep or holds too much, before it is composed: composing recurses per level, and
 * costs a hundred times what a token does. The lexer is a flat loop, and tells brackets in quotes, comments and
 * block scalars from real ones. The measure is coarse (nesting may be twice what is counted here, since a list
 * may stand at its key's column; blocks are not counted as nodes); the exact bounds are checked on the composed nodes.
 */
export function readTokens(text: string, limits: TextLimits): Tokens {
  const tokensMax = limits.nodesMax * tokensPerNode;
  const tokens: string[] = [];
  const columns: number[] = [];
  let flowDepth = 0;
  let offset = 0;
  let lineStart = 0;
  let nodes = 0;
  let isScalar = false;
  let startsNode = true;
  for (const token of new Lexer().lex(text)) {
    tokens.push(token);
    if (!isScalar && zeroWidth.has(token)) {
      isScalar = token === scalarMark;
      continue;
    }
    if (isScalar || nodeStarts.has(token[0])) nodes += 1;
    if (nodes > limits.nodesMax) return refused(offset, tooLarge(limits));
    if (tokens.length > tokensMax) return refused(offset, tooLong(tokensMax));
    if (isScalar || !isBlank(token)) {
      const isProperty = !isScalar && (token[0] === '&' || token[0] === '!');
      if (flowDepth === 0 && startsNode && !isProperty) enterColumn(columns, offset - lineStart);
      startsNode = isProperty ? startsNode : !isScalar && indicators.has(token);
      if (!isScalar) flowDepth = nextFlowDepth(flowDepth, token);
      if (columns.length + flowDepth > limits.depthMax + depthSlack) return refused(offset, tooDeep(limits));
    }
    isScalar = false;
    const newline = token.lastIndexOf('\n');
    if (newline !== -1) {
      lineStart = offset + newline + 1;
      startsNode = true;
    }
    offset += token.length;
  }
  return { ok: true, tokens };
}

export function tooDeep(limits: TextLimits): string {
  return `the definition nests deeper than ${limits.depthMax} levels`;
}

export function tooLarge(limits: TextLimits): string {
  return `the definition has more than ${limits.nodesMax} keys and values (aliases expanded)`;
}

function tooLong(tokensMax: number): string {
  return `the definition has more than ${tokensMax} words, signs, comments and line breaks`;
}

/** The lexer's marks: byte order mark, begin of a document, end of a flow, "the next token is a plain scalar". */
const scalarMark = '\u001f';
const zeroWidth: ReadonlySet<string> = new Set(['\u0002', '\u0018', scalarMark]);

/** Indentation, dash, space, mark, value and line break, and two for comments and empty lines. */
const tokensPerNode = 8;

/** What a quoted text, an alias and a collection in brackets begin with: one key or value each, at least. */
const nodeStarts: ReadonlySet<string | undefined> = new Set(['"', "'", '*', '[', '{']);

/** What a node may follow on the same line. */
const indicators: ReadonlySet<string> = new Set(['-', '?', ':', '---']);

/** The plain value behind a key counts as a column but is no level. */
const depthSlack = 2;

function isBlank(token: string): boolean {
  const first = token[0];
  return first === undefined || ' \t\r\n#\ufeff'.includes(first);
}

function enterColumn(columns: number[], column: number): void {
  while ((columns.at(-1) ?? -1) > column) columns.pop();
  if ((columns.at(-1) ?? -1) < column) columns.push(column);
}

function nextFlowDepth(depth: number, token: string): number {
  if (token === '[' || token === '{') return depth + 1;
  if (token === ']' || token === '}') return Math.max(0, depth - 1);
  return depth;
}

function refused(offset: number, message: string): Tokens {
  return { ok: false, fault: { offset, pointer: '', message } };
}
