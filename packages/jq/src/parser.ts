import type { BinaryOperator, Definition, Import, Node, Pattern, Program, UpdateOperator } from './ast.ts';
import { constantValue } from './constant.ts';
import { TermParser } from './parser-terms.ts';
import { isObject, type Json } from './values/json.ts';

/** Parses a program, or a library when there is no main expression. Throws JqSyntaxError. */
export function parse(source: string): Program {
  return new Parser(source).parseProgram();
}

type Associativity = 'left' | 'right' | 'none';
type Binary = { readonly level: number; readonly associativity: Associativity };

const BINARY: ReadonlyMap<string, Binary> = new Map(
  (
    [
      [['//'], 'right'],
      [['=', '|=', '+=', '-=', '*=', '/=', '%=', '//='], 'none'],
      [['or'], 'left'],
      [['and'], 'left'],
      [['==', '!=', '<', '<=', '>', '>='], 'none'],
      [['+', '-'], 'left'],
      [['*', '/', '%'], 'left'],
    ] as const
  ).flatMap(([operators, associativity], level) =>
    operators.map((operator) => [operator, { level, associativity }] as const),
  ),
);

const UPDATES: ReadonlySet<string> = new Set(['=', '|=', '+=', '-=', '*=', '/=', '%=', '//=']);

class Parser extends TermParser {
  parseProgram(): Program {
    const metadata = this.#module();
    const imports: Import[] = [];
    while (this.isKeyword('import') || this.isKeyword('include')) imports.push(this.#import());
    const definitions: Definition[] = [];
    while (this.isKeyword('def')) definitions.push(this.definition());
    const isLibrary = this.isAt('end') && (definitions.length > 0 || imports.length > 0 || metadata !== null);
    // An empty program is the identity.
    const empty = this.isAt('end') && !isLibrary;
    const main = isLibrary ? null : empty ? this.node({ type: 'identity' }, 0) : this.query();
    if (!this.isAt('end')) this.failUnexpected('end of file');
    return { metadata, imports, definitions, main };
  }

  #module(): Json {
    if (!this.isKeyword('module')) return null;
    this.advance();
    const metadata = this.#metadata();
    this.expect(';');
    return metadata;
  }

  #metadata(): Json {
    const node = this.query();
    const value = constantValue(node);
    if (value === undefined) return this.failAt('Module metadata must be constant', node);
    return isObject(value) ? value : this.failAt('Module metadata must be an object', node);
  }

  #import(): Import {
    const start = this.token.start;
    const isInclude = this.isKeyword('include');
    this.advance();
    if (!this.isAt('string-start')) this.failUnexpected('a string');
    const pathNode = this.string('text');
    const path = constantValue(pathNode);
    if (typeof path !== 'string') return this.failAt('Import path must be constant', pathNode);
    let alias: string | null = null;
    let isData = false;
    if (!isInclude) {
      this.expectKeyword('as');
      if (!this.isAt('binding') && !this.isAt('identifier')) this.failUnexpected('a name or $name');
      isData = this.isAt('binding');
      alias = this.advance().text;
    }
    const metadata = this.isOperator(';') ? null : this.#metadata();
    const end = this.expect(';').end;
    return { path, alias, isData, metadata, start, end };
  }

  override query(): Node {
    return this.nested(() => this.#query());
  }

  #query(): Node {
    const start = this.token.start;
    const parts: Node[] = [];
    // Pipes associate to the right; a loop keeps long ones off the native stack while parsing.
    for (;;) {
      parts.push(this.#comma());
      if (!this.isOperator('|')) break;
      this.advance();
    }
    return parts.reduceRight((right, left) => this.node({ type: 'pipe', left, right }, start));
  }

  #comma(): Node {
    const start = this.token.start;
    let left = this.#commaOperand();
    while (this.isOperator(',')) {
      this.advance();
      const right = this.#commaOperand();
      left = this.node({ type: 'comma', left, right }, start);
    }
    return left;
  }

  /** `def`, `label` and `as` take everything up to the closing bracket as their body. */
  #commaOperand(): Node {
    const start = this.token.start;
    if (this.isKeyword('def')) {
      const definition = this.definition();
      return this.node({ type: 'define', definition, body: this.query() }, start);
    }
    if (this.isKeyword('label')) {
      this.advance();
      const name = this.binding();
      this.expect('|');
      return this.node({ type: 'label', name, body: this.query() }, start);
    }
    const source = this.expression();
    if (!this.isKeyword('as')) return source;
    this.advance();
    const patterns = this.patterns();
    this.expect('|');
    return this.node({ type: 'bind', source, patterns, body: this.query() }, start);
  }

  override expression(): Node {
    return this.#binary(0);
  }

  #binary(level: number): Node {
    const start = this.token.start;
    let left = this.term();
    for (;;) {
      const operator = this.token.text;
      const binary = this.isAt('operator') || this.isAt('keyword') ? BINARY.get(operator) : undefined;
      if (binary === undefined || binary.level < level) return left;
      this.advance();
      const right = this.nested(() =>
        this.#binary(binary.associativity === 'right' ? binary.level : binary.level + 1),
      );
      left = this.#combine(operator, left, right, start);
      if (binary.associativity === 'none' && BINARY.get(this.token.text)?.level === binary.level) {
        this.failUnexpected(`'|' or parentheses, because ${operator} does not associate`);
      }
    }
  }

  #combine(operator: string, left: Node, right: Node, start: number): Node {
    if (operator === 'and' || operator === 'or') return this.node({ type: operator, left, right }, start);
    if (operator === '//') return this.node({ type: 'alternative', left, right }, start);
    if (UPDATES.has(operator)) {
      return this.node({ type: 'update', operator: operator as UpdateOperator, left, right }, start);
    }
    return this.node({ type: 'binary', operator: operator as BinaryOperator, left, right }, start);
  }

  override definition(): Definition {
    const start = this.token.start;
    this.expectKeyword('def');
    if (!this.isAt('identifier')) this.failUnexpected('a function name');
    const name = this.advance().text;
    const parameters: string[] = [];
    if (this.isOperator('(')) {
      do {
        this.advance();
        if (!this.isAt('identifier') && !this.isAt('binding')) this.failUnexpected('a parameter');
        const prefix = this.isAt('binding') ? '$' : '';
        parameters.push(prefix + this.advance().text);
      } while (this.isOperator(';'));
      this.expect(')');
    }
    this.expect(':');
    const body = this.query();
    const end = this.expect(';').end;
    return { name, parameters, body, start, end };
  }

  override patterns(): Pattern[] {
    const patterns = [this.pattern()];
    while (this.isOperator('?//')) {
      this.advance();
      patterns.push(this.pattern());
    }
    return patterns;
  }
}
