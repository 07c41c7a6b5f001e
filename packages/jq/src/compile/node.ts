import type { Node } from '../ast.ts';
import { unreachable } from '../errors.ts';
import { compileIndex, compileIterate, compileSlice, IDENTITY } from './access.ts';
import { compileBind, compileVariable } from './bindings.ts';
import { type Code, oneCode } from './code.ts';
import { compileArray, compileFormat, compileNegate, compileObject, compileString } from './construct.ts';
import {
  compileAlternative,
  compileComma,
  compileIf,
  compileLogic,
  compilePipe,
  compileTry,
} from './flow.ts';
import { compileForeach, compileReduce } from './folds.ts';
import { compileCall, compileDefine } from './functions.ts';
import { compileBreak, compileLabel } from './labels.ts';
import { compileBinary } from './operators.ts';
import type { Context, Scope } from './scope.ts';
import { compileUpdate } from './update.ts';

/** Turns a node into closures. `isTail` tells that its outputs are the outputs of the function around it. */
export function compileNode(node: Node, scope: Scope, context: Context, isTail = false): Code {
  switch (node.type) {
    case 'identity':
      return IDENTITY;
    case 'literal': {
      const { value } = node;
      return oneCode(() => value);
    }
    case 'string':
      return compileString(node, scope, context);
    case 'format':
      return compileFormat(node, context);
    case 'index':
      return compileIndex(node, scope, context);
    case 'slice':
      return compileSlice(node, scope, context);
    case 'iterate':
      return compileIterate(node, scope, context);
    case 'pipe':
      return compilePipe(node, scope, context, isTail);
    case 'comma':
      return compileComma(node, scope, context, isTail);
    case 'binary':
      return compileBinary(node, scope, context);
    case 'and':
    case 'or':
      return compileLogic(node, scope, context);
    case 'alternative':
      return compileAlternative(node, scope, context);
    case 'update':
      return compileUpdate(node, scope, context);
    case 'negate':
      return compileNegate(node, scope, context);
    case 'array':
      return compileArray(node, scope, context);
    case 'object':
      return compileObject(node, scope, context);
    case 'if':
      return compileIf(node, scope, context, isTail);
    case 'try':
      return compileTry(node, scope, context);
    case 'reduce':
      return compileReduce(node, scope, context);
    case 'foreach':
      return compileForeach(node, scope, context);
    case 'bind':
      return compileBind(node, scope, context, isTail);
    case 'label':
      return compileLabel(node, scope, context);
    case 'break':
      return compileBreak(node, scope, context);
    case 'variable':
      return compileVariable(node, scope, context);
    case 'call':
      return compileCall(node, scope, context, isTail);
    case 'define':
      return compileDefine(node, scope, context, isTail);
    default:
      return unreachable(node);
  }
}

/** The shape of one kind of node. */
export type NodeOf<Type extends Node['type']> = Extract<Node, { readonly type: Type }>;
