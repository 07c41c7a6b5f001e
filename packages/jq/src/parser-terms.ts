import type { Definition, Entry, Node, Pattern, PatternEntry, Span } from './ast.ts';
import { constantValue } from './constant.ts';
import { JqSyntaxError } from './errors.ts';
import { Lexer, type Token, type TokenType } from './lexer.ts';
import { describe } from './values/print.ts';

/** Brackets and operators may nest this deep in a source. */
const NESTING_MAX = 500;

type Shape<T> = T extends unknown ? Omit<T, 'start' | 'end'> : never;

/** Terms, patterns and the handling of tokens; the operators between terms are in the parser proper. */
export abstract class TermParser {
  protected token: Token;
  readonly #source: string;
  readonly #lexer: Lexer;
  #end = 0;
  #nesting = 0;

  constructor(source: string) {
    this.#source = source;
    this.#lexer = new Lexer(source);
    this.token = this.#lexer.next();
  }

  protected abstract query(): Node;
  protected abstract expression(): Node;
  protected abstract definition(): Definition;
  protected abstract patterns(): Pattern[];

  protected term(): Node {
    const start = this.token.start;
    let term = this.#primary();
    for (;;) {
      const next = this.#suffix(term, start);
      if (next === undefined) return term;
      term = next;
    }
  }

  #primary(): Node {
    const { type, start, text } = this.token;
    switch (type) {
      case 'number':
        this.advance();
        return this.node({ type: 'literal', value: Number(text) }, start);
      case 'string-start':
        return this.string('text');
      case 'format':
        this.advance();
        if (this.isAt('string-start')) return this.string(text, start);
        return this.node({ type: 'format', name: text }, start);
      case 'field':
        this.advance();
        return this.#index(
          this.node({ type: 'identity' }, start),
          this.node({ type: 'literal', value: text }, start),
          start,
        );
      case 'binding':
        this.advance();
        return text === '__loc__'
          ? this.#location(start)
          : this.node({ type: 'variable', name: text }, start);
      case 'identifier':
        return this.#call();
      case 'keyword':
        return this.#keyword();
      default:
        return this.#bracket();
    }
  }

  #bracket(): Node {
    const { start, text } = this.token;
    if (!this.isAt('operator')) return this.failUnexpected('an expression');
    switch (text) {
      case '.':
        this.advance();
        if (this.isAt('string-start')) {
          return this.#index(this.node({ type: 'identity' }, start), this.string('text'), start);
        }
        if (this.isAt('identifier') && this.token.start === start + 1) {
          return this.failAt('try .["field"] instead of .field for unusually named fields', this.token);
        }
        return this.node({ type: 'identity' }, start);
      case '..':
        this.advance();
        return this.node({ type: 'call', name: 'recurse', args: [] }, start);
      case '-': {
        this.advance();
        const operand = this.nested(() => this.term());
        return this.node({ type: 'negate', operand }, start);
      }
      case '(': {
        this.advance();
        const inner = this.query();
        this.expect(')');
        return inner;
      }
      case '[': {
        this.advance();
        const content = this.isOperator(']') ? null : this.query();
        this.expect(']');
        return this.node({ type: 'array', content }, start);
      }
      case '{':
        return this.#object();
      default:
        return this.failUnexpected('an expression');
    }
  }

  #suffix(target: Node, start: number): Node | undefined {
    if (this.isAt('field')) {
      const { text, start: keyStart } = this.advance();
      return this.#index(target, this.node({ type: 'literal', value: text }, keyStart), start);
    }
    if (!this.isAt('operator')) return undefined;
    switch (this.token.text) {
      case '.':
        this.advance();
        if (this.isAt('string-start')) return this.#index(target, this.string('text'), start);
        if (this.isOperator('[')) return this.#brackets(target, start);
        return this.failUnexpected("a string or '['");
      case '[':
        return this.#brackets(target, start);
      case '?':
        this.advance();
        return this.node({ type: 'try', body: target, handler: null }, start);
      default:
        return undefined;
    }
  }

  #index(target: Node, key: Node, start: number): Node {
    const optional = this.accept('?');
    return this.node({ type: 'index', target, key, optional }, start);
  }

  #brackets(target: Node, start: number): Node {
    this.expect('[');
    if (this.accept(']')) {
      const optional = this.accept('?');
      return this.node({ type: 'iterate', target, optional }, start);
    }
    const open = this.node({ type: 'literal', value: null }, this.token.start);
    const from = this.isOperator(':') ? open : this.query();
    if (this.accept(']')) return this.#index(target, from, start);
    this.expect(':');
    const to = this.isOperator(']') && from !== open ? open : this.query();
    this.expect(']');
    const optional = this.accept('?');
    return this.node({ type: 'slice', target, from, to, optional }, start);
  }

  #call(): Node {
    const { start, text: name } = this.advance();
    if (!this.isOperator('(')) {
      if (name === 'true' || name === 'false')
        return this.node({ type: 'literal', value: name === 'true' }, start);
      if (name === 'null') return this.node({ type: 'literal', value: null }, start);
      return this.node({ type: 'call', name, args: [] }, start);
    }
    const args: Node[] = [];
    do {
      this.advance();
      args.push(this.query());
    } while (this.isOperator(';'));
    this.expect(')');
    return this.node({ type: 'call', name, args }, start);
  }

  #keyword(): Node {
    switch (this.token.text) {
      case 'if':
        return this.#if();
      case 'try':
        return this.#try();
      case 'reduce':
      case 'foreach':
        return this.#fold();
      case 'break': {
        const { start } = this.advance();
        if (!this.isAt('binding')) return this.failAt('break requires a label to break to', this.token);
        return this.node({ type: 'break', name: this.binding() }, start);
      }
      default:
        return this.failUnexpected('an expression');
    }
  }

  /** Also for `elif`, which is an `if` in the `else` branch that shares its `end`. */
  #if(): Node {
    const { start } = this.advance();
    const condition = this.query();
    this.expectKeyword('then');
    const then = this.query();
    let otherwise: Node | null = null;
    if (this.isKeyword('elif')) {
      otherwise = this.nested(() => this.#if());
    } else {
      if (this.isKeyword('else')) {
        this.advance();
        otherwise = this.query();
      }
      this.expectKeyword('end');
    }
    return this.node({ type: 'if', condition, then, otherwise }, start);
  }

  #try(): Node {
    const { start } = this.advance();
    const body = this.nested(() => this.term());
    let handler: Node | null = null;
    if (this.isKeyword('catch')) {
      this.advance();
      handler = this.nested(() => this.term());
    }
    return this.node({ type: 'try', body, handler }, start);
  }

  #fold(): Node {
    const { start, text } = this.advance();
    const source = this.expression();
    this.expectKeyword('as');
    const patterns = this.patterns();
    this.expect('(');
    const init = this.query();
    this.expect(';');
    const update = this.query();
    if (text === 'reduce') {
      this.expect(')');
      return this.node({ type: 'reduce', source, patterns, init, update }, start);
    }
    const extract = this.accept(';') ? this.query() : null;
    this.expect(')');
    return this.node({ type: 'foreach', source, patterns, init, update, extract }, start);
  }

  protected string(format: string, start = this.token.start): Node {
    this.advance();
    const parts: (string | Node)[] = [];
    while (!this.isAt('string-end')) {
      if (this.isAt('string-text')) {
        parts.push(this.advance().text);
      } else {
        this.advance();
        parts.push(this.query());
        if (!this.isAt('interpolation-end')) this.failUnexpected("')'");
        this.advance();
      }
    }
    this.advance();
    if (parts.every((part) => typeof part === 'string')) {
      return this.node({ type: 'literal', value: parts.join('') }, start);
    }
    return this.node({ type: 'string', format, parts }, start);
  }

  #object(): Node {
    const { start } = this.advance();
    const entries: Entry[] = [];
    while (!this.isOperator('}')) {
      entries.push(this.#entry());
      if (!this.accept(',')) break;
    }
    this.expect('}');
    return this.node({ type: 'object', entries }, start);
  }

  #entry(): Entry {
    const { type, start, text } = this.token;
    if (type === 'binding') {
      this.advance();
      const name = this.node({ type: 'literal', value: text }, start);
      const variable =
        text === '__loc__' ? this.#location(start) : this.node({ type: 'variable', name: text }, start);
      if (text === '__loc__' || !this.accept(':')) return { key: name, value: variable };
      return { key: variable, value: this.#entryValue() };
    }
    const key = this.#key();
    const mustHaveValue = type === 'operator';
    if (mustHaveValue) this.expect(':');
    else if (!this.accept(':')) {
      if (!this.isOperator(',') && !this.isOperator('}')) this.failUnexpected("':', ',' or '}'");
      return { key, value: null };
    }
    return { key, value: this.#entryValue() };
  }

  #key(): Node {
    const { type, start, text } = this.token;
    if (type === 'identifier' || type === 'keyword') {
      this.advance();
      return this.node({ type: 'literal', value: text }, start);
    }
    if (type === 'string-start') return this.string('text');
    if (type === 'format') {
      this.advance();
      if (!this.isAt('string-start')) this.failUnexpected('a string');
      return this.string(text, start);
    }
    if (!this.isOperator('(')) {
      const isExpression =
        type === 'number' || type === 'field' || this.isOperator('-') || this.isOperator('.');
      if (isExpression) return this.failAt('May need parentheses around object key expression', this.token);
      return this.failUnexpected('a key');
    }
    this.advance();
    const key = this.query();
    this.expect(')');
    const constant = constantValue(key);
    if (constant !== undefined && typeof constant !== 'string') {
      return this.failAt(`Cannot use ${describe(constant)} as object key`, key);
    }
    return key;
  }

  /** Values of entries may be pipes, but a comma ends them. */
  #entryValue(): Node {
    const start = this.token.start;
    const left = this.expression();
    if (!this.accept('|')) return left;
    return this.node({ type: 'pipe', left, right: this.nested(() => this.#entryValue()) }, start);
  }

  protected pattern(): Pattern {
    return this.nested(() => this.#pattern());
  }

  #pattern(): Pattern {
    if (this.isAt('binding')) return { type: 'variable', name: this.advance().text };
    if (this.accept('[')) {
      const items = this.#list(() => this.pattern());
      this.expect(']');
      return { type: 'array', items };
    }
    if (!this.isOperator('{')) return this.failUnexpected("$name, '[' or '{'");
    this.advance();
    const entries = this.#list(() => this.#patternEntry());
    this.expect('}');
    return { type: 'object', entries };
  }

  #patternEntry(): PatternEntry {
    if (this.isAt('binding')) {
      const { text, start } = this.advance();
      const key = this.node({ type: 'literal', value: text }, start);
      return { variable: text, key, pattern: this.accept(':') ? this.pattern() : null };
    }
    const key = this.#key();
    this.expect(':');
    return { variable: null, key, pattern: this.pattern() };
  }

  #list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.accept(',')) items.push(item());
    return items;
  }

  #location(start: number): Node {
    const line = this.#source.slice(0, start).split('\n').length;
    return this.node({ type: 'literal', value: { file: '<top-level>', line } }, start);
  }

  protected binding(): string {
    if (!this.isAt('binding')) this.failUnexpected('$name');
    return this.advance().text;
  }

  protected advance(): Token {
    const token = this.token;
    this.#end = token.end;
    this.token = this.#lexer.next();
    return token;
  }

  protected isAt(type: TokenType): boolean {
    return this.token.type === type;
  }

  protected isOperator(text: string): boolean {
    return this.isAt('operator') && this.token.text === text;
  }

  protected isKeyword(text: string): boolean {
    return this.isAt('keyword') && this.token.text === text;
  }

  protected accept(operator: string): boolean {
    if (!this.isOperator(operator)) return false;
    this.advance();
    return true;
  }

  protected expect(operator: string): Token {
    return this.isOperator(operator) ? this.advance() : this.failUnexpected(`'${operator}'`);
  }

  protected expectKeyword(keyword: string): Token {
    return this.isKeyword(keyword) ? this.advance() : this.failUnexpected(`'${keyword}'`);
  }

  protected nested<T>(parse: () => T): T {
    if (++this.#nesting > NESTING_MAX) return this.failAt('the program is nested too deeply', this.token);
    const result = parse();
    this.#nesting--;
    return result;
  }

  protected node(shape: Shape<Node>, start: number): Node {
    return { ...shape, start, end: Math.max(this.#end, start) } as Node;
  }

  protected failUnexpected(expected: string): never {
    const { type, text } = this.token;
    const found = type === 'end' ? 'end of file' : type === 'string-text' ? 'text' : `'${text}'`;
    return this.failAt(`syntax error, unexpected ${found}, expecting ${expected}`, this.token);
  }

  protected failAt(message: string, span: Span): never {
    throw new JqSyntaxError(message, this.#source, span.start, Math.max(span.end - span.start, 1));
  }
}
