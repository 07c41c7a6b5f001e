/**
 * Evaluation of a program's expressions in a decision. Results are JSON values; every failure is an `expression`
 * fault, and a use of `$secrets` outside an effect's arguments an `authorization` fault.
 */
import { JqBudgetError } from '@millrace/jq';
import { parseDuration } from '../language/duration.ts';
import { describe } from '../language/shapes/place.ts';
import { isJsonObject, type Json, type JsonObject, setMember } from '../model/json.ts';
import type { ExecutionState, ExtendedState, TaskState } from '../model/state.ts';
import { unreachable } from '../model/unreachable.ts';
import type { CompiledExpression, Executable, LinkedNode } from '../program/link.ts';
import type {
  AuthenticationSource,
  DurationSource,
  Expression,
  ForNode,
  ListenNode,
  SchemaSource,
  Template,
  TryNode,
} from '../program/program.ts';
import { type SchemaError, SchemaLimitError } from '../schema/schema.ts';
import type { Decision } from './decision.ts';
import { standardFault } from './fault.ts';
import { instantOf } from './instant.ts';
import { recordable } from './recordable.ts';
import { Room } from './room.ts';
import { runtime } from './runtime.ts';

/** What the variables of an expression refer to at the place where it stands. */
export interface Place {
  readonly decision: Decision;
  /** absent: an expression of the workflow itself */
  readonly node?: LinkedNode;
  /** the task, once it has started */
  readonly task?: TaskState;
  /** the scope that the task runs in, from which loop and error variables are found */
  readonly parent: string;
  /** `$input`, once it is known */
  readonly input?: Json;
  /** `$output` in `export.as` */
  readonly output?: Json;
  /** raw output, for `$task.output` */
  readonly rawOutput?: Json;
  /** raw input, for `$task.input`; of the workflow's own expressions before it has begun, for `$workflow.input` */
  readonly rawInput?: Json;
  /** variables bound here and nowhere above: the error in the conditions of a `catch` */
  readonly bound?: Readonly<Record<string, Json>>;
}

/** A template's value over `dot`, the value of `.`. */
export function evaluate(template: Template, dot: Json, place: Place): Json {
  if (template.type === 'literal') return template.value;
  // One alone is bounded where it is evaluated.
  if (template.type === 'jq') return evaluateExpression(template, dot, place);
  return composed(template, dot, place, new Room(place.decision.limits.valueBytesMax));
}

function composed(template: Template, dot: Json, place: Place, room: Room): Json {
  const value = (expression: Expression) =>
    room.take(evaluateExpression(expression, dot, place), expression.source);
  switch (template.type) {
    case 'literal':
      return template.value;
    case 'jq':
      return value(template);
    case 'text':
      return template.parts.map((part) => (typeof part === 'string' ? part : asText(value(part)))).join('');
    case 'array':
      return template.items.map((item) => composed(item, dot, place, room));
    case 'object':
      return composedObject(template.members, dot, place, room);
    default:
      return unreachable(template);
  }
}

/** A condition's truth, as jq has it: all but `false` and `null` is true. */
export function holds(expression: Expression, dot: Json, place: Place): boolean {
  const value = evaluateExpression(expression, dot, place);
  return value !== null && value !== false;
}

/** The first output of an expression; `null` when it has none. */
export function evaluateExpression(expression: Expression, dot: Json, place: Place): Json {
  const compiled = compiledAt(expression, place);
  if (compiled === undefined) return expression.otherwise as string;
  if (compiled.usesSecrets) throw outsideArguments('$secrets', expression);
  // Once the call is done its scheme may be told; before, the credentials are not known.
  if (compiled.usesAuthorization && isAuthenticated(place) && place.rawOutput === undefined)
    throw outsideArguments('$authorization', expression);
  return firstOutput(compiled, expression, dot, variablesFor(compiled, place), place.decision);
}

/** The first output of an expression whose variables are known, as the log will hold it; `null` when it has none. */
export function firstOutput(
  { filter }: CompiledExpression,
  expression: Expression,
  dot: Json,
  variables: readonly unknown[],
  { host, limits }: Pick<Decision, 'host' | 'limits'>,
): Json {
  let value: Json | undefined;
  try {
    value = filter.first(dot, variables, host);
  } catch (error) {
    if (expression.otherwise !== undefined && !(error instanceof JqBudgetError)) return expression.otherwise;
    throw expressionFault(expression, error);
  }
  return value === undefined ? null : recordable(value, limits.valueBytesMax, expression.source);
}

function outsideArguments(variable: string, expression: Expression): Error {
  return standardFault(
    'authorization',
    `\`${variable}\` can be used in the arguments of a call to a service only: ${expression.source.trim()}`,
  );
}

/** Whether the task is a call that authenticates; for all others `$authorization` is null. */
export function isAuthenticated({ node }: Place): boolean {
  return node !== undefined && authenticationOf(node) !== undefined;
}

function authenticationOf({ node: found }: LinkedNode): AuthenticationSource | undefined {
  const node = found.kind === 'extended' ? found.task : found;
  return node.kind === 'call' && 'authentication' in node.call ? node.call.authentication : undefined;
}

/** The compiled form, or undefined when a text of mode `loose` is no expression at all. */
export function compiledAt(expression: Expression, place: Place): CompiledExpression | undefined {
  const names = [...(place.node?.scoped ?? []), ...Object.keys(place.bound ?? {})];
  return compiledWith(names, expression, place.decision.executable);
}

/** The same, where the variables of these names are in scope. */
export function compiledWith(
  names: readonly string[],
  expression: Expression,
  executable: Pick<Executable, 'expression'>,
): CompiledExpression | undefined {
  try {
    return executable.expression(expression, names);
  } catch (error) {
    if (expression.otherwise !== undefined) return undefined;
    throw expressionFault(expression, error);
  }
}

function expressionFault(expression: Expression, error: unknown): Error {
  if (!(error instanceof Error)) throw error;
  return standardFault('expression', `${expression.source.trim()}: ${error.message}`);
}

/** A computed duration in milliseconds. */
export function evaluateDuration(duration: DurationSource, dot: Json, place: Place): number {
  if (duration.type === 'fixed') return duration.milliseconds;
  const value = evaluate(duration.value, dot, place);
  const parsed = parseDuration(value);
  if (!parsed.ok) throw notADuration(duration.value, value, parsed.message);
  return parsed.milliseconds;
}

function notADuration(source: Template, value: Json, message: string): Error {
  const written = source.type === 'jq' ? `${source.source.trim()}: ` : '';
  // What is wrong with a text or with a member, the message says.
  const found = typeof value === 'string' || isJsonObject(value) ? '' : `, but found ${describe(value)}`;
  return standardFault('expression', `${written}${message}${found}`);
}

/** Throws a `validation` fault that names what does not fit. */
export function validate(schema: SchemaSource, value: Json, what: string, decision: Decision): void {
  const [first, ...more] = schemaErrors(schema, value, what, decision);
  if (first === undefined) return;
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  throw standardFault(
    'validation',
    `${what} does not fit its schema at ${first.pointer === '' ? 'its root' : first.pointer}: ${first.message}${others}`,
  );
}

function schemaErrors(
  schema: SchemaSource,
  value: Json,
  what: string,
  decision: Decision,
): readonly SchemaError[] {
  try {
    return decision.executable.validator(schema).validate(value);
  } catch (error) {
    if (!(error instanceof SchemaLimitError)) throw error;
    throw standardFault('validation', `${what} cannot be checked against its schema: ${error.message}`);
  }
}

/** The values of the variables that the expression uses, in their positions. */
export function variablesFor(compiled: CompiledExpression, place: Place): readonly unknown[] {
  if (compiled.used.length === 0) return [];
  const values: unknown[] = new Array(compiled.names.length).fill(null);
  for (const position of compiled.used)
    values[position] = variable(compiled.names[position] as string, place);
  return values;
}

/** The value of one variable at a place. */
export function variable(name: string, place: Place): Json {
  if (place.bound !== undefined && Object.hasOwn(place.bound, name)) return place.bound[name] as Json;
  const scoped = place.node?.scoped.includes(name) ? scopedVariable(name, place) : undefined;
  if (scoped !== undefined) return scoped;
  const { state } = place.decision;
  switch (name) {
    case 'context':
      return state.context;
    case 'input':
      return place.input ?? null;
    case 'output':
      return place.output ?? null;
    case 'task':
      return taskVariable(extendedPlace(place) ?? place);
    case 'workflow':
      return workflowVariable(place);
    case 'runtime':
      return runtime;
    case 'authorization':
      return authorizationVariable(place);
    default:
      return null;
  }
}

/** The scheme as it stands in the header field of the call; what follows it there is recorded nowhere. */
function authorizationVariable({ node }: Place): Json {
  const authentication = node === undefined ? undefined : authenticationOf(node);
  if (authentication === undefined) return null;
  const { scheme } = authentication;
  return {
    scheme: scheme === 'basic' ? 'Basic' : scheme === 'digest' ? 'Digest' : 'Bearer',
    parameter: '***',
  };
}

/** Looks outwards for the loop or the `catch` that binds a name; the innermost wins. */
function scopedVariable(name: string, place: Place): Json | undefined {
  const { decision } = place;
  for (let key = place.parent; key !== ''; ) {
    const around = decision.task(key);
    const value = boundBy(around, name, decision);
    if (value !== undefined) return value;
    key = around.parent;
  }
  return undefined;
}

function boundBy(around: TaskState, name: string, decision: Decision): Json | undefined {
  const { node } = decision.nodeOf(around);
  if (around.kind === 'for') {
    const { each, at } = node as ForNode;
    if (name === each) return around.items?.[around.index] ?? null;
    if (name === at) return around.index;
  }
  if (around.kind === 'listen') {
    const { foreach } = node as ListenNode;
    if (name === foreach?.each) return around.queue?.[around.index] ?? null;
    if (name === foreach?.at) return around.index;
  }
  if (around.kind === 'try' && around.stage === 'catching' && name === (node as TryNode).as)
    return around.error ?? null;
  return undefined;
}

/**
 * In the tasks of an extension `$task` is the task that is extended: the specification's own logging extension tells
 * of `$task.reference` that way.
 */
function extendedPlace(place: Place): Place | undefined {
  const { decision } = place;
  for (let key = place.parent; key !== ''; key = decision.task(key).parent) {
    const around = decision.task(key);
    // A function describes its own tasks, whoever calls it.
    if (around.kind === 'call') return undefined;
    if (around.kind === 'extension') return placeAround(decision, around.parent);
  }
  const around = place.parent === '' ? undefined : decision.task(place.parent);
  return around?.kind === 'extended' ? { ...place, task: around } : undefined;
}

function placeAround(decision: Decision, key: string): Place {
  const task = decision.task(key) as ExtendedState;
  const ended = task.directive === undefined ? {} : { rawOutput: task.value };
  return { decision, node: decision.nodeOf(task), task, parent: task.parent, ...ended };
}

function taskVariable({ node, task, rawInput, rawOutput, decision }: Place): Json {
  if (node === undefined) return null;
  const startedAt = task?.startedAt ?? decision.moment.now;
  const { name, pointer, reference = pointer } = node.node;
  return {
    // An extension's condition reads `$task.call` and `$task.with`, so the task's own members stand here too.
    ...(node.node.kind === 'extended' && isJsonObject(node.definition as Json)
      ? (node.definition as JsonObject)
      : {}),
    name,
    reference,
    definition: node.definition as Json,
    input: task?.raw ?? rawInput ?? null,
    output: rawOutput ?? null,
    startedAt: instantOf(startedAt),
  };
}

function workflowVariable({ decision, rawInput }: Place): Json {
  const { state, executable, execution } = decision;
  return {
    id: execution,
    definition: executable.program.definition,
    input: state.version === 0 ? (rawInput ?? null) : state.input,
    startedAt: instantOf(startedAtOf(state, decision)),
  };
}

function startedAtOf(state: ExecutionState, decision: Decision): number {
  return state.version === 0 ? decision.moment.now : state.startedAt;
}

function composedObject(
  members: readonly (readonly [string, Template])[],
  dot: Json,
  place: Place,
  room: Room,
): JsonObject {
  const result: Record<string, Json> = {};
  for (const [name, member] of members) setMember(result, name, composed(member, dot, place, room));
  return result;
}

/** What a template yields where a text may stand; undefined: it is null, and so as if it were not there. */
export function evaluateText(template: Template, dot: Json, place: Place): string | undefined {
  const value = evaluate(template, dot, place);
  return value === null ? undefined : asText(value);
}

/** What was computed where a text has to stand; `what` names the place in the error for null. */
export function requiredText(value: Json, what: string): string {
  if (value === null)
    throw standardFault('expression', `\`${what}\` yields null, where there has to be a text`);
  return asText(value);
}

/** A value put into text: strings as they are, all else as JSON. */
export function asText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
