/**
 * The layout of a graph, part by part: each list of tasks for itself, and in it what lies between two tasks that
 * all ways lead through. Most of a definition is a plain sequence and needs no more than sums; ELK is asked for the
 * rest, and once for parts of one shape: a call takes it 5 ms, however small.
 */
import { type Graph, type GraphEdge, type GraphNode, withOwnEnds } from './graph.ts';
import {
  type Direction,
  type ElkShape,
  fromElk,
  groupPadding,
  groupSizeMin,
  type Layout,
  labelSize,
  type PartOptions,
  type PlacedEdge,
  type PlacedNode,
  type Point,
  type Size,
  sizeOf,
  spacePx,
  taskWidths,
  toElk,
} from './layout.ts';

export type AskElk = (shape: ElkShape) => Promise<ElkShape>;

/** Beyond this a graph is large: what is drawn of it is a small part. */
export const nodesOfSmallMax = 150;

/** @param elk lays one part out; it is asked at the same time for all that need it */
export async function layOutInParts(graph: Graph, direction: Direction, elk: AskElk): Promise<Layout> {
  const ask = askOnce(elk);
  const isLarge = graph.nodes.length > nodesOfSmallMax;
  // Only jumps to the end lead out of a list: with an end of their own, each list stands for itself.
  const lists = listsOf(withOwnEnds(graph, isLarge ? 'all' : 'nested'));
  const even = isLarge ? inFewWidths : (size: Size) => size;

  async function layOutList(parent: string | undefined): Promise<Layout> {
    const list = lists.get(parent) ?? { nodes: [], edges: [] };
    const insides = new Map<string, Layout>();
    await Promise.all(
      list.nodes.map(async (node) => {
        if (node.group) insides.set(node.id, padded(await layOutList(node.id), even(groupSizeMin(node))));
      }),
    );
    const size = (node: GraphNode) => insides.get(node.id) ?? even(sizeOf(node));
    return withInsides(await layOutTasks(list, size, direction, ask), insides);
  }

  return framed(await layOutList(undefined), rootMarginPx);
}

/** In few widths, so that many parts are of one shape. */
function inFewWidths(size: Size): Size {
  const steps = Math.ceil((size.width - taskWidths.min) / widthStepPx);
  return { ...size, width: steps < 0 ? size.width : taskWidths.min + steps * widthStepPx };
}

const widthStepPx = 64;

function askOnce(elk: AskElk): AskElk {
  const answers = new Map<string, Promise<ElkShape>>();
  return (shape) => {
    const key = JSON.stringify(shape, (name, value) => (name === 'text' ? undefined : value));
    const answer = answers.get(key) ?? elk(shape);
    answers.set(key, answer);
    return answer;
  };
}

const rootMarginPx = { top: 12, left: 12, bottom: 12, right: 12 };

interface List {
  /** in the order of the text */
  readonly nodes: GraphNode[];
  /** between these nodes */
  readonly edges: GraphEdge[];
}

/** Lists by the node that they stand in. */
function listsOf({ nodes, edges }: Graph): ReadonlyMap<string | undefined, List> {
  const lists = new Map<string | undefined, List>();
  const listOf = (parent: string | undefined) => {
    const list = lists.get(parent) ?? { nodes: [], edges: [] };
    lists.set(parent, list);
    return list;
  };
  const last = nodes.find(({ id }) => id === 'end');
  for (const node of nodes) if (node !== last) listOf(node.parent).nodes.push(node);
  if (last !== undefined) listOf(undefined).nodes.push(last);
  const parents = new Map(nodes.map(({ id, parent }) => [id, parent]));
  for (const edge of edges) listOf(parents.get(edge.from)).edges.push(edge);
  return lists;
}

type SizeOf = (node: GraphNode) => Size;

async function layOutTasks(list: List, size: SizeOf, direction: Direction, ask: AskElk): Promise<Layout> {
  if (list.edges.length === 0) return sideBySide(list.nodes, size, direction);
  const parts = partsOf(list);
  const laidOut = parts.map((part, index) => {
    if (isStep(part)) return step(part, size, direction);
    const ends = { first: index > 0, last: index < parts.length - 1 };
    return layOutByElk(part, { size, ...ends }, direction, ask);
  });
  return strung(await Promise.all(laidOut));
}

/**
 * Cut at the nodes that no edge passes by: each of them ends one part and begins the next. Where an edge goes back to,
 * or comes back from, is no such node.
 */
function partsOf({ nodes, edges }: List): readonly Graph[] {
  const places = new Map(nodes.map(({ id }, index) => [id, index]));
  const place = (id: string) => places.get(id) ?? 0;
  const last = nodes.length - 1;
  const depths = new Array<number>(nodes.length + 1).fill(0);
  for (const { from, to } of edges) {
    const back = place(to) <= place(from);
    const first = Math.min(place(from), place(to)) + (back ? 0 : 1);
    const end = Math.max(place(from), place(to)) + (back ? 1 : 0);
    depths[first] = (depths[first] ?? 0) + 1;
    depths[end] = (depths[end] ?? 0) - 1;
  }
  const cuts = [0];
  let depth = 0;
  for (let at = 0; at < last; at += 1) {
    depth += depths[at] ?? 0;
    if (at > 0 && depth === 0) cuts.push(at);
  }
  const parts = cuts.map((cut, index) => ({
    nodes: nodes.slice(cut, (cuts[index + 1] ?? last) + 1),
    edges: [] as GraphEdge[],
  }));
  const partAt = new Array<number>(nodes.length);
  for (const [index, cut] of cuts.entries()) partAt.fill(index, cut);
  for (const edge of edges) parts[partAt[Math.min(place(edge.from), place(edge.to))] ?? 0]?.edges.push(edge);
  return parts;
}

async function layOutByElk(
  part: Graph,
  options: PartOptions,
  direction: Direction,
  ask: AskElk,
): Promise<Layout> {
  // By their numbers, so that parts of one shape are one question.
  const numbers = new Map(part.nodes.map(({ id }, index) => [id, String(index)]));
  const number = (id: string) => numbers.get(id) ?? id;
  const edges = part.edges.map((edge, index) => ({
    ...edge,
    id: `edge ${index}`,
    from: number(edge.from),
    to: number(edge.to),
  }));
  const shape = toElk({ nodes: part.nodes, edges }, direction, options);
  const children = shape.children?.map((child) => ({ ...child, id: number(child.id) })) ?? [];
  const answer = await ask({ ...shape, children });
  const named = (answer.children ?? []).map((child, index) => ({
    ...child,
    id: part.nodes[index]?.id ?? child.id,
  }));
  const placed = fromElk({ ...answer, children: named }, { nodes: part.nodes, edges });
  return {
    ...placed,
    edges: placed.edges.map((each) => ({ ...each, edge: part.edges[edges.indexOf(each.edge)] ?? each.edge })),
  };
}

/** Two nodes, and nothing between them or an edge that needs no room. */
function isStep({ nodes: [first, second, third], edges: [edge, other] }: Graph): boolean {
  if (second === undefined || third !== undefined || other !== undefined) return false;
  return edge === undefined || (edge.label === undefined && edge.from === first?.id && edge.to === second.id);
}

function step({ nodes, edges }: Graph, size: SizeOf, direction: Direction): Layout {
  const placed: PlacedNode[] = [];
  let at = 0;
  for (const node of nodes) {
    const { width, height } = size(node);
    const [length, breadth] = along(direction, width, height);
    placed.push({ node, width, height, ...point(direction, at, -breadth / 2) });
    at += length + spacePx.betweenLayers;
  }
  const [first, second] = placed;
  if (first === undefined || second === undefined) return layoutOf(placed, []);
  const points = [
    point(direction, along(direction, first.width, first.height)[0], 0),
    point(direction, along(direction, second.x, second.y)[0], 0),
  ];
  return layoutOf(
    placed,
    edges.map((edge) => ({ edge, points })),
  );
}

/** What no edge connects, such as the branches of a fork: nothing comes first. */
function sideBySide(nodes: readonly GraphNode[], size: SizeOf, direction: Direction): Layout {
  const placed: PlacedNode[] = [];
  let at = 0;
  for (const node of nodes) {
    const { width, height } = size(node);
    const [length, breadth] = along(direction, width, height);
    placed.push({ node, width, height, ...point(direction, -length / 2, at) });
    at += breadth + spacePx.nodes;
  }
  return layoutOf(placed, []);
}

/** Each part begins with the node that the one before ended with. */
function strung(parts: readonly Layout[]): Layout {
  const nodes: PlacedNode[] = [];
  const edges: PlacedEdge[] = [];
  for (const part of parts) {
    const [before, first] = [nodes.at(-1), part.nodes[0]];
    const by = before === undefined || first === undefined ? { x: 0, y: 0 } : minus(before, first);
    const moved = shifted(part, by);
    nodes.push(...(before === undefined ? moved.nodes : moved.nodes.slice(1)));
    edges.push(...moved.edges);
  }
  return layoutOf(nodes, edges);
}

function withInsides(list: Layout, insides: ReadonlyMap<string, Layout>): Layout {
  const inside = ({ node }: PlacedNode) => insides.get(node.id);
  return {
    ...list,
    nodes: list.nodes.flatMap((placed) => [placed, ...(inside(placed)?.nodes ?? [])]),
    edges: [
      ...list.edges,
      ...list.nodes.flatMap((placed) => inside(placed)?.edges.map((edge) => shiftedEdge(edge, placed)) ?? []),
    ],
  };
}

/** Room around for the group's border and title; what is narrower than its title stands in the middle. */
function padded(list: Layout, min: Size): Layout {
  const { top, left, bottom, right } = groupPadding;
  const spare = Math.max(0, min.width - list.width - left - right) / 2;
  const framedList = framed(list, { top, left: left + spare, bottom, right: right + spare });
  return { ...framedList, height: Math.max(min.height, framedList.height) };
}

function framed(list: Layout, room: typeof groupPadding): Layout {
  const inside = new Set(list.nodes.map(({ node }) => node.id));
  const by = { x: room.left, y: room.top };
  return {
    // What stands in another node of the list moves with it.
    nodes: list.nodes.map((placed) =>
      placed.node.parent !== undefined && inside.has(placed.node.parent) ? placed : moved(placed, by),
    ),
    edges: list.edges.map((edge) => shiftedEdge(edge, by)),
    width: list.width + room.left + room.right,
    height: list.height + room.top + room.bottom,
  };
}

/** Moved so that it begins at 0,0, with its size. */
function layoutOf(nodes: readonly PlacedNode[], edges: readonly PlacedEdge[]): Layout {
  const corners: readonly Point[] = [
    ...nodes.flatMap(({ x, y, width, height }) => [
      { x, y },
      { x: x + width, y: y + height },
    ]),
    ...edges.flatMap(({ points }) => points),
    ...edges.flatMap(({ edge, label }) => (label === undefined ? [] : cornersOf(edge, label))),
  ];
  if (corners.length === 0) return { nodes: [], edges: [], width: 0, height: 0 };
  const low = { x: Number.POSITIVE_INFINITY, y: Number.POSITIVE_INFINITY };
  const high = { x: Number.NEGATIVE_INFINITY, y: Number.NEGATIVE_INFINITY };
  for (const { x, y } of corners) {
    low.x = Math.min(low.x, x);
    low.y = Math.min(low.y, y);
    high.x = Math.max(high.x, x);
    high.y = Math.max(high.y, y);
  }
  const { x: width, y: height } = minus(high, low);
  return { ...shifted({ nodes, edges, width, height }, { x: -low.x, y: -low.y }), width, height };
}

function cornersOf(edge: GraphEdge, { x, y }: Point): readonly Point[] {
  const { width, height } = labelSize(edge.label ?? '');
  return [
    { x: x - width / 2, y: y - height / 2 },
    { x: x + width / 2, y: y + height / 2 },
  ];
}

function shifted(layout: Layout, by: Point): Layout {
  return {
    ...layout,
    nodes: layout.nodes.map((placed) => moved(placed, by)),
    edges: layout.edges.map((edge) => shiftedEdge(edge, by)),
  };
}

function shiftedEdge({ edge, points, label }: PlacedEdge, by: Point): PlacedEdge {
  const placed = { edge, points: points.map((each) => moved(each, by)) };
  return label === undefined ? placed : { ...placed, label: moved(label, by) };
}

function moved<P extends Point>(place: P, by: Point): P {
  return { ...place, x: place.x + by.x, y: place.y + by.y };
}

function minus(a: Point, b: Point): Point {
  return { x: a.x - b.x, y: a.y - b.y };
}

/** Of two measures to the right and down, the one in the direction of the flow first. */
function along(direction: Direction, x: number, y: number): readonly [along: number, across: number] {
  return direction === 'DOWN' ? [y, x] : [x, y];
}

function point(direction: Direction, ahead: number, across: number): Point {
  return direction === 'DOWN' ? { x: across, y: ahead } : { x: ahead, y: across };
}
