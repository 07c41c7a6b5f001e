/**
 * link: a program made ready to run. Nodes are found by pointer, `then` targets are resolved to places in their
 * list, and expressions and schemas are compiled on first use and kept.
 */
import { compile, type Filter } from '@millrace/jq';
import { unreachable } from '../model/unreachable.ts';
import { compileSchema, type Validator } from '../schema/schema.ts';
import { valueAt } from './pointer.ts';
import type { Expression, ExtendedNode, Node, Program, SchemaSource } from './program.ts';

/** The variables that every expression may name, in their positions. */
export const standardVariables = [
  'context',
  'input',
  'output',
  'secrets',
  'task',
  'workflow',
  'runtime',
  'authorization',
] as const;

/** A task list: what runs in order in one scope. */
export interface LinkedList {
  readonly nodes: readonly LinkedNode[];
  /** place by task name: where a directive goes */
  readonly places: ReadonlyMap<string, number>;
  /** place by pointer: where a task stands */
  readonly positions: ReadonlyMap<string, number>;
}

export interface LinkedNode {
  readonly node: Node;
  /** place in its list */
  readonly place: number;
  readonly list: LinkedList;
  /** names of the variables that enclosing tasks bind, the innermost last */
  readonly scoped: readonly string[];
  /** the list of the body: `do`, `for`, `try`, and the branches of a `fork` */
  readonly body?: LinkedList;
  /** the list of a `catch` */
  readonly handler?: LinkedList;
  /** this node's place in the text: members of the definition at its pointer */
  readonly definition: unknown;
}

/** The text that nodes come from, and the pointer at which it stands. */
interface Text {
  readonly root: unknown;
  readonly at: string;
}

export interface CompiledExpression {
  readonly filter: Filter;
  /** names in their positions: the standard ones, then those in scope */
  readonly names: readonly string[];
  /** positions of the variables that the source refers to */
  readonly used: readonly number[];
  readonly usesSecrets: boolean;
  readonly usesAuthorization: boolean;
}

export interface Executable {
  readonly program: Program;
  readonly main: LinkedList;
  node(pointer: string): LinkedNode;
  /** the one task of a function, as a list */
  functionList(name: string): LinkedList;
  /** every task */
  nodes(): Iterable<LinkedNode>;
  expression(expression: Expression, scoped: readonly string[]): CompiledExpression;
  validator(schema: SchemaSource): Validator;
}

export function link(program: Program): Executable {
  const nodes = new Map<string, LinkedNode>();
  const expressions = new Map<Expression, CompiledExpression>();
  const validators = new Map<SchemaSource, Validator>();
  const text: Text = { root: program.definition, at: '' };
  const main = linkList(program.tasks, [], text, nodes);
  const functions = new Map(
    Object.entries(program.functions).map(([name, { node, definition }]) => {
      // A function sees its own variables only: it is linked once, for all that call it.
      const own: Text = { root: definition, at: node.kind === 'extended' ? node.reference : node.pointer };
      return [name, linkList([node], [], own, nodes)] as const;
    }),
  );
  return {
    program,
    main,
    node(pointer) {
      const linked = nodes.get(pointer);
      if (linked === undefined) throw new Error(`broken rule: the program has a task at ${pointer}`);
      return linked;
    },
    functionList(name) {
      const list = functions.get(name);
      if (list === undefined) throw new Error(`broken rule: the program has a function ${name}`);
      return list;
    },
    nodes: () => nodes.values(),
    expression(expression, scoped) {
      const known = expressions.get(expression);
      if (known !== undefined) return known;
      const compiled = compileExpression(expression, scoped);
      expressions.set(expression, compiled);
      return compiled;
    },
    validator(schema) {
      const known = validators.get(schema);
      if (known !== undefined) return known;
      const validator = compileValidator(schema);
      validators.set(schema, validator);
      return validator;
    },
  };
}

function linkList(
  tasks: readonly Node[],
  scoped: readonly string[],
  text: Text,
  nodes: Map<string, LinkedNode>,
): LinkedList {
  const linked: LinkedNode[] = [];
  const list: LinkedList = {
    nodes: linked,
    places: new Map(tasks.map((node, place) => [node.name, place])),
    positions: new Map(tasks.map((node, place) => [node.pointer, place])),
  };
  for (const [place, node] of tasks.entries()) {
    const entry: LinkedNode = {
      node,
      place,
      list,
      scoped,
      definition: definitionOf(node, text),
      ...linkInside(node, scoped, text, nodes),
    };
    linked.push(entry);
    nodes.set(node.pointer, entry);
  }
  return list;
}

function linkInside(
  node: Node,
  scoped: readonly string[],
  text: Text,
  nodes: Map<string, LinkedNode>,
): { body?: LinkedList; handler?: LinkedList } {
  const inside = (tasks: readonly Node[], names: readonly string[]) =>
    linkList(tasks, [...scoped, ...names], text, nodes);
  switch (node.kind) {
    case 'do':
      return { body: inside(node.tasks, []) };
    case 'for':
      return { body: inside(node.tasks, [node.each, node.at]) };
    case 'extension':
      // Its variables are its own, wherever the extended task stands.
      return { body: linkList(node.tasks, [], text, nodes) };
    case 'extended':
      return { body: inside(aroundTask(node), []) };
    case 'fork':
      return { body: inside(node.branches, []) };
    case 'graph':
      return { body: inside(node.nodes, []) };
    case 'listen':
      return node.foreach === undefined
        ? {}
        : { body: inside(node.foreach.tasks, [node.foreach.each, node.foreach.at]) };
    case 'try':
      return {
        body: inside(node.tasks, []),
        ...(node.handler === undefined ? {} : { handler: inside(node.handler, [node.as]) }),
      };
    case 'set':
    case 'switch':
    case 'raise':
    case 'wait':
    case 'emit':
    case 'call':
    case 'run':
    case 'unsupported':
    case 'compensate':
    case 'continueAs':
      return {};
    default:
      return unreachable(node);
  }
}

function definitionOf({ pointer, reference = pointer }: Node, { root, at }: Text): unknown {
  return reference.startsWith(at) ? valueAt(root, reference.slice(at.length)) : undefined;
}

/** Extensions nest: the first one written begins first and ends last. */
function aroundTask({ extensions, task }: ExtendedNode): readonly Node[] {
  const before = extensions.flatMap((each) => each.before ?? []);
  const after = extensions.flatMap((each) => each.after ?? []).reverse();
  return [...before, task, ...after];
}

function compileExpression(expression: Expression, scoped: readonly string[]): CompiledExpression {
  // A later name shadows an earlier one of the same spelling, so every name keeps one position.
  const names = [...new Set([...standardVariables, ...scoped])];
  const filter = compile(expression.source, { variables: names });
  const used = names.flatMap((name, position) => (filter.uses.has(name) ? [position] : []));
  return {
    filter,
    names,
    used,
    usesSecrets: filter.uses.has('secrets'),
    usesAuthorization: filter.uses.has('authorization'),
  };
}

function compileValidator(schema: SchemaSource): Validator {
  if (schema.type === 'inline') return compileSchema(schema.schema);
  throw new Error('broken rule: a program with external schemas is not started');
}
