import type { Json } from '../model/json.ts';
import { isJsonObject } from '../model/json.ts';
import type { WorkflowDocument } from './document.ts';
import { runtimeVariables } from './expression.ts';
import { expressionChecker } from './jq-check.ts';
import { printJson } from './json-text.ts';
import { readText } from './read-text.ts';
import { type Check, type DefinedNames, pointerOf, rootPlace, type Walk } from './shapes/place.ts';
import { task } from './shapes/task.ts';
import { branchList, taskList } from './shapes/task-list.ts';
import { workflow } from './shapes/workflow.ts';
import type { NodeSource, Source } from './source.ts';
import type { SourceError } from './source-error.ts';

export type { Source, SourceError };

export type Parsed =
  | { readonly ok: true; readonly workflow: WorkflowDocument; readonly source: Source }
  | { readonly ok: false; readonly errors: readonly SourceError[] };

export interface ParseOptions {
  /** named in errors */
  readonly file?: string;
  /** functions that the host registered: what `call` may name besides `use.functions` */
  readonly functions?: ReadonlySet<string>;
  /** catalogs that the host knows, besides `use.catalogs` and `default` */
  readonly catalogs?: ReadonlySet<string>;
  /** UTF-8 bytes; default 1 MiB */
  readonly textBytesMax?: number;
  /** levels of nesting in the definition; default 64 */
  readonly depthMax?: number;
  /** keys and values, aliases expanded; default 20,000 */
  readonly nodesMax?: number;
  /** errors reported; default 100 */
  readonly errorsMax?: number;
}

/**
 * Reads the text of a workflow, YAML or JSON: a checked document with positions, or all errors in the order of the
 * text. A text that is not YAML has errors of syntax only. Never throws, whatever the text.
 *
 * @example
 * const parsed = parse(text, { file: 'order.yaml' });
 * if (!parsed.ok) for (const { line, column, message } of parsed.errors) print(`${line}:${column} ${message}`);
 */
export function parse(text: string, options: ParseOptions = {}): Parsed {
  const limits = { ...defaultLimits, ...withoutAbsent(options) };
  const read = readText(text, { ...limits, file: options.file });
  if (!read.ok) return read;
  const names = definedNames(read.value, options);
  const mode = isLoose(read.value) ? 'loose' : 'strict';
  const errors = check(workflow, read.value, read.source, { ...options, names, mode }, limits.errorsMax);
  if (errors.length > 0) return { ok: false, errors };
  return { ok: true, workflow: checked(read.value), source: read.source };
}

/** A value that has passed every check of the tables is what the types say. */
function checked(value: Json): WorkflowDocument {
  return value as unknown as WorkflowDocument;
}

/**
 * Reads a workflow given as a JSON value. It is printed as JSON with an indent of two, and positions are of that
 * text. A value that JSON cannot hold is an error.
 */
export function parseValue(document: unknown, options: ParseOptions = {}): Parsed {
  const limits = { ...defaultLimits, ...withoutAbsent(options) };
  const printed = printJson(document, limits);
  if (printed.ok) return parse(printed.text, options);
  const { pointer, message } = printed;
  const file = options.file === undefined ? {} : { file: options.file };
  return { ok: false, errors: [{ ...file, line: 1, column: 1, pointer, message }] };
}

const defaultLimits = { textBytesMax: 1_048_576, depthMax: 64, nodesMax: 20_000, errorsMax: 100 };

/** Options that are given as undefined count as absent. */
function withoutAbsent(options: ParseOptions): Partial<typeof defaultLimits> {
  return Object.fromEntries(
    Object.keys(defaultLimits).flatMap((key) => {
      const value = options[key as keyof typeof defaultLimits];
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

/** The value of a text that holds one task. */
export function checkTask(
  text: string,
  options: ParseOptions & { readonly secrets?: ReadonlySet<string> },
):
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly errors: readonly SourceError[] } {
  const limits = { ...defaultLimits, ...withoutAbsent(options) };
  const read = readText(text, { ...limits, file: options.file });
  if (!read.ok) return read;
  const { catalogs = anyName, secrets = anyName } = options;
  const names = { ...definedNames({}, options), catalogs, secrets };
  const checking: Checking = { ...options, names, mode: 'strict' };
  const errors = check(task, read.value, read.source, checking, limits.errorsMax);
  return errors.length > 0 ? { ok: false, errors } : { ok: true, value: read.value };
}

/** Where nothing is known of the workflow around a task, each name may be there. */
const anyName: ReadonlySet<string> = new (class extends Set<string> {
  override has(): boolean {
    return true;
  }
})();

type Checking = ParseOptions & Pick<Walk, 'mode' | 'names'>;

function check(
  shape: Check,
  document: Json,
  source: NodeSource,
  options: Checking,
  errorsMax: number,
): SourceError[] {
  const errors = new Map<string, SourceError>();
  const file = options.file === undefined ? {} : { file: options.file };
  const walk: Walk = {
    mode: options.mode,
    names: options.names,
    compile: expressionChecker(),
    tasks: taskList,
    branches: branchList,
    uses: new Map(),
    report(place, message, aim) {
      if (errors.size >= errorsMax) return;
      const pointer = pointerOf(place);
      const error = { ...file, ...source.aim(pointer, aim), pointer, message };
      // A reusable part is checked once for each scope that uses it.
      errors.set(`${error.line}:${error.column}:${pointer}:${message}`, error);
    },
  };
  shape(document, rootPlace(walk, runtimeVariables));
  return [...errors.values()].sort((a, b) => a.line - b.line || a.column - b.column);
}

function isLoose(document: Json): boolean {
  return isJsonObject(document) && isJsonObject(document.evaluate) && document.evaluate.mode === 'loose';
}

function definedNames(document: Json, options: ParseOptions): DefinedNames {
  const use = isJsonObject(document) && isJsonObject(document.use) ? document.use : {};
  const keys = (value: Json | undefined): string[] => (isJsonObject(value) ? Object.keys(value) : []);
  const { secrets } = use;
  return {
    authentications: new Set(keys(use.authentications)),
    catalogs: new Set([...keys(use.catalogs), ...(options.catalogs ?? [])]),
    errors: new Set(keys(use.errors)),
    functions: new Set([...keys(use.functions), ...(options.functions ?? [])]),
    retries: new Set(keys(use.retries)),
    secrets: new Set(Array.isArray(secrets) ? secrets.filter((each) => typeof each === 'string') : []),
    timeouts: new Set(keys(use.timeouts)),
  };
}
