import type { Import, Program } from './ast.ts';
import { type Code, oneCode } from './compile/code.ts';
import { compileFunction } from './compile/functions.ts';
import { type Context, failAt, Scope } from './compile/scope.ts';
import { JqSyntaxError } from './errors.ts';
import { parse } from './parser.ts';
import { parseJsonSequence } from './values/parse.ts';

export type ModuleSource = (path: string) => string | undefined;

/** Modules may import modules this deep. */
const IMPORT_DEPTH_MAX = 32;

interface Loaded {
  readonly scope: Scope;
  readonly data: ReadonlyMap<string, Code>;
}

/** Brings the functions and the data that a program imports into scope. */
export function loadModules(
  program: Program,
  scope: Scope,
  context: Context,
  modules: ModuleSource | undefined,
  depth = 0,
): Loaded {
  const data = new Map<string, Code>();
  let inner = scope;
  for (const wanted of program.imports) {
    if (modules === undefined) return failAt(context, `modules are not available: ${wanted.path}`, wanted);
    if (depth >= IMPORT_DEPTH_MAX) return failAt(context, 'modules import each other too deeply', wanted);
    const source =
      modules(wanted.isData ? `${wanted.path}.json` : `${wanted.path}.jq`) ?? modules(wanted.path);
    if (source === undefined) return failAt(context, `module not found: ${wanted.path}`, wanted);
    if (wanted.isData) addData(data, wanted, source);
    else inner = addFunctions(inner, wanted, source, context, modules, depth);
  }
  return { scope: inner, data };
}

function addData(data: Map<string, Code>, { alias }: Import, source: string): void {
  const value = parseJsonSequence(source);
  const code = oneCode(() => value);
  data.set(`${alias}`, code);
  data.set(`${alias}::${alias}`, code);
}

function addFunctions(
  scope: Scope,
  wanted: Import,
  source: string,
  context: Context,
  modules: ModuleSource,
  depth: number,
): Scope {
  const program = parse(source);
  if (program.main !== null) {
    throw new JqSyntaxError(
      'library should only have function definitions, not a main expression',
      source,
      program.main.start,
    );
  }
  const own: Context = { ...context, source, current: undefined };
  const loaded = loadModules(program, Scope.root, own, modules, depth + 1);
  const inside: Context = { ...own, data: loaded.data };
  let inner = loaded.scope;
  let outer = scope;
  for (const definition of program.definitions) {
    const unit = compileFunction(definition, inner, inside);
    inner = inner.withFunction(unit);
    outer = outer.withFunction(unit, wanted.alias === null ? unit.name : `${wanted.alias}::${unit.name}`);
  }
  return outer;
}
