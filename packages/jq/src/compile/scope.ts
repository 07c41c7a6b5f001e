import type { Node, Span } from '../ast.ts';
import { JqSyntaxError } from '../errors.ts';
import type { Code } from './code.ts';

/** A function being compiled, or compiled. Calls refer to it, so that it can call itself. */
export interface FunctionUnit {
  readonly name: string;
  /** `$x` for a parameter that is evaluated before the call. */
  readonly parameters: readonly string[];
  /** Bindings around its definition. */
  readonly depth: number;
  /** For each parameter: whether its body calls it as a function (always, unless it is a `$x`). */
  readonly isClosure: readonly boolean[];
  /** While compiling: the assumption that calls are compiled under. */
  yieldsOne: boolean;
  isRecursive: boolean;
  hasTailCall: boolean;
  body: Code | undefined;
}

type Name =
  | { readonly type: 'variable' | 'parameter' | 'label'; readonly name: string }
  | { readonly type: 'function'; readonly name: string; readonly unit: FunctionUnit };

export type Binding =
  | { readonly type: 'slot'; readonly hops: number }
  | { readonly type: 'function'; readonly unit: FunctionUnit; readonly hops: number };

/** What a name means at one place of a program: a chain, innermost first. */
export class Scope {
  readonly #name: Name | undefined;
  readonly #up: Scope | undefined;
  /** Number of bindings that have a slot at run time. */
  readonly depth: number;

  private constructor(name: Name | undefined, up: Scope | undefined, depth: number) {
    this.#name = name;
    this.#up = up;
    this.depth = depth;
  }

  static readonly root: Scope = new Scope(undefined, undefined, 0);

  with(type: 'variable' | 'parameter' | 'label', name: string): Scope {
    return new Scope({ type, name }, this, this.depth + 1);
  }

  withFunction(unit: FunctionUnit, name = unit.name): Scope {
    return new Scope({ type: 'function', name, unit }, this, this.depth);
  }

  slot(type: 'variable' | 'label', name: string): number | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.#up) {
      if (scope.#name?.type === type && scope.#name.name === name) return this.depth - scope.depth;
    }
    return undefined;
  }

  callable(name: string, arity: number): Binding | undefined {
    for (let scope: Scope | undefined = this; scope !== undefined; scope = scope.#up) {
      const entry = scope.#name;
      if (entry?.name !== name) continue;
      if (entry.type === 'parameter' && arity === 0) return { type: 'slot', hops: this.depth - scope.depth };
      if (entry.type === 'function' && entry.unit.parameters.length === arity) {
        return { type: 'function', unit: entry.unit, hops: this.depth - entry.unit.depth };
      }
    }
    return undefined;
  }
}

/** Everything that compiling a node needs to know about its surroundings. */
export interface Context {
  readonly source: string;
  /** External variables; their index is their position in the evaluation's variables. */
  readonly externals: ReadonlyMap<string, number>;
  /** Names of the external variables met so far. */
  readonly uses: Set<string>;
  /** Data modules imported as `$name`. */
  readonly data: ReadonlyMap<string, Code>;
  /** How many optimistic compilations are under way; nested ones would double the work each. */
  attempts: number;
  /** How many more updates of reductions may be compiled in a second form. */
  linearLeft: number;
  /** The function whose body is compiled. */
  current: FunctionUnit | undefined;
}

export type Compile = (node: Node, scope: Scope, context: Context, isTail: boolean) => Code;

export function failAt(context: Context, message: string, span: Span): never {
  throw new JqSyntaxError(message, context.source, span.start, Math.max(span.end - span.start, 1));
}
