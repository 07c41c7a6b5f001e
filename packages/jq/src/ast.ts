import type { Json } from './values/json.ts';

/** Where a node stands in its source: UTF-16 offsets. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type BinaryOperator = ArithmeticOperator | ComparisonOperator;
export type UpdateOperator = '=' | '|=' | '+=' | '-=' | '*=' | '/=' | '%=' | '//=';

export type Node = Span &
  (
    | { readonly type: 'identity' }
    | { readonly type: 'literal'; readonly value: Json }
    | { readonly type: 'string'; readonly format: string; readonly parts: readonly (string | Node)[] }
    | { readonly type: 'format'; readonly name: string }
    | { readonly type: 'index'; readonly target: Node; readonly key: Node; readonly optional: boolean }
    | {
        readonly type: 'slice';
        readonly target: Node;
        readonly from: Node;
        readonly to: Node;
        readonly optional: boolean;
      }
    | { readonly type: 'iterate'; readonly target: Node; readonly optional: boolean }
    | { readonly type: 'pipe'; readonly left: Node; readonly right: Node }
    | { readonly type: 'comma'; readonly left: Node; readonly right: Node }
    | {
        readonly type: 'binary';
        readonly operator: BinaryOperator;
        readonly left: Node;
        readonly right: Node;
      }
    | { readonly type: 'and' | 'or'; readonly left: Node; readonly right: Node }
    | { readonly type: 'alternative'; readonly left: Node; readonly right: Node }
    | {
        readonly type: 'update';
        readonly operator: UpdateOperator;
        readonly left: Node;
        readonly right: Node;
      }
    | { readonly type: 'negate'; readonly operand: Node }
    | { readonly type: 'array'; readonly content: Node | null }
    | { readonly type: 'object'; readonly entries: readonly Entry[] }
    | { readonly type: 'if'; readonly condition: Node; readonly then: Node; readonly otherwise: Node | null }
    | { readonly type: 'try'; readonly body: Node; readonly handler: Node | null }
    | {
        readonly type: 'reduce';
        readonly source: Node;
        readonly patterns: readonly Pattern[];
        readonly init: Node;
        readonly update: Node;
      }
    | {
        readonly type: 'foreach';
        readonly source: Node;
        readonly patterns: readonly Pattern[];
        readonly init: Node;
        readonly update: Node;
        readonly extract: Node | null;
      }
    | {
        readonly type: 'bind';
        readonly source: Node;
        readonly patterns: readonly Pattern[];
        readonly body: Node;
      }
    | { readonly type: 'label'; readonly name: string; readonly body: Node }
    | { readonly type: 'break'; readonly name: string }
    | { readonly type: 'variable'; readonly name: string }
    | { readonly type: 'call'; readonly name: string; readonly args: readonly Node[] }
    | { readonly type: 'define'; readonly definition: Definition; readonly body: Node }
  );

/** An entry of an object; without a value it is `key: .[key]`. */
export interface Entry {
  readonly key: Node;
  readonly value: Node | null;
}

/** `name` is `$x` for a parameter that is evaluated before the call. */
export interface Definition extends Span {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly body: Node;
}

export type Pattern =
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'array'; readonly items: readonly Pattern[] }
  | { readonly type: 'object'; readonly entries: readonly PatternEntry[] };

/** `variable` is bound to the value under `key`; `pattern` then takes it apart. */
export interface PatternEntry {
  readonly variable: string | null;
  readonly key: Node;
  readonly pattern: Pattern | null;
}

export interface Import extends Span {
  readonly path: string;
  /** Name prefix of its functions, or of its data variable; null for `include`. */
  readonly alias: string | null;
  readonly isData: boolean;
  readonly metadata: Json;
}

export interface Program {
  readonly metadata: Json;
  readonly imports: readonly Import[];
  readonly definitions: readonly Definition[];
  /** null for a library, which has definitions only. */
  readonly main: Node | null;
}
