import { parseValue, type SourceError, type WorkflowDocument } from '@millrace/core';
import type { TaskEntry } from './tasks.ts';

/** A workflow that is being written. Each method gives a new one, so that a beginning can be shared. */
export interface WorkflowBuilder {
  /** Adds tasks to the end of the main list. */
  do(...tasks: readonly TaskEntry[]): WorkflowBuilder;
  /** The schema and the transformation of what it is started with. */
  input(input: NonNullable<WorkflowDocument['input']>): WorkflowBuilder;
  output(output: NonNullable<WorkflowDocument['output']>): WorkflowBuilder;
  /** From its start, suspensions included. */
  timeout(timeout: NonNullable<WorkflowDocument['timeout']>): WorkflowBuilder;
  /** Reusable parts: authentications, errors, retries, secrets, timeouts. */
  use(use: NonNullable<WorkflowDocument['use']>): WorkflowBuilder;
  /** The checked document; throws `InvalidWorkflowError` with all that is wrong with it. */
  build(): WorkflowDocument;
}

/** `dsl` (default 1.0.3), `title`, `summary` (Markdown), `tags`, `metadata` */
export type WorkflowHeader = Partial<Omit<WorkflowDocument['document'], 'namespace' | 'name' | 'version'>>;

/**
 * Writes a definition. Throws `TypeError` when `id` is not `namespace/name`.
 *
 * @example
 * const greet = workflow('examples/greet', '1.0.0')
 *   .do(wait('pause', { seconds: 1 }), set('greet', { greeting: jq`"Hello, \(.name)!"` }))
 *   .build();
 */
export function workflow(
  id: `${string}/${string}`,
  version: string,
  header: WorkflowHeader = {},
): WorkflowBuilder {
  const [namespace, name, ...others] = id.split('/');
  if (namespace === undefined || name === undefined || others.length > 0)
    throw new TypeError(`expected namespace/name but found "${id}"`);
  return builderOf({ document: { dsl: '1.0.3', namespace, name, version, ...header }, do: [] });
}

function builderOf(definition: WorkflowDocument): WorkflowBuilder {
  const having = (part: Partial<WorkflowDocument>) => builderOf({ ...definition, ...part });
  return {
    do: (...tasks) => having({ do: [...definition.do, ...tasks] }),
    input: (input) => having({ input }),
    output: (output) => having({ output }),
    timeout: (timeout) => having({ timeout }),
    use: (use) => having({ use }),
    build: () => build(definition),
  };
}

/** What is wrong with a workflow that was built: `errors` are those of `parse`, over the document as JSON. */
export class InvalidWorkflowError extends Error {
  readonly errors: readonly SourceError[];

  constructor(errors: readonly SourceError[]) {
    const lines = errors.map(({ pointer, message }) => `${pointer === '' ? '/' : pointer} ${message}`);
    super(`the workflow has errors:\n  ${lines.join('\n  ')}`);
    this.name = 'InvalidWorkflowError';
    this.errors = errors;
  }
}

function build(definition: WorkflowDocument): WorkflowDocument {
  // Functions are the engine's: it refuses to start what calls one that it does not have.
  const parsed = parseValue(withoutAbsent(definition), { functions: functionsIn(definition) });
  if (!parsed.ok) throw new InvalidWorkflowError(parsed.errors);
  return parsed.workflow;
}

/** The parser refuses what is nested deeper than 64 levels; a value that holds itself is, too. */
const depthMax = 100;

/** Members that were given as undefined are as good as left out. */
function withoutAbsent(value: unknown, depth = 0): unknown {
  if (depth === depthMax) return value;
  if (Array.isArray(value)) return value.map((item) => withoutAbsent(item, depth + 1));
  if (typeof value !== 'object' || value === null || !isPlain(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutAbsent(member, depth + 1)]));
}

/** A date or a map is not JSON, and the parser says so. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Every name that a `call` in the document has. */
function functionsIn(value: unknown, names = new Set<string>(), depth = 0): ReadonlySet<string> {
  if (typeof value !== 'object' || value === null || depth === depthMax) return names;
  if ('call' in value && typeof value.call === 'string') names.add(value.call);
  for (const member of Object.values(value)) functionsIn(member, names, depth + 1);
  return names;
}
