import { meter } from '../meter.ts';
import { type Code, Env, type Flow, GO, manyCode, oneCode, outer } from './code.ts';
import { compileNode, type NodeOf } from './node.ts';
import { type Context, failAt, type Scope } from './scope.ts';

/** Thrown by `break` and caught by its label; not an Error, because making one costs a stack trace. */
class BreakSignal {
  readonly label: unknown;

  constructor(label: unknown) {
    this.label = label;
  }
}

/** `label $name | body` */
export function compileLabel(node: NodeOf<'label'>, scope: Scope, context: Context): Code {
  const body = compileNode(node.body, scope.with('label', node.name), context);
  const catching = (run: (env: Env) => Flow, env: Env): Flow => {
    const label = {};
    const { depth } = meter;
    try {
      return run(new Env(label, env));
    } catch (error) {
      if (!(error instanceof BreakSignal) || error.label !== label) throw error;
      meter.depth = depth;
      return GO;
    }
  };
  return manyCode(
    (env, input, emit) => catching((inner) => body.many(inner, input, emit), env),
    () => (env, path, at, input, emit) => catching((inner) => body.paths(inner, path, at, input, emit), env),
  );
}

/** `break $name` */
export function compileBreak(node: NodeOf<'break'>, scope: Scope, context: Context): Code {
  const hops = scope.slot('label', node.name);
  if (hops === undefined) return failAt(context, `$*label-${node.name} is not defined`, node);
  return oneCode((env) => {
    throw new BreakSignal(outer(env, hops).value);
  });
}
