import type { Node, Program } from './ast.ts';
import { type Code, type Env, GO, ROOT, STOP } from './compile/code.ts';
import { compileNode } from './compile/node.ts';
import { readsInput } from './compile/reads-input.ts';
import { type Context, Scope } from './compile/scope.ts';
import { JqBudgetError, JqSyntaxError } from './errors.ts';
import { DEPTH_MAX, type Host, meter, SIZE_MAX, STEPS_MAX } from './meter.ts';
import { loadModules } from './modules.ts';
import { parse } from './parser.ts';
import type { Json } from './values/json.ts';
import { measure } from './values/measure.ts';

export interface CompileOptions {
  /** Names of the external variables without `$`; evaluations give their values in the same order. */
  readonly variables?: readonly string[];
  /** Source of a module by its path; without it `import` and `include` are refused. */
  readonly modules?: (path: string) => string | undefined;
}

/** A compiled program. It holds no state: it may be evaluated any number of times. */
export interface Filter {
  /** Names of the external variables that the source refers to. */
  readonly uses: ReadonlySet<string>;
  /** Whether an output can depend on the input; true when in doubt. */
  readonly readsInput: boolean;
  /** All outputs. Throws JqError, JqBudgetError or JqHalt. */
  all(input: Json, variables?: readonly unknown[], host?: Host): Json[];
  /** The first output, or undefined when there is none; what would come after it is not evaluated. */
  first(input: Json, variables?: readonly unknown[], host?: Host): Json | undefined;
  /** Calls `visit` with each output until it answers false. */
  each(
    input: Json,
    visit: (value: Json) => undefined | boolean,
    variables?: readonly unknown[],
    host?: Host,
  ): void;
}

/**
 * Compiles a jq program. Throws JqSyntaxError.
 * @example compile('.user.name | ascii_downcase').first({ user: { name: 'Ada' } }) // "ada"
 */
export function compile(source: string, options: CompileOptions = {}): Filter {
  const names = options.variables ?? [];
  const uses = new Set<string>();
  const program = guardStack(source, () => parse(source));
  const context: Context = {
    source,
    externals: new Map(names.map((name, position) => [name.replace(/^\$/, ''), position])),
    uses,
    data: new Map(),
    attempts: 0,
    linearLeft: 32,
    current: undefined,
  };
  const code = guardStack(source, () => compileProgram(program, context, options));
  const reads = guardStack(
    source,
    () => program.main === null || hasDefinitions(program) || readsInput(program.main),
  );
  return makeFilter(code, uses, reads);
}

function hasDefinitions(program: Program): boolean {
  return program.definitions.length > 0 || program.imports.length > 0;
}

function compileProgram(program: Program, context: Context, options: CompileOptions): Code {
  const loaded = loadModules(program, Scope.root, context, options.modules);
  const main: Node = program.main ?? { type: 'identity', start: 0, end: 0 };
  const body = program.definitions.reduceRight<Node>(
    (inner, definition) => ({
      type: 'define',
      definition,
      body: inner,
      start: definition.start,
      end: definition.end,
    }),
    main,
  );
  return compileNode(body, loaded.scope, { ...context, data: loaded.data });
}

/** A source of thousands of operators in a row makes a tree too deep for the native stack. */
function guardStack<T>(source: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) throw new JqSyntaxError('the program is nested too deeply', source, 0);
    throw error;
  }
}

function makeFilter(code: Code, uses: ReadonlySet<string>, reads: boolean): Filter {
  return {
    uses,
    readsInput: reads,
    first: (input, variables, host) => evaluate(() => firstOutput(code, input), variables, host),
    all: (input, variables, host) =>
      evaluate(
        () => {
          const outputs: Json[] = [];
          code.many(ROOT, input, (value) => {
            outputs.push(value);
            return GO;
          });
          return outputs;
        },
        variables,
        host,
      ) ?? [],
    each: (input, visit, variables, host) => {
      try {
        evaluate(() => visitOutputs(code, ROOT, input, visit), variables, host);
      } catch (error) {
        throw error instanceof VisitorError ? error.error : error;
      }
    },
  };
}

function firstOutput(code: Code, input: Json): Json | undefined {
  if (code.one !== undefined) return code.one(ROOT, input);
  let first: Json | undefined;
  code.many(ROOT, input, (value) => {
    first = value;
    return STOP;
  });
  return first;
}

/** An error of the visitor is not the filter's: no `try` catches it, and it leaves as it came. */
class VisitorError {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

function visitOutputs(
  code: Code,
  env: Env,
  input: Json,
  visit: (value: Json) => undefined | boolean,
): undefined {
  code.many(env, input, (value) => {
    try {
      return visit(value) === false ? STOP : GO;
    } catch (error) {
      throw new VisitorError(error);
    }
  });
  return undefined;
}

const NO_HOST: Host = {};
const NO_VARIABLES: readonly unknown[] = [];

/** Below this much data built, an output cannot unfold to anything large. */
const MEASURE_FROM_SIZE = 512;

function evaluate<T extends Json | undefined>(
  run: () => T,
  variables: readonly unknown[] = NO_VARIABLES,
  host: Host = NO_HOST,
): T {
  const { steps, depth, size, host: outerHost, variables: outerVariables } = meter;
  const { budget } = host;
  const sizeMax = budget?.sizeMax ?? SIZE_MAX;
  meter.steps = budget?.stepsMax ?? STEPS_MAX;
  meter.depth = budget?.depthMax ?? DEPTH_MAX;
  meter.size = sizeMax;
  meter.host = host;
  meter.variables = variables;
  try {
    const result = run();
    if (sizeMax - meter.size > MEASURE_FROM_SIZE && result !== undefined) measure(result as Json);
    return result;
  } catch (error) {
    throw error instanceof RangeError ? toBudgetError(error) : error;
  } finally {
    meter.steps = steps;
    meter.depth = depth;
    meter.size = size;
    meter.host = outerHost;
    meter.variables = outerVariables;
  }
}

/** The engine's own limits, which it reports as RangeErrors: the native stack, and lengths of strings and arrays. */
function toBudgetError(error: RangeError): JqBudgetError {
  return new JqBudgetError(/call stack|recursion/i.test(error.message) ? 'depth' : 'size');
}
