import { type CharSet, complementSet, rangeSet, unionSet } from './char-set.ts';
import { readEcmaChar } from './ecma-escape.ts';
import {
  type AnchorKind,
  choice,
  type Node,
  type ParsedPattern,
  type RepeatMode,
  sequence,
} from './nodes.ts';
import { Scanner } from './scanner.ts';
import { asciiDigit, asciiWord, ecmaProperty, ecmaSpace } from './unicode-properties.ts';

const NESTING_MAX = 250;
const GROUPS_MAX = 1000;

/** Parses a pattern of ECMA-262 as with the flag `u`: what that flag forbids is an error. */
export function parseEcma(pattern: string): ParsedPattern {
  const parser = new Parser(pattern);
  const root = parser.alternatives();
  if (!parser.scanner.done) parser.scanner.fail('unmatched )');
  parser.resolveReferences();
  return { root, names: parser.names, dialect: 'ecma' };
}

/** A reference that may name a group further on. */
interface PendingReference {
  readonly node: { type: 'backreference'; groups: readonly number[]; ignoreCase: boolean };
  readonly name: string;
  readonly offset: number;
}

class Parser {
  readonly scanner: Scanner;
  readonly names: (string | null)[] = [];
  private readonly references: PendingReference[] = [];
  private depth = 0;

  constructor(pattern: string) {
    this.scanner = new Scanner(pattern);
  }

  alternatives(): Node {
    if (++this.depth > NESTING_MAX) this.scanner.fail(`more than ${NESTING_MAX} groups within each other`);
    const items = [this.branch()];
    while (this.scanner.eat('|')) items.push(this.branch());
    this.depth--;
    return choice(items);
  }

  resolveReferences(): void {
    for (const { node, name, offset } of this.references) {
      const group = /^[0-9]+$/.test(name) ? Number(name) : this.names.indexOf(name) + 1;
      if (group < 1 || group > this.names.length) this.scanner.fail(`there is no group ${name}`, offset);
      node.groups = [group];
    }
  }

  private branch(): Node {
    const items: Node[] = [];
    for (;;) {
      const next = this.scanner.peek();
      if (next === '' || next === '|' || next === ')') return sequence(items);
      items.push(this.item());
    }
  }

  private item(): Node {
    const { scanner } = this;
    const isWrapped = scanner.source.startsWith('(?:', scanner.at);
    const body = this.atom();
    const at = scanner.at;
    const found = scanner.match(/(?:([*+?])|\{([0-9]+)(,?)([0-9]*)\})(\??)/y);
    if (found === null) return body;
    if (!isWrapped && (body.type === 'anchor' || body.type === 'look'))
      scanner.fail('an assertion cannot be repeated', at);
    const [, sign, low = '0', comma = '', high = '', lazy] = found;
    const min = sign === undefined ? Number(low) : sign === '+' ? 1 : 0;
    const max = sign === undefined ? upperBound(low, comma, high) : sign === '?' ? 1 : Infinity;
    if (min > max) scanner.fail('numbers out of order in quantifier', at);
    const mode: RepeatMode = lazy === '?' ? 'lazy' : 'greedy';
    return { type: 'repeat', body, min, max, mode };
  }

  private atom(): Node {
    const { scanner } = this;
    const start = scanner.at;
    const text = scanner.next();
    switch (text) {
      case '(':
        return this.group(start);
      case '[':
        return { type: 'set', set: this.classSet(start) };
      case '.':
        return { type: 'set', set: notLineEnd };
      case '^':
        return anchor('textStart');
      case '$':
        return anchor('textEnd');
      case '\\':
        return this.escape(start);
      case '*':
      case '+':
      case '?':
        return scanner.fail('nothing to repeat', start);
      case '{':
      case '}':
      case ']':
        return scanner.fail(`${text} must be escaped`, start);
      default:
        return char(text.codePointAt(0) ?? 0);
    }
  }

  private escape(start: number): Node {
    const { scanner } = this;
    const set = this.setEscape(start);
    if (set !== null) return { type: 'set', set };
    if (scanner.eat('b')) return anchor('wordBoundary');
    if (scanner.eat('B')) return anchor('notWordBoundary');
    const reference = scanner.match(/(?:([1-9][0-9]{0,8})|k<([^>]*)>)/y);
    if (reference !== null) return this.reference(reference[1] ?? reference[2] ?? '', start);
    return char(readEcmaChar(scanner, start, false));
  }

  private reference(name: string, offset: number): Node {
    const node = { type: 'backreference' as const, groups: [] as readonly number[], ignoreCase: false };
    this.references.push({ node, name, offset });
    return node;
  }

  private setEscape(start: number): CharSet | null {
    const { scanner } = this;
    const known = SETS.get(scanner.peek());
    if (known !== undefined) {
      scanner.next();
      return known;
    }
    if (scanner.peek() !== 'p' && scanner.peek() !== 'P') return null;
    const found = scanner.match(/([pP])\{([^{}]*)\}/y) ?? scanner.fail('invalid property name', start);
    const set = ecmaProperty(found[2] ?? '') ?? scanner.fail(`there is no property ${found[2]}`, start);
    return found[1] === 'P' ? complementSet(set) : set;
  }

  private group(start: number): Node {
    const { scanner } = this;
    if (!scanner.eat('?')) return this.capturing(null, start);
    if (scanner.eat(':')) return this.body(start);
    for (const [opening, behind, negative] of LOOKS) {
      if (scanner.eat(opening)) return { type: 'look', behind, negative, body: this.body(start) };
    }
    const name = scanner.match(/<([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)>/uy);
    if (name === null) return scanner.fail('invalid group', start);
    if (this.names.includes(name[1] ?? '')) scanner.fail(`the name ${name[1]} is given to two groups`, start);
    return this.capturing(name[1] ?? null, start);
  }

  private capturing(name: string | null, start: number): Node {
    this.names.push(name);
    const index = this.names.length;
    if (index > GROUPS_MAX) this.scanner.fail(`more than ${GROUPS_MAX} groups`, start);
    return { type: 'group', index, body: this.body(start) };
  }

  private body(start: number): Node {
    const body = this.alternatives();
    if (!this.scanner.eat(')')) this.scanner.fail('unclosed group', start);
    return body;
  }

  private classSet(start: number): CharSet {
    const { scanner } = this;
    const isNegative = scanner.eat('^');
    const ranges: [number, number][] = [];
    const sets: CharSet[] = [];
    while (!scanner.eat(']')) {
      const low = this.classAtom(start);
      if (typeof low !== 'number') sets.push(low);
      if (!/-[^\]]/y.test(scanner.source.slice(scanner.at, scanner.at + 2))) {
        if (typeof low === 'number') ranges.push([low, low]);
        continue;
      }
      scanner.next();
      const high = this.classAtom(start);
      if (typeof low !== 'number' || typeof high !== 'number')
        return scanner.fail('a range needs two characters', start);
      if (low > high) scanner.fail('range out of order in character class', start);
      ranges.push([low, high]);
    }
    const set = unionSet([rangeSet(ranges), ...sets]);
    return isNegative ? complementSet(set) : set;
  }

  private classAtom(start: number): number | CharSet {
    const { scanner } = this;
    const at = scanner.at;
    const text = scanner.next();
    if (text === '') scanner.fail('unclosed character class', start);
    if (text !== '\\') return text.codePointAt(0) ?? 0;
    const set = this.setEscape(at);
    if (set !== null) return set;
    return scanner.eat('b') ? 0x08 : readEcmaChar(scanner, at, true);
  }
}

const notLineEnd = complementSet(
  rangeSet([
    [0x0a, 0x0a],
    [0x0d, 0x0d],
    [0x2028, 0x2029],
  ]),
);

const SETS: ReadonlyMap<string, CharSet> = new Map([
  ['d', asciiDigit],
  ['D', complementSet(asciiDigit)],
  ['w', asciiWord],
  ['W', complementSet(asciiWord)],
  ['s', ecmaSpace],
  ['S', complementSet(ecmaSpace)],
]);

const LOOKS: readonly (readonly [string, boolean, boolean])[] = [
  ['=', false, false],
  ['!', false, true],
  ['<=', true, false],
  ['<!', true, true],
];

function upperBound(low: string, comma: string, high: string): number {
  if (comma === '') return Number(low);
  return high === '' ? Infinity : Number(high);
}

function anchor(kind: AnchorKind): Node {
  return { type: 'anchor', kind, word: asciiWord };
}

function char(codePoint: number): Node {
  return { type: 'char', codePoint, ignoreCase: false };
}
