/** From a graph to measures and back: what ELK is asked, and what is read from its answer. Plain functions. */
import type { Graph, GraphEdge, GraphNode } from './graph.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** In pixels; `x` and `y` are relative to the node it stands in. */
export interface PlacedNode extends Point {
  readonly node: GraphNode;
  readonly width: number;
  readonly height: number;
}

/** Points from the root's corner; the first and last touch the nodes. */
export interface PlacedEdge {
  readonly edge: GraphEdge;
  readonly points: readonly Point[];
  readonly label?: Point;
}

export interface Layout {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

/** The part of ELK's JSON that is used. */
export interface ElkShape {
  readonly id: string;
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly children?: readonly ElkShape[];
  readonly edges?: readonly ElkLine[];
  readonly layoutOptions?: Readonly<Record<string, string>>;
  readonly labels?: readonly (Partial<Point> & { readonly text: string })[];
}

export interface ElkLine {
  readonly id: string;
  readonly sources: readonly string[];
  readonly targets: readonly string[];
  readonly sections?: readonly {
    readonly startPoint: Point;
    readonly endPoint: Point;
    readonly bendPoints?: readonly Point[];
  }[];
  readonly labels?: readonly (Partial<Point> & {
    readonly text: string;
    readonly width: number;
    readonly height: number;
  })[];
}

/** In pixels. A group does not inherit them: each says them for its own children. */
const spacing = {
  'elk.layered.spacing.nodeNodeBetweenLayers': '34',
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.spacing.nodeNode': '28',
  'elk.spacing.edgeNode': '20',
};

const options = {
  ...spacing,
  'elk.algorithm': 'layered',
  'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
  'elk.edgeRouting': 'ORTHOGONAL',
  // 500 tasks: 0.45 s, and 0.7 s nested; NETWORK_SIMPLEX takes 1.0 s the first time.
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
  // The order of the text decides where two ways through the graph are equally good.
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
  'elk.json.edgeCoords': 'ROOT',
};

/** Room for a group's title above its children. */
const groupPadding = '[top=46,left=18,bottom=18,right=18]';

export type Direction = 'DOWN' | 'RIGHT';

export function toElk({ nodes, edges }: Graph, direction: Direction): ElkShape {
  const shapes = new Map<string, ElkShape & { children?: ElkShape[] }>();
  const root: ElkShape & { children: ElkShape[] } = {
    id: 'root',
    layoutOptions: { ...options, 'elk.direction': direction },
    children: [],
    edges: edges.map(toLine),
  };
  for (const node of nodes) {
    const shape = toShape(node);
    shapes.set(node.id, shape);
    const parent = node.parent === undefined ? root : shapes.get(node.parent);
    if (parent === undefined) continue;
    parent.children ??= [];
    parent.children.push(shape);
  }
  return root;
}

function toShape(node: GraphNode): ElkShape & { children?: ElkShape[] } {
  if (node.group) {
    const width = widthOf(node);
    return {
      id: node.id,
      layoutOptions: {
        ...spacing,
        'elk.padding': groupPadding,
        'elk.nodeSize.constraints': 'MINIMUM_SIZE',
        'elk.nodeSize.minimum': `(${width},90)`,
      },
    };
  }
  return { id: node.id, width: widthOf(node), height: heightOf(node) };
}

function toLine(edge: GraphEdge): ElkLine {
  const line = { id: edge.id, sources: [edge.from], targets: [edge.to] };
  if (edge.label === undefined) return line;
  return { ...line, labels: [{ text: edge.label, width: textWidth(edge.label, 6.2) + 12, height: 18 }] };
}

export function fromElk(answer: ElkShape, { nodes, edges }: Graph): Layout {
  const shapes = new Map<string, ElkShape>();
  const stack = [...(answer.children ?? [])];
  for (let shape = stack.pop(); shape !== undefined; shape = stack.pop()) {
    shapes.set(shape.id, shape);
    stack.push(...(shape.children ?? []));
  }
  const lines = new Map((answer.edges ?? []).map((line) => [line.id, line]));
  return {
    nodes: nodes.flatMap((node) => toPlaced(node, shapes.get(node.id))),
    edges: edges.flatMap((edge) => toPlacedEdge(edge, lines.get(edge.id))),
    width: answer.width ?? 0,
    height: answer.height ?? 0,
  };
}

function toPlaced(node: GraphNode, shape: ElkShape | undefined): PlacedNode[] {
  if (shape === undefined) return [];
  const { x = 0, y = 0, width = 0, height = 0 } = shape;
  return [{ node, x, y, width, height }];
}

function toPlacedEdge(edge: GraphEdge, line: ElkLine | undefined): PlacedEdge[] {
  const section = line?.sections?.[0];
  if (section === undefined) return [];
  const points = [section.startPoint, ...(section.bendPoints ?? []), section.endPoint];
  const label = line?.labels?.[0];
  if (label?.x === undefined || label.y === undefined) return [{ edge, points }];
  return [{ edge, points, label: { x: label.x + label.width / 2, y: label.y + label.height / 2 } }];
}

const widths = { min: 132, max: 260 };

function widthOf({ kind, label, detail }: GraphNode): number {
  if (kind === 'start' || kind === 'end') return 20;
  const text = Math.max(textWidth(label, 7.6), textWidth(detail ?? '', 6.6));
  return Math.round(Math.min(widths.max, Math.max(widths.min, text + 58)));
}

function heightOf({ kind, detail }: GraphNode): number {
  if (kind === 'start' || kind === 'end') return 20;
  return detail === undefined ? 40 : 52;
}

/** About; nothing is measured, so that the layout is the same in a worker and in a test. */
function textWidth(text: string, charPx: number): number {
  return text.length * charPx;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Viewport extends Point {
  readonly zoom: number;
}

/** Zooms, from 0 to 1. */
export interface FirstZoom {
  readonly wholeMin: number;
  readonly beginning: number;
}

const marginPx = 28;

/**
 * How a graph is first seen: whole when that takes no less than `wholeMin`, otherwise its beginning.
 *
 * @param graph its size at zoom 1, in pixels
 */
export function firstViewport(graph: Size, frame: Size, { wholeMin, beginning }: FirstZoom): Viewport {
  const fitting = fittingZoom(graph, frame);
  const zoom = fitting < wholeMin ? beginning : fitting;
  const place = (inner: number, outer: number) =>
    inner * zoom > outer ? marginPx / 2 : (outer - inner * zoom) / 2;
  return { x: place(graph.width, frame.width), y: place(graph.height, frame.height), zoom };
}

/** The zoom at which all of a graph is seen, at most 1. */
export function fittingZoom(graph: Size, frame: Size): number {
  const across = (frame.width - marginPx) / Math.max(1, graph.width);
  const down = (frame.height - marginPx) / Math.max(1, graph.height);
  return Math.min(1, across, down);
}

/** An SVG path through points, with its corners rounded by at most `radius` pixels. */
export function pathThrough(points: readonly Point[], radius: number): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let path = `M${first.x},${first.y}`;
  for (const [index, corner] of rest.entries()) {
    const before = points[index] ?? corner;
    const after = rest[index + 1];
    if (after === undefined) {
      path += `L${corner.x},${corner.y}`;
      continue;
    }
    const r = Math.min(radius, distance(before, corner) / 2, distance(corner, after) / 2);
    const enter = towards(corner, before, r);
    const leave = towards(corner, after, r);
    path += `L${enter.x},${enter.y}Q${corner.x},${corner.y} ${leave.x},${leave.y}`;
  }
  return path;
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function towards(from: Point, to: Point, length: number): Point {
  const whole = distance(from, to);
  if (whole === 0) return from;
  const part = length / whole;
  return { x: round(from.x + (to.x - from.x) * part), y: round(from.y + (to.y - from.y) * part) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
