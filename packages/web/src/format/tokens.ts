/** Colours for text that is shown and not edited: YAML and JSON, a line at a time. Nothing is parsed. */
export type TokenKind = 'text' | 'key' | 'string' | 'number' | 'constant' | 'comment' | 'expression' | 'mark';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
}

/** The tokens of one line; put together they are the line. */
export function tokensOf(line: string): readonly Token[] {
  const tokens: Token[] = [];
  let rest = line;
  let atKey = true;
  while (rest !== '') {
    const token = nextToken(rest, atKey);
    tokens.push(token);
    atKey = token.kind === 'mark' ? /[-{[,]/.test(token.text) : atKey && token.text.trim() === '';
    rest = rest.slice(token.text.length);
  }
  return tokens;
}

const patterns: readonly (readonly [TokenKind, RegExp])[] = [
  ['comment', /^#.*$/],
  ['expression', /^\$\{.*\}(?=['"]?\s*[,}\]]*\s*(?:#.*)?$)/],
  ['string', /^"(?:[^"\\]|\\.)*"|^'(?:[^']|'')*'/],
  ['number', /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?=\s*(?:[,}\]#]|$))/],
  ['constant', /^(?:true|false|null|~)(?=\s*(?:[,}\]#]|$))/],
  ['mark', /^(?:-(?=\s|$)|[{}[\],:|>])/],
  ['text', /^\s+/],
];

const key = /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[\w$./~@-]+)(?=\s*:(?:\s|$))/;

function nextToken(rest: string, atKey: boolean): Token {
  const found = atKey ? key.exec(rest)?.[0] : undefined;
  if (found !== undefined && found !== '-') return { kind: 'key', text: found };
  for (const [kind, pattern] of patterns) {
    const text = pattern.exec(rest)?.[0];
    if (text === undefined || text === '') continue;
    return { kind: kind === 'string' && text.includes('${') ? 'expression' : kind, text };
  }
  return { kind: 'text', text: /^[^\s,{}[\]]+|^./.exec(rest)?.[0] ?? rest };
}
