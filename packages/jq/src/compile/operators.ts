import type { BinaryOperator } from '../ast.ts';
import { unreachable } from '../errors.ts';
import type { Json } from '../values/json.ts';
import { add, divide, isLess, multiply, remainder, subtract } from '../values/operators.ts';
import { compare, equals } from '../values/order.ts';
import { type Code, manyCode, type One, oneCode } from './code.ts';
import { compileNode, type NodeOf } from './node.ts';
import type { Context, Scope } from './scope.ts';

/** `left operator right`; the right side varies slowest, so the left one is not looked at where it has no output. */
export function compileBinary(node: NodeOf<'binary'>, scope: Scope, context: Context): Code {
  const left = compileNode(node.left, scope, context);
  const right = compileNode(node.right, scope, context);
  if (left.one !== undefined && right.one !== undefined) {
    return oneCode(binaryOne(node.operator, left.one, right.one));
  }
  const operate = operation(node.operator);
  return manyCode((env, input, emit) =>
    right.many(env, input, (b) => left.many(env, input, (a) => emit(operate(a, b)))),
  );
}

export function operation(operator: BinaryOperator): (a: Json, b: Json) => Json {
  switch (operator) {
    case '+':
      return add;
    case '-':
      return subtract;
    case '*':
      return multiply;
    case '/':
      return divide;
    case '%':
      return remainder;
    case '==':
      return equals;
    case '!=':
      return (a, b) => !equals(a, b);
    case '<':
      return isLess;
    case '<=':
      return (a, b) => compare(a, b) <= 0;
    case '>':
      return (a, b) => compare(a, b) > 0;
    case '>=':
      return (a, b) => compare(a, b) >= 0;
    default:
      return unreachable(operator);
  }
}

/** The commonest operators have closures of their own, so that numbers need no call. */
function binaryOne(operator: BinaryOperator, left: One, right: One): One {
  switch (operator) {
    case '+':
      return (env, input) => {
        const b = right(env, input);
        const a = b === undefined ? undefined : left(env, input);
        if (a === undefined || b === undefined) return undefined;
        return typeof a === 'number' && typeof b === 'number' ? a + b : add(a, b);
      };
    case '-':
      return (env, input) => {
        const b = right(env, input);
        const a = b === undefined ? undefined : left(env, input);
        if (a === undefined || b === undefined) return undefined;
        return typeof a === 'number' && typeof b === 'number' ? a - b : subtract(a, b);
      };
    case '==':
      return (env, input) => {
        const b = right(env, input);
        const a = b === undefined ? undefined : left(env, input);
        if (a === undefined || b === undefined) return undefined;
        return a === b ? !Number.isNaN(a) && (typeof a !== 'object' || equals(a, b)) : equals(a, b);
      };
    case '>':
      return (env, input) => {
        const b = right(env, input);
        const a = b === undefined ? undefined : left(env, input);
        if (a === undefined || b === undefined) return undefined;
        return typeof a === 'number' && typeof b === 'number' && !Number.isNaN(b) ? a > b : compare(a, b) > 0;
      };
    case '<':
      return (env, input) => {
        const b = right(env, input);
        const a = b === undefined ? undefined : left(env, input);
        if (a === undefined || b === undefined) return undefined;
        return typeof a === 'number' && typeof b === 'number' && !Number.isNaN(a) ? a < b : isLess(a, b);
      };
    default:
      return genericOne(operation(operator), left, right);
  }
}

function genericOne(operate: (a: Json, b: Json) => Json, left: One, right: One): One {
  return (env, input) => {
    const b = right(env, input);
    const a = b === undefined ? undefined : left(env, input);
    return a === undefined || b === undefined ? undefined : operate(a, b);
  };
}
