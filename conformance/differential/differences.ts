/**
 * Where our reader of definitions differs from the others, and means to: one row each, with its reason. A difference
 * that no row takes is a mistake, ours or theirs.
 */
import type { Value } from '../runtime.ts';
import { isRecord } from '../steps/values.ts';

/** We refuse what the schemas take: by our message. */
export interface Stricter {
  readonly id: string;
  readonly says: string;
  readonly message: RegExp;
}

/** We take what the schemas refuse: written in the way of the schemas they take it, too. */
export interface Wider {
  readonly id: string;
  readonly says: string;
  /** The value as the schemas want it; it stands at `path` in the definition. */
  rewrite(value: Value, path: readonly string[]): Value;
}

export const stricter: readonly Stricter[] = [
  {
    id: 'references',
    says: 'Names of tasks, functions and declared parts must be there; a schema cannot follow them.',
    message: /^no (task|timeout|retry policy|error|secret|authentication|catalog) '|^unknown function '/,
  },
  {
    id: 'task-names',
    says: 'A name stands once in its list, is not empty, and is no flow directive; otherwise `then` would be unclear.',
    message: /is defined twice in the same list|^a task cannot be named|^expected a name for /,
  },
  {
    id: 'one-default',
    says: 'A switch has one default: a second one could never be taken.',
    message: /^a switch has one default case/,
  },
  {
    id: 'expressions',
    says: 'Expressions are jq and name variables that are known where they stand.',
    message: /^not a valid jq expression|^unknown variable |^expected a jq expression|is not closed by '\}'/,
  },
  { id: 'empty-texts', says: 'A text that is needed is not empty.', message: /but found an empty text/ },
  {
    id: 'uri-templates',
    says: 'URI templates are of the simple form that the specification supports.',
    message: /URI template|in a URI/,
  },
  {
    id: 'schedules',
    says: 'A schedule recurs at most every 100 ms, and events that start a workflow are one at least.',
    message: /^a schedule recurs at most every|in 'all' of a schedule/,
  },
  { id: 'cron', says: 'A cron expression can be read.', message: /cron expression/ },
  {
    id: 'evaluate',
    says: 'The language of expressions is jq and the mode strict or loose; the schema of 1.0.3 does not know `evaluate`.',
    message:
      /expression language jq|^expected the mode to be one of|in the evaluation|^expected the evaluation/,
  },
  {
    id: 'schemas',
    says: 'A schema is a JSON Schema, and its format is json.',
    message: /^this is no JSON Schema|the schema's format/,
  },
  {
    id: 'error-filters',
    says: 'Members of an error filter that no error has would be overlooked.',
    message:
      /unknown property '.*' in (the errors to catch|the filter of the errors)|the filter of the errors|match errors by/s,
  },
  {
    id: 'backoffs',
    says: 'A backoff has no members that nothing reads.',
    message: /unknown property '.*' in an? (constant|linear|exponential) backoff/s,
  },
  {
    id: 'policies',
    says: 'An authentication policy has its scheme and nothing beside it.',
    message: /unknown property '.*' in an authentication policy/s,
  },
  { id: 'methods', says: 'An HTTP method is a word.', message: /^expected an HTTP method/ },
  {
    id: 'numbers',
    says: 'A status is 100 to 999; counts and durations are not negative.',
    message: /a whole number|at most 100 years/,
  },
  {
    id: 'calendar',
    says: 'Years and months have no length.',
    message: /years|months/,
  },
  {
    id: 'durations',
    says: 'A text is a duration of ISO 8601, where the schema of another member would take any text.',
    message: /^expected a duration|is no duration|ISO 8601/,
  },
  {
    id: 'oauth2',
    says: 'A policy of oauth2 or oidc has an authority and a grant: without them there is nobody to ask.',
    message: /in the (OAuth2|OpenID Connect) policy/,
  },
  {
    id: 'dsl',
    says: 'The version of the language is one that is supported.',
    message: /^the dsl version '|of the language 0\.8/,
  },
  {
    id: 'variables',
    says: 'A name of a variable can be written in an expression.',
    message: /without '\$'/,
  },
  {
    id: 'emit',
    says: 'An event to emit has attributes.',
    message: /in the event to emit/,
  },
  {
    id: 'child-versions',
    says: 'The version of a workflow to run is one that a workflow can have, or latest.',
    message: /^expected the workflow's version/,
  },
  { id: 'jitter', says: 'A jitter does not end before it begins.', message: /^the jitter begins at/ },
  {
    id: 'call',
    says: 'A call names a protocol or a function.',
    message: /or the name of a function|names no function/,
  },
];

export const wider: readonly Wider[] = [
  {
    id: 'parameters',
    says: 'Parameters of an OpenAPI operation may be an expression, as those of the other calls.',
    rewrite: (value, path) => (ends(path, 'with', 'parameters') && isExpression(value) ? {} : value),
  },
  {
    id: 'query',
    says: 'A query parameter may be a list: its name is repeated.',
    rewrite: (value, path) =>
      path.at(-2) === 'query' && Array.isArray(value) && value.every(isScalar) ? '' : value,
  },
  {
    id: 'items',
    says: 'The items of a loop may be written as a list.',
    rewrite: (value, path) => (ends(path, 'for', 'in') && Array.isArray(value) ? '${ [] }' : value),
  },
  {
    id: 'payload',
    says: 'The payload of a message may be any value; the specification speaks of an object and of any payload.',
    rewrite: (value, path) => (ends(path, 'message', 'payload') && !isRecord(value) ? {} : value),
  },
  {
    id: 'status',
    says: 'The status of an error may be an expression, as its texts.',
    rewrite: (value, path) => (path.at(-1) === 'status' && isExpression(value) ? 400 : value),
  },
  {
    id: 'arguments',
    says: 'Arguments of a process may be a map (1.0.0 to 1.0.2, and the official catalog), a list, or an expression.',
    rewrite: (value, path) => {
      if (path.at(-1) !== 'arguments' || path.at(-2) === 'stdio') return value;
      return Array.isArray(value) ? value.map(String) : [];
    },
  },
  {
    id: 'child-input',
    says: 'The input of a workflow that is run may be any value, as that of any execution.',
    rewrite: (value, path) => (ends(path, 'run', 'workflow', 'input') && !isRecord(value) ? {} : value),
  },
  {
    id: 'bare-filters',
    says: 'Conditions of a subscription may stand without `${ }`, as all conditions.',
    rewrite: (value, path) => {
      const isCondition = [
        ['subscription', 'filter'],
        ['consume', 'while'],
        ['consume', 'until'],
      ].some((names) => ends(path, ...names));
      return isCondition && typeof value === 'string' && !isExpression(value) ? '${ true }' : value;
    },
  },
  {
    id: 'dotted-names',
    says: 'A name in a URI template may hold dots: it is the name of one member.',
    rewrite: (value) => (typeof value === 'string' ? value.replaceAll(/\{[\w.]+\}/g, '{name}') : value),
  },
  {
    id: 'bearer',
    says: 'A bearer token may be a text: the prose of the specification writes it so.',
    rewrite: (value, path) =>
      path.at(-1) === 'bearer' && typeof value === 'string' ? { token: value } : value,
  },
  {
    id: 'grants',
    says: 'Grants may be spelled with hyphens: the prose of the specification does.',
    rewrite: (value, path) =>
      path.at(-1) === 'grant' && typeof value === 'string' && !value.startsWith('urn:')
        ? value.replaceAll('-', '_')
        : value,
  },
];

/** The definition with everything that we take beyond the schemas written in their way. */
export function inWayOfSchemas(value: Value, path: readonly string[] = []): Value {
  const rewritten = wider.reduce((each, { rewrite }) => rewrite(each, path), value);
  if (Array.isArray(rewritten))
    return rewritten.map((each, index) => inWayOfSchemas(each, [...path, String(index)]));
  if (!isRecord(rewritten)) return rewritten;
  return Object.fromEntries(
    Object.entries(rewritten).map(([name, member]) => [name, inWayOfSchemas(member, [...path, name])]),
  );
}

function ends(path: readonly string[], ...names: readonly string[]): boolean {
  return path.slice(-names.length).join('/') === names.join('/');
}

function isScalar(value: Value): boolean {
  return value !== null && typeof value !== 'object';
}

function isExpression(value: Value): boolean {
  return typeof value === 'string' && /^\s*\$\{.*\}\s*$/s.test(value);
}

/** The two lists as one table. */
export function differencesTable(): string {
  const rows = [
    ...stricter.map(({ says }) => `| we refuse more | ${says} |`),
    ...wider.map(({ says }) => `| we take more | ${says} |`),
    '| the SDK refuses more | It takes definitions of the language 1.0.3 only, and reads by the schema of that version. |',
  ];
  return ['| | |', '|---|---|', ...rows].join('\n');
}
