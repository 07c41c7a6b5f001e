import type { Node, Pattern } from '../ast.ts';

/** Builtins that answer the same whatever their input is; their arguments decide. */
const DEAF: ReadonlySet<string> = new Set(
  'empty now env range input inputs infinite nan null true false builtins input_filename input_line_number have_decnum have_literal_numbers halt pow log2 atan2 fmin fmax first last limit skip nth until isempty any all add IN repeat'.split(
    ' ',
  ),
);

/** Of those, the ones that look at their input when they have no arguments, or one. */
const HEARING: ReadonlySet<string> = new Set(
  'first/0 last/0 nth/1 any/0 any/1 all/0 all/1 add/0 log2/0 IN/1 until/2 repeat/1 isempty/0'.split(' '),
);

/** Whether the outputs of a node can depend on `.`; true when in doubt. */
export function readsInput(node: Node): boolean {
  switch (node.type) {
    case 'literal':
    case 'variable':
    case 'break':
      return false;
    case 'string':
      return node.parts.some((part) => typeof part !== 'string' && readsInput(part));
    case 'index':
      return readsInput(node.target) || readsInput(node.key);
    case 'slice':
      return readsInput(node.target) || readsInput(node.from) || readsInput(node.to);
    case 'iterate':
      return readsInput(node.target);
    case 'pipe':
      return readsInput(node.left);
    case 'comma':
    case 'binary':
    case 'and':
    case 'or':
    case 'alternative':
      return readsInput(node.left) || readsInput(node.right);
    case 'negate':
      return readsInput(node.operand);
    case 'array':
      return node.content !== null && readsInput(node.content);
    case 'object':
      return node.entries.some(({ key, value }) => value === null || readsInput(key) || readsInput(value));
    case 'if':
      return (
        readsInput(node.condition) ||
        readsInput(node.then) ||
        node.otherwise === null ||
        readsInput(node.otherwise)
      );
    case 'try':
      return readsInput(node.body);
    case 'reduce':
    case 'foreach':
      return readsInput(node.source) || readsInput(node.init) || node.patterns.some(patternHasExpression);
    case 'bind':
      return readsInput(node.source) || readsInput(node.body) || node.patterns.some(patternHasExpression);
    case 'label':
      return readsInput(node.body);
    case 'call':
      return callReadsInput(node.name, node.args);
    default:
      return true;
  }
}

function callReadsInput(name: string, args: readonly Node[]): boolean {
  if (!DEAF.has(name) || HEARING.has(`${name}/${args.length}`)) return true;
  return args.some(readsInput);
}

function patternHasExpression(pattern: Pattern): boolean {
  switch (pattern.type) {
    case 'variable':
      return false;
    case 'array':
      return pattern.items.some(patternHasExpression);
    case 'object':
      return pattern.entries.some(
        ({ key, pattern: inner }) =>
          key.type !== 'literal' || (inner !== null && patternHasExpression(inner)),
      );
  }
}
