import { oneCode } from '../compile/code.ts';
import { compileFunction } from '../compile/functions.ts';
import { type Context, type FunctionUnit, Scope } from '../compile/scope.ts';
import { parse } from '../parser.ts';
import { COLLECTIONS } from './collections.ts';
import { CORE } from './core.ts';
import { DATES } from './dates.ts';
import type { Builtin, Builtins } from './define.ts';
import { LOOPS } from './loops.ts';
import { MATH } from './math.ts';
import { PATHS } from './path-builtins.ts';
import { PRELUDE } from './prelude.ts';
import { REGEX } from './regex-builtins.ts';
import { STREAMS } from './streams.ts';
import { STRINGS } from './strings.ts';

const NATIVE: ReadonlyMap<string, Builtin> = new Map(
  [
    CORE,
    STREAMS,
    LOOPS,
    COLLECTIONS,
    PATHS,
    STRINGS,
    MATH,
    DATES,
    REGEX,
    { 'builtins/0': listBuiltins } as Builtins,
  ].flatMap((builtins) => Object.entries(builtins)),
);

const compiled = new Map<string, FunctionUnit>();

/** The builtin of a name and number of arguments: native, or a compiled function of the prelude. */
export function builtin(name: string, arity: number, context: Context): Builtin | FunctionUnit | undefined {
  const key = `${name}/${arity}`;
  return NATIVE.get(key) ?? compiled.get(key) ?? compilePrelude(key, context);
}

function compilePrelude(key: string, context: Context): FunctionUnit | undefined {
  const source = Object.hasOwn(PRELUDE, key) ? PRELUDE[key] : undefined;
  if (source === undefined) return undefined;
  const [definition] = parse(source).definitions;
  if (definition === undefined) return undefined;
  const own: Context = {
    ...context,
    source,
    externals: new Map(),
    uses: new Set(),
    data: new Map(),
    attempts: 0,
    linearLeft: 8,
    current: undefined,
  };
  const unit = compileFunction(definition, Scope.root, own);
  compiled.set(key, unit);
  return unit;
}

function listBuiltins(): ReturnType<Builtin> {
  const names = [...NATIVE.keys(), ...Object.keys(PRELUDE)].filter((name) => !name.startsWith('_'));
  return oneCode(() => [...names]);
}
