/**
 * A definition as a graph: its tasks are nodes, named by their JSON pointers as the run names them, and its flow is
 * edges. Lists inside a task are nodes inside a node. No measures here: those are the layout's.
 */
import { pointerTo, type Task, type TaskList, type WorkflowDocument } from '@millrace/core';
import { eventWords } from './event-words.ts';

export const taskKinds = [
  'call',
  'emit',
  'for',
  'fork',
  'listen',
  'raise',
  'run',
  'set',
  'switch',
  'try',
  'wait',
  'do',
] as const;

export type TaskNodeKind = (typeof taskKinds)[number];

/** `catch` is the handler inside a `try`. */
export type NodeKind = TaskNodeKind | 'catch' | 'start' | 'end';

export interface GraphNode {
  /** a task's JSON pointer; `start` and `end` for those two */
  readonly id: string;
  readonly kind: NodeKind;
  readonly label: string;
  /** what a task does, in a few words of the definition: a method and address, a duration */
  readonly detail?: string;
  /** it runs only under a condition */
  readonly conditional?: true;
  /** id of the node it stands in */
  readonly parent?: string;
  /** other nodes stand in it */
  readonly group: boolean;
  /** of an `end` that is one task's own: that task */
  readonly endOf?: string;
}

/** `next` in the order of the list, `jump` by a directive, `case` of a switch, `error` to a handler. */
export type EdgeKind = 'next' | 'jump' | 'case' | 'error';

export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
  readonly label?: string;
}

export interface Graph {
  /** parents before their children */
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export function graphOf(workflow: WorkflowDocument): Graph {
  const nodes: GraphNode[] = [
    { id: 'start', kind: 'start', label: '', group: false },
    { id: 'end', kind: 'end', label: '', group: false },
  ];
  const builder: Builder = { nodes, edges: new Map() };
  const first = workflow.do[0] === undefined ? 'end' : idAt('/do', 0, workflow.do);
  addEdge(builder, { from: 'start', to: first, kind: 'next' });
  addList(builder, workflow.do, { pointer: '/do', after: 'end' });
  const edges = [...builder.edges.values()];
  // A workflow whose last task raises has no end of this kind.
  const isReached = edges.some(({ to }) => to === 'end');
  return { nodes: isReached ? nodes : nodes.filter(({ id }) => id !== 'end'), edges };
}

/**
 * The same with an end of its own for tasks that jump to the end: for those inside others, or for all. In a large
 * graph, a line past hundreds of tasks tells nothing, and takes most of the time of a layout. Edges keep their ids.
 */
export function withOwnEnds({ nodes, edges }: Graph, whose: 'nested' | 'all'): Graph {
  const outer = new Set(nodes.filter(({ parent }) => parent === undefined).map(({ id }) => id));
  const isOwn = ({ from, to, kind }: GraphEdge) =>
    to === 'end' && kind !== 'next' && (whose === 'all' || !outer.has(from));
  const jumps = new Map(edges.filter(isOwn).map((edge) => [edge.from, edge]));
  const isReached = edges.some((edge) => edge.to === 'end' && jumps.get(edge.from) !== edge);
  return {
    nodes: nodes.flatMap((node) => {
      if (node.id === 'end' && !isReached) return [];
      if (!jumps.has(node.id)) return [node];
      const inside = node.parent === undefined ? {} : { parent: node.parent };
      return [
        node,
        { id: ownEndOf(node.id), kind: 'end', label: '', group: false, endOf: node.id, ...inside },
      ];
    }),
    edges: edges.map((edge) => (jumps.get(edge.from) === edge ? { ...edge, to: ownEndOf(edge.from) } : edge)),
  };
}

/** Its id. */
export function ownEndOf(task: string): string {
  return `${task}→end`;
}

interface Builder {
  readonly nodes: GraphNode[];
  readonly edges: Map<string, GraphEdge>;
}

interface ListPlace {
  readonly pointer: string;
  readonly parent?: string;
  /** where the list goes when its last task has ended; absent: its parent ends */
  readonly after?: string;
}

function addList(builder: Builder, list: TaskList, place: ListPlace): void {
  for (const [index, entry] of list.entries()) {
    const [name, task] = namedTask(entry);
    const id = pointerTo(pointerTo(place.pointer, index), name);
    addTask(builder, id, name, task, place.parent);
    for (const edge of exitsOf(task, index, list, place)) addEdge(builder, { from: id, ...edge });
  }
}

function addTask(builder: Builder, id: string, name: string, task: Task, parent: string | undefined): void {
  const kind = kindOf(task);
  const lists = innerLists(task, id);
  const detail = detailOf(task);
  builder.nodes.push({
    id,
    kind,
    label: name,
    ...(detail === undefined ? {} : { detail }),
    ...(task.if === undefined ? {} : { conditional: true as const }),
    ...(parent === undefined ? {} : { parent }),
    group: lists.length > 0,
  });
  for (const inner of lists) addInner(builder, id, inner);
}

interface InnerList {
  readonly type: 'sequence' | 'branches' | 'handler';
  readonly pointer: string;
  readonly list: TaskList;
}

function addInner(builder: Builder, id: string, { type, pointer, list }: InnerList): void {
  switch (type) {
    case 'sequence':
      return addList(builder, list, { pointer, parent: id });
    case 'branches':
      for (const [index, entry] of list.entries()) {
        const [name, task] = namedTask(entry);
        addTask(builder, pointerTo(pointerTo(pointer, index), name), name, task, id);
      }
      return;
    case 'handler': {
      const handler = pointer.slice(0, pointer.lastIndexOf('/'));
      builder.nodes.push({ id: handler, kind: 'catch', label: 'catch', parent: id, group: true });
      addList(builder, list, { pointer, parent: handler });
      const last = lastOf(builder, `${id}/try/`);
      if (last !== undefined) addEdge(builder, { from: last, to: handler, kind: 'error' });
    }
  }
}

/** The last task that stands directly in the list under `prefix`. */
function lastOf({ nodes }: Builder, prefix: string): string | undefined {
  return nodes.findLast(({ id }) => id.startsWith(prefix) && id.slice(prefix.length).split('/').length === 2)
    ?.id;
}

function innerLists(task: Task, id: string): readonly InnerList[] {
  if ('for' in task) return [{ type: 'sequence', pointer: `${id}/do`, list: task.do }];
  if ('do' in task) return [{ type: 'sequence', pointer: `${id}/do`, list: task.do }];
  if ('fork' in task) return [{ type: 'branches', pointer: `${id}/fork/branches`, list: task.fork.branches }];
  if ('listen' in task && task.foreach?.do !== undefined)
    return [{ type: 'sequence', pointer: `${id}/foreach/do`, list: task.foreach.do }];
  if (!('try' in task)) return [];
  const handler = task.catch.do;
  return [
    { type: 'sequence', pointer: `${id}/try`, list: task.try },
    ...(handler === undefined || handler.length === 0
      ? []
      : [{ type: 'handler' as const, pointer: `${id}/catch/do`, list: handler }]),
  ];
}

type Exit = Omit<GraphEdge, 'id' | 'from'>;

function exitsOf(task: Task, index: number, list: TaskList, place: ListPlace): readonly Exit[] {
  if ('raise' in task) return [];
  if (!('switch' in task)) return towards(task.then, 'next', undefined, index, list, place);
  const exits = task.switch.flatMap((entry) => {
    const [name, chosen] = Object.entries(entry)[0] ?? [];
    if (name === undefined || chosen === undefined) return [];
    return towards(chosen.then, 'case', name, index, list, place);
  });
  const hasDefault = task.switch.some((entry) => Object.values(entry)[0]?.when === undefined);
  return hasDefault ? exits : [...exits, ...towards(task.then, 'next', undefined, index, list, place)];
}

/** Where a directive leads; to nowhere when the list ends inside another task. */
function towards(
  then: string | undefined,
  kind: EdgeKind,
  label: string | undefined,
  index: number,
  list: TaskList,
  { pointer, after }: ListPlace,
): readonly Exit[] {
  const named = label === undefined ? {} : { label };
  if (then === 'end') return [{ to: 'end', kind: kind === 'case' ? 'case' : 'jump', ...named }];
  if (then === 'exit') return after === undefined ? [] : [{ to: after, kind, ...named }];
  if (then !== undefined && then !== 'continue') {
    const at = list.findIndex((entry) => namedTask(entry)[0] === then);
    if (at === -1) return [];
    return [{ to: idAt(pointer, at, list), kind: kind === 'case' ? 'case' : 'jump', ...named }];
  }
  if (index + 1 < list.length) return [{ to: idAt(pointer, index + 1, list), kind, ...named }];
  return after === undefined ? [] : [{ to: after, kind, ...named }];
}

/** Two cases may lead to one task: one edge then, with both names. */
function addEdge({ edges }: Builder, edge: Omit<GraphEdge, 'id'>): void {
  const id = `${edge.from}→${edge.to}`;
  const before = edges.get(id);
  const labels = [before?.label, edge.label].filter((label) => label !== undefined);
  edges.set(id, {
    ...(before ?? edge),
    id,
    ...(labels.length === 0 ? {} : { label: labels.join(', ') }),
  });
}

function idAt(pointer: string, index: number, list: TaskList): string {
  const entry = list[index];
  return pointerTo(pointerTo(pointer, index), entry === undefined ? '' : namedTask(entry)[0]);
}

function namedTask(entry: TaskList[number]): readonly [name: string, task: Task] {
  const [first] = Object.entries(entry);
  if (first === undefined) throw new Error('an entry of a task list has one member');
  return first;
}

function kindOf(task: Task): TaskNodeKind {
  return taskKinds.find((kind) => Object.hasOwn(task, kind)) ?? 'do';
}

const detailCharsMax = 48;

function detailOf(task: Task): string | undefined {
  const text = wordsOf(task);
  if (text === undefined || text.length <= detailCharsMax) return text;
  return `${text.slice(0, detailCharsMax - 1)}…`;
}

function wordsOf(task: Task): string | undefined {
  if ('call' in task) return callWords(task.call, task.with);
  if ('wait' in task) return durationWords(task.wait);
  if ('for' in task) return `${task.for.each ?? 'item'} in ${text(task.for.in)}`;
  if ('set' in task) return typeof task.set === 'string' ? task.set : Object.keys(task.set).join(', ');
  if ('emit' in task) return text(task.emit.event.with.type);
  if ('raise' in task)
    return typeof task.raise.error === 'string'
      ? task.raise.error
      : (task.raise.error.title ?? String(task.raise.error.status));
  if ('run' in task) return runWords(task.run);
  if ('listen' in task) return eventWords(task.listen.to);
  if ('fork' in task) return task.fork.compete === true ? 'first wins' : undefined;
  return undefined;
}

function runWords(run: Extract<Task, { run: unknown }>['run']): string | undefined {
  if ('workflow' in run) return `${text(run.workflow.namespace)}/${text(run.workflow.name)}`;
  return Object.keys(run).find((key) => key !== 'await' && key !== 'return');
}

function callWords(call: string, given: Readonly<Record<string, unknown>> | undefined): string {
  if (call !== 'http') return call === 'openapi' ? `openapi ${text(given?.operationId)}` : call;
  const { endpoint } = given ?? {};
  const uri =
    typeof endpoint === 'object' && endpoint !== null && 'uri' in endpoint ? endpoint.uri : endpoint;
  return `${text(given?.method).toUpperCase()} ${text(uri)}`;
}

function durationWords(duration: unknown): string {
  if (typeof duration === 'string') return duration;
  const units = { days: 'd', hours: 'h', minutes: 'min', seconds: 's', milliseconds: 'ms' };
  return Object.entries(units)
    .flatMap(([name, unit]) => {
      const value = (duration as Readonly<Record<string, unknown>>)[name];
      return value === undefined ? [] : [`${String(value)} ${unit}`];
    })
    .join(' ');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
