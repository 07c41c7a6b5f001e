import { foldCase } from './case-folding.ts';
import type { CharSet } from './char-set.ts';
import type { RegexFlags } from './flags.ts';
import { type AnchorKind, choice, type Node, type ParsedPattern, sequence } from './nodes.ts';
import { readClass } from './oniguruma-class.ts';
import { readCharEscape, readSetEscape } from './oniguruma-escape.ts';
import { readQuantifier } from './oniguruma-quantifier.ts';
import { graphemeNode, newlineNode } from './oniguruma-sequences.ts';
import { Scanner } from './scanner.ts';
import { ONIGURUMA, type OnigurumaSyntax, PERL_NG } from './syntax.ts';
import { anyChar, notNewline, unicodeType } from './unicode-properties.ts';

const NESTING_MAX = 250;
const GROUPS_MAX = 1000;
/** Quantifiers upon one another, as in `a**`. */
const STACKED_MAX = 50;

/** Parses a pattern of Oniguruma; messages of errors are Oniguruma's own. */
export function parseOniguruma(pattern: string, flags: RegexFlags): ParsedPattern {
  const parser = new Parser(pattern, flags);
  const root = parser.alternatives({
    ignoreCase: flags.ignoreCase === true,
    extended: flags.extended === true,
    dotAll: flags.dotAll === true,
    singleLine: parser.syntax.singleLine || flags.singleLine === true,
  });
  if (!parser.scanner.done) parser.scanner.fail('unmatched close parenthesis');
  parser.resolveReferences();
  return { root, names: parser.names, dialect: 'oniguruma' };
}

/** The options that (?imsx) changes, for the rest of a group. */
interface Options {
  readonly ignoreCase: boolean;
  readonly extended: boolean;
  readonly dotAll: boolean;
  readonly singleLine: boolean;
}

/** A call that may name a group further on. */
interface PendingCall {
  readonly node: { type: 'call'; group: number };
  readonly name: string;
  readonly offset: number;
}

class Parser {
  readonly scanner: Scanner;
  readonly syntax: OnigurumaSyntax;
  readonly names: (string | null)[] = [];
  private readonly calls: PendingCall[] = [];
  private readonly numberReferences: { readonly group: number; readonly offset: number }[] = [];
  private options: Options = { ignoreCase: false, extended: false, dotAll: false, singleLine: false };
  private depth = 0;

  constructor(pattern: string, flags: RegexFlags) {
    this.scanner = new Scanner(pattern);
    this.syntax = flags.syntax === 'oniguruma' ? ONIGURUMA : PERL_NG;
  }

  /** Reads alternatives up to `)` or the end. The options hold inside and are put back after. */
  alternatives(options: Options): Node {
    if (++this.depth > NESTING_MAX) this.scanner.fail('parse depth limit over');
    const outer = this.options;
    this.options = options;
    const items = [this.branch()];
    while (this.scanner.eat('|')) items.push(this.branch());
    this.options = outer;
    this.depth--;
    return choice(items);
  }

  resolveReferences(): void {
    for (const { group, offset } of this.numberReferences) {
      if (group < 1 || group > this.names.length) this.scanner.fail('invalid backref number/name', offset);
    }
    for (const { node, name, offset } of this.calls) node.group = this.calledGroup(name, offset);
  }

  private branch(): Node {
    const items: Node[] = [];
    for (;;) {
      this.skipExtended();
      const next = this.scanner.peek();
      if (next === '' || next === '|' || next === ')') return sequence(items);
      const atom = this.atom();
      if (atom !== null) items.push(this.quantified(atom));
    }
  }

  private skipExtended(): void {
    while (this.scanner.match(this.options.extended ? EXTENDED_SKIP : COMMENT) !== null);
    if (this.scanner.source.startsWith('(?#', this.scanner.at)) this.scanner.fail('end pattern in group');
  }

  private quantified(atom: Node): Node {
    let node = atom;
    for (let stacked = 0; ; stacked++) {
      if (stacked > STACKED_MAX) this.scanner.fail('nested repeat operator');
      this.skipExtended();
      const at = this.scanner.at;
      const quantifier = readQuantifier(this.scanner, this.syntax);
      if (quantifier === null) return node;
      if (node.type === 'anchor' || node.type === 'look') {
        this.scanner.fail('target of repeat operator is invalid', at);
      }
      node = { type: 'repeat', body: node, ...quantifier };
    }
  }

  /** Reads one item; null for what leaves nothing to match (an option, an empty quotation). */
  private atom(): Node | null {
    const { scanner } = this;
    const at = scanner.at;
    if (readQuantifier(scanner, this.syntax) !== null) {
      scanner.fail('target of repeat operator is not specified', at);
    }
    const text = scanner.next();
    switch (text) {
      case '(':
        return this.group(at);
      case '[':
        return { type: 'set', set: readClass(scanner, this.syntax, this.options.ignoreCase) };
      case '.':
        return { type: 'set', set: this.options.dotAll ? anyChar : notNewline };
      case '^':
        return this.anchor(this.options.singleLine ? 'textStart' : 'lineStart');
      case '$':
        return this.anchor(this.options.singleLine ? 'textEndOrFinalNewline' : 'lineEnd');
      case '\\':
        return this.escape();
      default:
        return this.char(text.codePointAt(0) ?? 0);
    }
  }

  private char(codePoint: number): Node {
    const text = String.fromCodePoint(codePoint);
    const hasCase =
      this.options.ignoreCase && (foldCase(codePoint) !== codePoint || text.toUpperCase() !== text);
    return { type: 'char', codePoint: hasCase ? foldCase(codePoint) : codePoint, ignoreCase: hasCase };
  }

  private anchor(kind: AnchorKind): Node {
    return { type: 'anchor', kind, word: unicodeWord() };
  }

  private escape(): Node | null {
    const { scanner } = this;
    const at = scanner.at - 1;
    const set = readSetEscape(scanner, this.syntax);
    if (set !== null) return { type: 'set', set };
    const kind = ESCAPED_ANCHORS.get(scanner.peek());
    if (kind !== undefined) {
      scanner.next();
      return this.anchor(kind);
    }
    const number = scanner.match(/[1-9][0-9]{0,8}/y);
    if (number !== null) return this.numberedBackreference(number[0], at);
    switch (scanner.peek()) {
      case 'K':
        scanner.next();
        return { type: 'keep' };
      case 'R':
        scanner.next();
        return newlineNode;
      case 'X':
        scanner.next();
        return graphemeNode();
      case 'N':
        scanner.next();
        return { type: 'set', set: notNewline };
      case 'O':
        scanner.next();
        return { type: 'set', set: anyChar };
      case 'y':
      case 'Y':
        return scanner.fail('text segment boundaries (\\y, \\Y) are not supported', at);
      case 'k':
        return this.namedReference(/k(?:<([^>]*)>|'([^']*)')/y, (name) => this.backreference(name, at));
      case 'g':
        return this.namedReference(/g(?:<([^>]*)>|'([^']*)')/y, (name) => this.call(name, at));
      case 'Q':
        return this.syntax.quote ? this.quotation() : this.char(readCharEscape(scanner, this.syntax));
      default:
        return this.char(readCharEscape(scanner, this.syntax));
    }
  }

  /** `\12` is group 12 if there are so many before it, else the octal escape of a byte. */
  private numberedBackreference(digits: string, at: number): Node {
    const group = Number(digits);
    if (group <= 9 || group <= this.names.length) {
      this.numberReferences.push({ group, offset: at });
      return { type: 'backreference', groups: [group], ignoreCase: this.options.ignoreCase };
    }
    this.scanner.at = at + 1;
    if (digits.startsWith('8') || digits.startsWith('9'))
      return this.char(this.scanner.next().codePointAt(0) ?? 0);
    return this.char(readCharEscape(this.scanner, this.syntax));
  }

  private namedReference(form: RegExp, read: (name: string) => Node): Node {
    const found = this.scanner.match(form);
    if (found === null) return this.char(this.scanner.next().codePointAt(0) ?? 0);
    return read(found[1] ?? found[2] ?? '');
  }

  private backreference(name: string, at: number): Node {
    const { ignoreCase } = this.options;
    const group = groupNumber(name, this.names.length);
    if (group !== null) {
      this.numberReferences.push({ group, offset: at });
      return { type: 'backreference', groups: [group], ignoreCase };
    }
    const groups = this.groupsNamed(name);
    if (groups.length === 0) this.scanner.fail(`undefined name <${name}> reference`, at);
    // The last group of a name is looked at first.
    return { type: 'backreference', groups: groups.reverse(), ignoreCase };
  }

  private call(name: string, at: number): Node {
    const node: { type: 'call'; group: number } = { type: 'call', group: 0 };
    const isRelative = name.startsWith('-') || name.startsWith('+');
    const number = isRelative ? groupNumber(name, this.names.length) : null;
    this.calls.push({ node, name: number === null ? name : String(number), offset: at });
    return node;
  }

  private calledGroup(name: string, offset: number): number {
    if (/^[0-9]{1,9}$/.test(name)) {
      if (Number(name) > this.names.length) this.scanner.fail(`undefined group <${name}> reference`, offset);
      return Number(name);
    }
    const [group, second] = this.groupsNamed(name);
    if (group === undefined) return this.scanner.fail(`undefined name <${name}> reference`, offset);
    if (second !== undefined) this.scanner.fail(`multiplex definition name <${name}> call`, offset);
    return group;
  }

  private groupsNamed(name: string): number[] {
    return this.names.flatMap((other, i) => (other === name ? [i + 1] : []));
  }

  private quotation(): Node | null {
    const { scanner } = this;
    const start = scanner.at + 1;
    const end = scanner.source.indexOf('\\E', start);
    scanner.at = end < 0 ? scanner.source.length : end + 2;
    const chars = [...scanner.source.slice(start, end < 0 ? undefined : end)];
    return chars.length === 0 ? null : sequence(chars.map((char) => this.char(char.codePointAt(0) ?? 0)));
  }

  private group(start: number): Node | null {
    const { scanner } = this;
    if (scanner.peek() === '*') return scanner.fail('callouts (*name) are not supported', start);
    if (!scanner.eat('?')) return this.capturing(null, start);
    const name = scanner.match(/(?:<([^>=!]?[^>]*)>|'([^']*)')/y);
    if (name !== null && !/^<[=!]/.test(name[0]))
      return this.capturing(this.groupName(name[1] ?? name[2] ?? '', start), start);
    if (name !== null) scanner.at -= name[0].length;
    const call = this.syntax.perlCalls ? scanner.match(/(?:R|&([^)]*)|([-+]?[0-9]{1,9}))\)/y) : null;
    if (call !== null) return this.call(call[1] ?? call[2] ?? '0', start);
    for (const [opening, wrap] of WRAPPERS)
      if (scanner.eat(opening)) return wrap(this.body(start, this.options));
    for (const [opening, what] of UNSUPPORTED)
      if (scanner.eat(opening)) scanner.fail(`${what} are not supported`, start);
    return this.optionGroup(start);
  }

  private capturing(name: string | null, start: number): Node {
    this.names.push(name);
    const index = this.names.length;
    if (index > GROUPS_MAX) this.scanner.fail('too many captures', start);
    return { type: 'group', index, body: this.body(start, this.options) };
  }

  private groupName(name: string, start: number): string {
    if (name === '') this.scanner.fail('group name is empty', start);
    if (!/^[^\P{L}]|^_/u.test(name) || !/^[\p{L}\p{M}\p{N}\p{Pc}]+$/u.test(name)) {
      this.scanner.fail(`invalid group name <${name}>`, start);
    }
    return name;
  }

  private body(start: number, options: Options): Node {
    const body = this.alternatives(options);
    if (!this.scanner.eat(')')) this.scanner.fail('end pattern with unmatched parenthesis', start);
    return body;
  }

  /** `(?i-s:...)`, or `(?i)` for the rest of the group. */
  private optionGroup(start: number): Node | null {
    const found = this.scanner.match(/([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/y);
    if (found === null)
      return this.scanner.fail(this.scanner.done ? 'end pattern in group' : 'undefined group option', start);
    let options = this.options;
    for (const letter of found[1] ?? '') options = this.withOption(options, letter, true, start);
    for (const letter of found[2] ?? '') options = this.withOption(options, letter, false, start);
    if (found[3] === ':') return this.body(start, options);
    if (!this.syntax.isolatedOptionContinuesBranch) return this.alternatives(options);
    this.options = options;
    return null;
  }

  private withOption(options: Options, letter: string, on: boolean, start: number): Options {
    const { perlOptions } = this.syntax;
    if (letter === 'i') return { ...options, ignoreCase: on };
    if (letter === 'x') return { ...options, extended: on };
    if (letter === 's' && perlOptions) return { ...options, dotAll: on };
    if (letter === 'm') return perlOptions ? { ...options, singleLine: !on } : { ...options, dotAll: on };
    return this.scanner.fail('undefined group option', start);
  }
}

const COMMENT = /\(\?#(?:[^)\\]|\\[\s\S])*\)/y;
const EXTENDED_SKIP = /[ \t\n\r\f]|#[^\n]*\n?|\(\?#(?:[^)\\]|\\[\s\S])*\)/y;

const ESCAPED_ANCHORS: ReadonlyMap<string, AnchorKind> = new Map([
  ['A', 'textStart'],
  ['z', 'textEnd'],
  ['Z', 'textEndOrFinalNewline'],
  ['b', 'wordBoundary'],
  ['B', 'notWordBoundary'],
  ['G', 'searchStart'],
]);

const WRAPPERS: readonly (readonly [string, (body: Node) => Node])[] = [
  [':', (body) => body],
  ['=', (body) => ({ type: 'look', behind: false, negative: false, body })],
  ['!', (body) => ({ type: 'look', behind: false, negative: true, body })],
  ['<=', (body) => ({ type: 'look', behind: true, negative: false, body })],
  ['<!', (body) => ({ type: 'look', behind: true, negative: true, body })],
  ['>', (body) => ({ type: 'atomic', body })],
];

const UNSUPPORTED: readonly (readonly [string, string])[] = [
  ['(', 'conditionals (?(...)...)'],
  ['~', 'absent groups (?~...)'],
  ['{', 'callouts (?{...})'],
];

let knownWord: CharSet | undefined;

/** `\b` reads `\w`; built once, when first needed. */
function unicodeWord(): CharSet {
  knownWord ??= unicodeType('word');
  return knownWord;
}

/** The group of `1`, `-1` (counted back from here) or `+1` (counted on); null for a name. */
function groupNumber(name: string, groups: number): number | null {
  const found = /^([-+]?)([0-9]{1,9})$/.exec(name);
  if (found === null) return null;
  const count = Number(found[2]);
  if (found[1] === '-') return groups + 1 - count;
  return found[1] === '+' ? groups + count : count;
}
