/** The members of the language, by where they stand: what the editor offers while one types. */

export interface Keyword {
  readonly name: string;
  /** what is put in: absent: the name and a colon */
  readonly insert?: string;
}

const common = ['if', 'input', 'output', 'export', 'timeout', 'then', 'metadata'];
const duration = ['days', 'hours', 'minutes', 'seconds', 'milliseconds'];
const authentication = ['basic', 'bearer', 'digest', 'oauth2', 'oidc', 'use'];
const data = ['schema', 'from'];
const result = ['schema', 'as'];

/** Members of an object, by the key that holds it. */
const members: Readonly<Record<string, readonly string[]>> = {
  '': ['document', 'input', 'use', 'do', 'timeout', 'output', 'schedule', 'evaluate'],
  document: ['dsl', 'namespace', 'name', 'version', 'title', 'summary', 'tags', 'metadata'],
  use: ['authentications', 'catalogs', 'errors', 'extensions', 'functions', 'retries', 'secrets', 'timeouts'],
  evaluate: ['language', 'mode'],
  schedule: ['every', 'cron', 'after', 'on', 'read'],
  input: data,
  output: result,
  export: result,
  schema: ['format', 'document', 'resource'],
  resource: ['name', 'endpoint'],
  endpoint: ['uri', 'authentication'],
  authentication,
  timeout: ['after'],
  after: duration,
  every: duration,
  wait: duration,
  delay: duration,
  duration,
  from: duration,
  to: duration,
  for: ['each', 'in', 'at'],
  fork: ['branches', 'compete'],
  raise: ['error'],
  error: ['type', 'status', 'title', 'detail', 'instance'],
  catch: ['errors', 'as', 'when', 'exceptWhen', 'retry', 'do', 'then'],
  errors: ['with'],
  retry: ['when', 'exceptWhen', 'delay', 'backoff', 'limit', 'jitter'],
  backoff: ['constant', 'linear', 'exponential'],
  limit: ['attempt', 'duration'],
  attempt: ['count', 'duration'],
  jitter: ['from', 'to'],
  emit: ['event'],
  event: ['with'],
  listen: ['to', 'read'],
  foreach: ['item', 'at', 'do', 'output', 'export'],
  run: ['container', 'script', 'shell', 'workflow', 'await', 'return'],
  container: [
    'image',
    'name',
    'command',
    'ports',
    'volumes',
    'environment',
    'stdin',
    'arguments',
    'lifetime',
    'pullPolicy',
  ],
  script: ['language', 'code', 'source', 'stdin', 'arguments', 'environment'],
  shell: ['command', 'stdin', 'arguments', 'environment'],
  workflow: ['namespace', 'name', 'version', 'input'],
};

/** Members of `with`, by what holds it. */
const withMembers: Readonly<Record<string, readonly string[]>> = {
  errors: ['type', 'status', 'title', 'detail', 'instance'],
  event: ['id', 'source', 'type', 'time', 'subject', 'datacontenttype', 'dataschema', 'data'],
  call: [
    'method',
    'endpoint',
    'headers',
    'query',
    'body',
    'output',
    'redirect',
    'document',
    'operationId',
    'parameters',
    'authentication',
  ],
};

const listenTo = ['all', 'any', 'one', 'until'];

/** A task's own member, with the lines that it needs; `\t` stands for one level of indentation. */
const tasks: readonly Keyword[] = [
  { name: 'call', insert: 'call: http\nwith:\n\tmethod: get\n\tendpoint: https://' },
  { name: 'do', insert: 'do:\n\t- ' },
  { name: 'emit', insert: 'emit:\n\tevent:\n\t\twith:\n\t\t\ttype: ' },
  { name: 'for', insert: 'for:\n\teach: item\n\tin: ${ .items }\ndo:\n\t- ' },
  { name: 'fork', insert: 'fork:\n\tbranches:\n\t\t- ' },
  { name: 'listen', insert: 'listen:\n\tto:\n\t\tone:\n\t\t\twith:\n\t\t\t\ttype: ' },
  { name: 'raise', insert: 'raise:\n\terror:\n\t\ttype: https://\n\t\tstatus: 500\n\t\ttitle: ' },
  { name: 'run', insert: 'run:\n\tworkflow:\n\t\tnamespace: \n\t\tname: \n\t\tversion: ' },
  { name: 'set', insert: 'set:\n\t' },
  { name: 'switch', insert: 'switch:\n\t- case:\n\t\t\twhen: ${  }\n\t\t\tthen: ' },
  {
    name: 'try',
    insert: 'try:\n\t- \ncatch:\n\tretry:\n\t\tdelay: { seconds: 1 }\n\t\tlimit: { attempt: { count: 3 } }',
  },
  { name: 'wait', insert: 'wait: { seconds: 1 }' },
];

const values: Readonly<Record<string, readonly string[]>> = {
  call: ['http', 'openapi', 'grpc', 'asyncapi', 'a2a', 'mcp'],
  then: ['continue', 'exit', 'end'],
  method: ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'],
  output: ['content', 'raw', 'response'],
  mode: ['strict', 'loose'],
  language: ['jq'],
  read: ['data', 'envelope', 'raw'],
  compete: ['true', 'false'],
  redirect: ['true', 'false'],
  dsl: ["'1.0.3'"],
};

/** Keys whose lists hold tasks. */
const taskLists = new Set(['do', 'try', 'branches', 'before', 'after']);

/** What may stand as a key under `path` (see `pathAt`). */
export function keywordsAt(path: readonly string[]): readonly Keyword[] {
  const last = path.at(-1);
  if (last === undefined) return named(members['']);
  if (isTask(path)) return [...tasks, ...named(common)];
  // The name of a task, of a case, or of an item: the author's own.
  if (last === '-') return [];
  if (isCase(path)) return named(['when', 'then']);
  if (last === 'with') return named(withMembers[path.at(-2) ?? ''] ?? withMembers.call);
  if (last === 'to' && path.at(-2) === 'listen') return named(listenTo);
  return named(members[last]);
}

/** What may stand as the value of `key`. */
export function valuesOf(key: string): readonly string[] {
  return values[key] ?? [];
}

/** `…, do, -, NAME` */
function isTask(path: readonly string[]): boolean {
  return path.at(-2) === '-' && taskLists.has(path.at(-3) ?? '') && path.at(-1) !== '-';
}

function isCase(path: readonly string[]): boolean {
  return path.at(-2) === '-' && path.at(-3) === 'switch';
}

function named(names: readonly string[] | undefined): readonly Keyword[] {
  return (names ?? []).map((name) => ({ name }));
}
