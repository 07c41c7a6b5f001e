/** Things that are not written in shipped code, each with what is written instead. */
import { isShipped, lineAt, type SourceFile, type Violation } from './source-files.ts';
import { isNode, type Node, nameOf, type Place, parseSource, walk } from './syntax.ts';

export interface Ban {
  /** what is banned, in words */
  readonly token: string;
  readonly instead: string;
  /** where it is banned; absent: in all shipped code */
  readonly in?: RegExp;
  /** where it is allowed all the same */
  readonly notIn?: RegExp;
  matches(node: Node, place: Place): boolean;
}

/** Code that must not ask the world: the simulator hands it another one. */
const pure = /^packages\/(jq|core)\/src\/|^packages\/server\/src\/(roles|simulation)\//;

/**
 * Places that may do what is banned elsewhere, each with its reason. A file that no longer needs its place here is
 * reported.
 */
export const exceptions: readonly {
  readonly path: string;
  readonly token: string;
  readonly reason: string;
}[] = [
  {
    path: 'packages/server/src/simulation/sim-queue.ts',
    token: 'setImmediate',
    reason: 'the simulator lets real promises settle before it draws the next step',
  },
];

export const bans: readonly Ban[] = [
  {
    token: 'Date.now',
    in: pure,
    instead: "the instant in the command, or the World's now()",
    matches: isMember('Date', 'now'),
  },
  {
    token: 'new Date()',
    in: pure,
    instead: "new Date(instant), with the World's now()",
    matches: isDateOfNow,
  },
  ...['setTimeout', 'setInterval'].map((name) => global(name, "the World's after()", pure)),
  ...['setImmediate', 'queueMicrotask'].map((name) => global(name, "the World's soon()", pure)),
  {
    token: 'Math.random',
    in: pure,
    instead: "the World's random(), or the numbers in the moment",
    matches: isMember('Math', 'random'),
  },
  { token: 'performance', in: pure, instead: "the World's elapsed()", matches: isGlobal('performance') },
  { token: 'crypto', in: pure, instead: "the World's id() and hash()", matches: isGlobal('crypto') },
  {
    token: 'any',
    instead: 'unknown, and a function that answers what it is',
    matches: (node) => node.type === 'TSAnyKeyword',
  },
  {
    token: 'as unknown as',
    instead: 'a named wrapper that says why this cast is sound',
    matches: isDoubleCast,
  },
  {
    token: 'the non-null !',
    instead: 'a check that says what is missing',
    matches: (node) => node.type === 'TSNonNullExpression',
  },
  {
    token: 'console',
    notIn: /^packages\/server\/src\/cli\//,
    instead: 'the logger',
    matches: isGlobal('console'),
  },
  { token: 'eval', instead: 'closures', matches: isGlobal('eval') },
  { token: 'new Function', instead: 'closures', matches: isGlobal('Function') },
  {
    token: 'process.env',
    notIn: /^packages\/server\/src\/(config\/|drivers\/environment\/|cli\/io\.ts$)/,
    instead: 'a setting of the configuration',
    matches: isMember('process', 'env'),
  },
];

const bannedComments: readonly {
  readonly token: string;
  readonly pattern: RegExp;
  readonly instead: string;
}[] = [
  { token: '@ts-ignore', pattern: /@ts-(ignore|nocheck|expect-error)/, instead: 'a type that is right' },
  { token: 'an open task', pattern: /\b(TODO|FIXME|HACK|XXX)\b/, instead: 'the thing itself, or an issue' },
];

/** What a file does that is banned where it stands. */
export function checkTokens(file: SourceFile): Violation[] {
  const active = isShipped(file.path) ? bans.filter((ban) => isBannedIn(ban, file.path)) : [];
  const { program, comments } = parseSource(file);
  const found: Violation[] = [];
  const report = (start: number, token: string, instead: string) => {
    if (exceptions.some((each) => each.path === file.path && each.token === token)) return;
    found.push({ path: file.path, line: lineAt(file.text, start), message: `${token}: write ${instead}` });
  };
  for (const { value, start } of comments) {
    for (const { token, pattern, instead } of bannedComments)
      if (pattern.test(value)) report(start, token, instead);
  }
  walk(program, (node, place) => {
    for (const ban of active) if (ban.matches(node, place)) report(node.start, ban.token, ban.instead);
  });
  return found;
}

function isBannedIn(ban: Ban, path: string): boolean {
  return (ban.in?.test(path) ?? true) && !(ban.notIn?.test(path) ?? false);
}

function global(name: string, instead: string, where: RegExp): Ban {
  return { token: name, in: where, instead, matches: isGlobal(name) };
}

function isMember(object: string, property: string) {
  return (node: Node) => {
    if (node.type === 'MemberExpression' && nameOf(node.object) === object) {
      return node.computed === true
        ? isNode(node.property) && node.property.value === property
        : nameOf(node.property) === property;
    }
    return (
      node.type === 'VariableDeclarator' && nameOf(node.init) === object && destructures(node.id, property)
    );
  };
}

/** `const { env } = process` reads the member as well. */
function destructures(pattern: unknown, property: string): boolean {
  if (!isNode(pattern) || pattern.type !== 'ObjectPattern' || !Array.isArray(pattern.properties))
    return false;
  return pattern.properties.some((each: Node) => nameOf(each.key) === property);
}

/** A name that is used as a value: not a property's name, not a type's. */
function isGlobal(name: string) {
  return (node: Node, { around: [parent], member }: Place) => {
    if (nameOf(node) !== name || !parent || parent.type.startsWith('TS')) return false;
    const isPropertyName =
      (member === 'property' || member === 'key') && parent.computed !== true && parent.shorthand !== true;
    return !isPropertyName;
  };
}

function isDateOfNow(node: Node): boolean {
  const args = Array.isArray(node.arguments) ? node.arguments : [];
  return (
    (node.type === 'NewExpression' || node.type === 'CallExpression') &&
    nameOf(node.callee) === 'Date' &&
    args.length === 0
  );
}

/** A double cast, but for that of a named wrapper: a function that does nothing else. */
function isDoubleCast(node: Node, { around: [parent, body, wrapper] }: Place): boolean {
  const isCast = (each: unknown): each is Node => isNode(each) && each.type === 'TSAsExpression';
  if (!isCast(node) || !isCast(node.expression)) return false;
  const between = node.expression.typeAnnotation;
  if (!isNode(between) || between.type !== 'TSUnknownKeyword') return false;
  const isWrapper =
    parent?.type === 'ReturnStatement' &&
    Array.isArray(body?.body) &&
    body.body.length === 1 &&
    wrapper?.type === 'FunctionDeclaration';
  return !isWrapper;
}
