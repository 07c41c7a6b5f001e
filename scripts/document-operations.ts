/** The part of docs/api.md that is written from the operations table: an entry and a curl for each operation. */
import { problemCodesOf } from '../packages/server/src/api/openapi.ts';
import type { Operation } from '../packages/server/src/api/operation.ts';
import { fillBetween, toCell } from './document-parts.ts';

const address = 'http://127.0.0.1:8080';

/** The page with its part about operations as the table has them now. */
export function fillOperations(page: string, operations: readonly Operation[]): string {
  return fillBetween(page, 'operations', describeOperations(operations));
}

/** A table of all operations, and an entry for each. */
export function describeOperations(operations: readonly Operation[]): string {
  const tags = [...new Set(operations.map(({ tag }) => tag))];
  const parts = tags.flatMap((tag) => [
    `### ${(tag[0] ?? '').toUpperCase()}${tag.slice(1)}\n`,
    ...operations.filter((each) => each.tag === tag).map(describeOperation),
  ]);
  return `${overview(operations)}\n${parts.join('\n')}`;
}

function overview(operations: readonly Operation[]): string {
  const rows = operations.map(
    ({ method, path, summary }) => `| \`${method} ${path}\` | [${summary}](#${anchorOf(summary)}) |`,
  );
  return `| | |\n|---|---|\n${rows.join('\n')}\n`;
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function describeOperation(operation: Operation): string {
  const { summary, description, method, path, name } = operation;
  return [
    `#### ${summary}\n`,
    `\`${method} ${path}\` · \`${name}\`\n`,
    ...(description === undefined ? [] : [`${description}\n`]),
    ...pathsOf(operation),
    ...parametersOf(operation),
    `${[answersOf(operation), ...errorsOf(operation)].join(' ')}\n`,
    `\`\`\`sh\n${curlOf(operation)}\n\`\`\`\n`,
  ].join('\n');
}

function pathsOf({ aliases = [] }: Operation): string[] {
  if (aliases.length === 0) return [];
  return [`Also under ${aliases.map((path) => `\`${path}\``).join(' and ')}.\n`];
}

interface Parameter {
  readonly description?: string;
  readonly default?: unknown;
  readonly maximum?: number;
  readonly enum?: readonly string[];
}

function parametersOf({ params, query, headers }: Operation): string[] {
  const rows = [
    ...rowsOf(withoutId(params?.properties), (name) => `\`{${name}}\``),
    ...rowsOf(query?.properties, (name) => `\`?${name}\``),
    ...rowsOf(headers?.properties, (name) => `\`${headerName(name)}\``),
  ];
  return rows.length === 0 ? [] : [`| | |\n|---|---|\n${rows.join('\n')}\n`];
}

/** What `{id}` stands for is said at the head of the page. */
function withoutId(params: object = {}): object {
  return Object.fromEntries(Object.entries(params).filter(([name]) => name !== 'id'));
}

function rowsOf(properties: object = {}, show: (name: string) => string): string[] {
  return Object.entries(properties as Readonly<Record<string, Parameter>>).map(([name, schema]) => {
    const { description, default: usual, maximum } = schema;
    const bounds = [
      ...(usual === undefined || usual === false ? [] : [`Default ${JSON.stringify(usual)}.`]),
      ...(maximum === undefined ? [] : [`At most ${maximum}.`]),
    ];
    const text = [told[name] ?? description ?? '', ...bounds].filter((part) => part !== '').join(' ');
    return `| ${show(name)} | ${toCell(text)} |`;
  });
}

/** Parameters that are explained once, at the head of the page. */
const told: Readonly<Record<string, string>> = {
  namespace: 'Only workflows of this namespace.',
  limit: 'Entries of a page.',
  digest: 'The digest that a view of an execution or a workflow has.',
  cursor: 'See [pages](#pages).',
  wait: 'See [waiting for the end](#waiting-for-the-end).',
  'idempotency-key': 'See [the same request twice](#the-same-request-twice).',
  'last-event-id': 'See [event streams](#event-streams).',
};

/** `last-event-id` → `Last-Event-ID`. */
function headerName(name: string): string {
  return name
    .replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => `${dash}${letter.toUpperCase()}`)
    .replace(/-Id$/, '-ID');
}

function answersOf({ responses }: Operation): string {
  const texts = responses.map(({ status, description }) => `\`${status}\` ${description.replace(/\.$/, '')}`);
  return `Answers: ${texts.join('; ')}.`;
}

function errorsOf(operation: Operation): string[] {
  const own = problemCodesOf(operation).filter((code) => !everywhere.has(code));
  return own.length === 0 ? [] : [`Errors: ${own.map((code) => `\`${code}\``).join(', ')}.`];
}

/** Said once, at the head of the page. */
const everywhere: ReadonlySet<string> = new Set([
  'bad-request',
  'unauthorized',
  'forbidden-origin',
  'body-too-large',
  'unsupported-media-type',
  'internal',
  'unavailable',
]);

/** What makes an operation's example other than what its schemas give. */
interface Sample {
  readonly options?: readonly string[];
  readonly query?: string;
  readonly body?: unknown;
  /** file that holds the body of an operation that takes a definition */
  readonly file?: string;
}

const samples: Readonly<Record<string, Sample>> = {
  listWorkflows: { query: 'namespace=examples&limit=10' },
  removeWorkflow: { query: 'force=true' },
  startExecution: {
    options: ["-H 'Idempotency-Key: greeting-17'"],
    query: 'wait=30s',
    body: { workflow: { namespace: 'examples', name: 'hello' }, input: { name: 'Ada' } },
  },
  listExecutions: { query: 'status=running,waiting&workflow=examples/hello&limit=10' },
  getExecution: { query: 'wait=10s' },
  getExecutionEvents: { options: ['-N', "-H 'Accept: text/event-stream'"] },
  followExecutions: { options: ['-N', "-H 'Accept: text/event-stream'"] },
  publishFunction: { file: 'examples/functions/hello.yaml' },
  getEventValue: { query: 'of=/input' },
};

/** The command that asks for the operation; what the reader has to fill in is a variable of the shell. */
export function curlOf(operation: Operation): string {
  const { method, body, name } = operation;
  const sample = samples[name] ?? {};
  const options = [
    ...(method === 'GET' || (method === 'POST' && body !== undefined) ? [] : [`-X ${method}`]),
    ...(sample.options ?? []),
    ...bodyOf(body, sample),
  ];
  const query = sample.query === undefined ? '' : `?${sample.query}`;
  return wrap(['curl -s', ...options, `"${address}${samplePath(operation)}${query}"`]);
}

const columnsMax = 100;

/** The words of a command, on as many lines as they need. */
function wrap(words: readonly string[]): string {
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.pop();
    if (line === undefined) lines.push(word);
    else if (line.length + word.length < columnsMax) lines.push(`${line} ${word}`);
    else lines.push(line, `  ${word}`);
  }
  return lines.join(' \\\n');
}

function bodyOf(body: Operation['body'], sample: Sample): string[] {
  if (body === undefined) return [];
  if (body.type === 'definition')
    return ["-H 'Content-Type: application/yaml'", `--data-binary @${sample.file ?? 'examples/hello.yaml'}`];
  if (body.type === 'events')
    return [
      "-H 'Content-Type: application/cloudevents+json'",
      `-d '${JSON.stringify(sample.body ?? publishedExample)}'`,
    ];
  const value = sample.body ?? body.example;
  if (value === undefined) return [];
  return ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(value)}'`];
}

const publishedExample = {
  specversion: '1.0',
  id: 'payment-17',
  source: 'https://shop.example.com/payments',
  type: 'com.example.shop.payment.received.v1',
  data: { order: 'o-17', amount: 42 },
};

/** The path that says most, with examples for what it leaves open. */
function samplePath({ path, aliases = [], name, tag }: Operation): string {
  const chosen = name === 'publishWorkflowVersion' ? aliases.at(-1) : aliases[0];
  return (chosen ?? path).replace(
    /\{(\w+)\}/g,
    (_, parameter: string) =>
      (tag === 'workflows' ? known[parameter] : undefined) ?? `$${parameter.toUpperCase()}`,
  );
}

const known: Readonly<Record<string, string>> = { namespace: 'examples', name: 'hello', version: '1.0.0' };
