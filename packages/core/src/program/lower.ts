/**
 * lower: a checked document of the Open Workflow DSL 1.0 to a program. References to `use` are resolved, texts are
 * told apart into literals, expressions and interpolations, durations are counted. What this version does not run
 * becomes an `unsupported` node or an entry of `program.unsupported`: parsing accepts it, starting refuses it.
 */
import {
  type CallTask,
  type ForkTask,
  type ForTask,
  type KindedTask,
  kinded,
  namedTask,
  type RunTask,
  type SwitchTask,
  type Task,
  type TaskCommon,
  type TaskList,
  type TryTask,
  type WorkflowDocument,
} from '../language/document.ts';
import { catchVariable, forVariables } from '../language/scope.ts';
import { asJsonObject, type Json } from '../model/json.ts';
import { unreachable } from '../model/unreachable.ts';
import { lowerCall } from './lower-call.ts';
import { extended, lowerExtensions } from './lower-extensions.ts';
import { lowerFunctions } from './lower-functions.ts';
import { lowerListen } from './lower-listen.ts';
import { lowerRetry } from './lower-retry.ts';
import { lowerSchedule } from './lower-schedule.ts';
import { durationSource, expressionAt, intake, outlet, templateAt } from './lower-values.ts';
import { type Lowering, refuse, used } from './lowering.ts';
import { pointerTo } from './pointer.ts';
import type { ErrorFilter, ErrorSource, ForNode, Node, Program, SwitchNode, Template } from './program.ts';
import type { Resources } from './resources.ts';

/** What every node of a task starts from. */
export interface NodeStart {
  readonly name: string;
  readonly pointer: string;
}

/** Lowers a document that `parse` accepted with the same `functions`. */
export function lower(
  workflow: WorkflowDocument,
  functions: ReadonlySet<string> = new Set(),
  resources: Resources = new Map(),
): Program {
  const plain: Lowering = {
    mode: workflow.evaluate?.mode ?? 'strict',
    use: workflow.use ?? {},
    functions,
    unsupported: [],
    extensions: [],
    // All names first: extensions call functions, and functions call each other.
    custom: new Map(Object.keys(workflow.use?.functions ?? {}).map((name) => [name, undefined])),
    resources,
    missing: [],
    faults: [],
    lowerTask,
  };
  const lowering: Lowering = { ...plain, extensions: lowerExtensions(workflow.use, plain, lowerList) };
  lowerFunctions(lowering);
  const input = intake(workflow.input, '/input', lowering);
  const output = outlet(workflow.output, '/output', lowering);
  const timeout = timeoutOf(workflow.timeout, '/timeout', lowering);
  const tasks = lowerList(workflow.do, '/do', lowering);
  const schedule = lowerSchedule(workflow);
  return {
    language: 'dsl-1.0',
    namespace: workflow.document.namespace,
    name: workflow.document.name,
    version: workflow.document.version,
    definition: asJsonObject(workflow),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(schedule === undefined ? {} : { schedule }),
    pointer: '/do',
    tasks,
    functions: functionsOf(lowering),
    secrets: workflow.use?.secrets ?? [],
    unsupported: lowering.unsupported,
    ...(lowering.missing.length === 0 ? {} : { missing: lowering.missing }),
    ...(lowering.faults.length === 0 ? {} : { faults: lowering.faults }),
  };
}

function functionsOf({ custom }: Lowering): Program['functions'] {
  return Object.fromEntries([...custom].flatMap(([name, source]) => (source ? [[name, source]] : [])));
}

function lowerList(list: TaskList, pointer: string, lowering: Lowering): Node[] {
  return list.map((entry, index) => {
    const [name, task] = namedTask(entry);
    return lowerTask(task, { name, pointer: pointerTo(pointerTo(pointer, index), name) }, lowering);
  });
}

function lowerTask(task: Task, start: NodeStart, lowering: Lowering): Node {
  const known = kinded(task);
  const node = { ...common(task, start, lowering), ...body(known, start, lowering) } as Node;
  return extended(node, known.kind, lowering);
}

function common(task: TaskCommon, { name, pointer }: NodeStart, lowering: Lowering): Omit<Node, 'kind'> {
  const input = intake(task.input, `${pointer}/input`, lowering);
  const output = outlet(task.output, `${pointer}/output`, lowering);
  const exported = outlet(task.export, `${pointer}/export`, lowering);
  const timeout = timeoutOf(task.timeout, `${pointer}/timeout`, lowering);
  return {
    name,
    pointer,
    ...(task.if === undefined ? {} : { if: expressionAt(task.if, `${pointer}/if`) }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
    ...(exported === undefined ? {} : { export: exported }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(task.then === undefined || task.then === 'continue' ? {} : { then: task.then }),
  };
}

function timeoutOf(timeout: TaskCommon['timeout'], pointer: string, lowering: Lowering): Program['timeout'] {
  if (timeout === undefined) return undefined;
  if (typeof timeout !== 'string') return durationSource(timeout.after, `${pointer}/after`, lowering);
  const named = used(lowering.use.timeouts, timeout);
  return durationSource(named.after, `${pointerTo('/use/timeouts', timeout)}/after`, lowering);
}

/** The own members of a node, without those that all tasks share. */
type Body = Readonly<Record<string, unknown>> & { readonly kind: Node['kind'] };

function body({ kind, task }: KindedTask, start: NodeStart, lowering: Lowering): Body {
  const { pointer } = start;
  switch (kind) {
    case 'do':
      return as<'do'>({ kind, tasks: lowerList(task.do, `${pointer}/do`, lowering) });
    case 'set':
      return as<'set'>({ kind, value: templateAt(task.set, `${pointer}/set`, lowering) });
    case 'switch':
      return lowerSwitch(task, pointer);
    case 'for':
      return lowerFor(task, pointer, lowering);
    case 'fork':
      return lowerFork(task, pointer, lowering);
    case 'try':
      return lowerTry(task, pointer, lowering);
    case 'raise':
      return as<'raise'>({ kind, error: errorSource(task.raise.error, `${pointer}/raise/error`, lowering) });
    case 'wait':
      return as<'wait'>({ kind, duration: durationSource(task.wait, `${pointer}/wait`, lowering) });
    case 'emit':
      return as<'emit'>({
        kind,
        event: templateAt(task.emit.event.with, `${pointer}/emit/event/with`, lowering),
      });
    case 'call':
      return lowerCallTask(task, pointer, lowering);
    case 'listen':
      return as<'listen'>(lowerListen(task, pointer, lowering, lowerList));
    case 'run':
      return lowerRun(task, pointer, lowering);
    default:
      return unreachable(kind);
  }
}

/** Checks the own members of a node against its kind; what all tasks share is added around it. */
function as<K extends Node['kind']>(
  node: Omit<Extract<Node, { kind: K }>, keyof TaskCommon | 'name' | 'pointer'>,
): Body {
  return node;
}

function unsupported(pointer: string, feature: string, lowering: Lowering): Body {
  refuse(lowering, pointer, feature);
  return as<'unsupported'>({ kind: 'unsupported', feature });
}

function lowerCallTask(task: CallTask, pointer: string, lowering: Lowering): Body {
  const call = lowerCall(task, pointer, lowering);
  if (call.type === 'missing')
    return as<'unsupported'>({ kind: 'unsupported', feature: `the function ${call.function}` });
  if (call.type === 'unsupported') return unsupported(pointer, call.feature, lowering);
  const unsafe = task.metadata?.unsafe === true;
  return as<'call'>({ kind: 'call', call, ...(unsafe ? { unsafe } : {}) });
}

function lowerRun({ run }: RunTask, pointer: string, lowering: Lowering): Body {
  if (!('workflow' in run)) {
    const [kind = ''] = ['container', 'script', 'shell'].filter((name) => name in run);
    return unsupported(pointer, `\`run: ${kind}\` tasks`, lowering);
  }
  const { namespace, name, version, input } = run.workflow;
  const place = `${pointer}/run/workflow`;
  const isLatest = version === undefined || version === 'latest';
  return as<'run'>({
    kind: 'run',
    workflow: {
      namespace: templateAt(namespace, `${place}/namespace`, lowering),
      name: templateAt(name, `${place}/name`, lowering),
      ...(isLatest ? {} : { version: templateAt(version, `${place}/version`, lowering) }),
    },
    ...(input === undefined ? {} : { with: templateAt(input, `${place}/input`, lowering) }),
    ...(run.await === false ? { detached: true } : {}),
    ...(run.return === 'none' ? { silent: true } : {}),
  });
}

function lowerSwitch(task: SwitchTask, pointer: string): Body {
  const cases: SwitchNode['cases'] = task.switch.map((entry, index) => {
    const [[name, branch]] = Object.entries(entry) as [[string, SwitchTask['switch'][number][string]]];
    const place = pointerTo(pointerTo(`${pointer}/switch`, index), name);
    return {
      name,
      ...(branch.when === undefined ? {} : { when: expressionAt(branch.when, `${place}/when`) }),
      then: branch.then,
    };
  });
  return as<'switch'>({ kind: 'switch', cases });
}

function lowerFor(task: ForTask, pointer: string, lowering: Lowering): Body {
  const { each, at } = forNames(task);
  const place = `${pointer}/for/in`;
  const collection: Template =
    typeof task.for.in === 'string'
      ? expressionAt(task.for.in, place)
      : templateAt(task.for.in as Json, place, lowering);
  return as<'for'>({
    kind: 'for',
    each,
    at,
    in: collection,
    ...(task.while === undefined ? {} : { while: expressionAt(task.while, `${pointer}/while`) }),
    tasks: lowerList(task.do, `${pointer}/do`, lowering),
  });
}

function forNames(task: ForTask): Pick<ForNode, 'each' | 'at'> {
  const names = forVariables(task.for);
  return { each: names.item, at: names.index };
}

function lowerFork(task: ForkTask, pointer: string, lowering: Lowering): Body {
  return as<'fork'>({
    kind: 'fork',
    branches: lowerList(task.fork.branches, `${pointer}/fork/branches`, lowering),
    join: { type: task.fork.compete === true ? 'first' : 'all' },
  });
}

function lowerTry(task: TryTask, pointer: string, lowering: Lowering): Body {
  const caught = task.catch;
  const place = `${pointer}/catch`;
  const filter = caught.errors?.with;
  const retry = lowerRetry(caught.retry, `${place}/retry`, lowering);
  return as<'try'>({
    kind: 'try',
    tasks: lowerList(task.try, `${pointer}/try`, lowering),
    as: catchVariable(caught),
    ...(filter === undefined ? {} : { errors: errorFilter(filter, `${place}/errors/with`, lowering) }),
    ...(caught.when === undefined ? {} : { when: expressionAt(caught.when, `${place}/when`) }),
    ...(caught.exceptWhen === undefined
      ? {}
      : { exceptWhen: expressionAt(caught.exceptWhen, `${place}/exceptWhen`) }),
    ...(retry === undefined ? {} : { retry }),
    ...(caught.do === undefined ? {} : { handler: lowerList(caught.do, `${place}/do`, lowering) }),
    ...(caught.then === undefined ? {} : { catchThen: caught.then }),
  });
}

function errorFilter(filter: object, pointer: string, lowering: Lowering): ErrorFilter {
  const entries = Object.entries(filter).map(([name, value]) => [
    name === 'details' ? 'detail' : name,
    templateAt(value as Json, pointerTo(pointer, name), lowering),
  ]);
  return Object.fromEntries(entries) as ErrorFilter;
}

function errorSource(error: string | object, pointer: string, lowering: Lowering): ErrorSource {
  const place = typeof error === 'string' ? pointerTo('/use/errors', error) : pointer;
  const definition = typeof error === 'string' ? used(lowering.use.errors, error) : error;
  const entries = Object.entries(definition).map(([name, value]) => [
    name,
    templateAt(value as Json, pointerTo(place, name), lowering),
  ]);
  return Object.fromEntries(entries) as ErrorSource;
}
