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

/** In pixels. */
export const spacePx = { betweenLayers: 34, nodes: 28 };

const options = {
  'elk.layered.spacing.nodeNodeBetweenLayers': String(spacePx.betweenLayers),
  'elk.layered.spacing.edgeNodeBetweenLayers': '16',
  'elk.spacing.nodeNode': String(spacePx.nodes),
  'elk.spacing.edgeNode': '20',
  'elk.algorithm': 'layered',
  'elk.edgeRouting': 'ORTHOGONAL',
  // NETWORK_SIMPLEX takes twice as long the first time.
  'elk.layered.nodePlacement.strategy': 'BRANDES_KOEPF',
  'elk.layered.nodePlacement.bk.fixedAlignment': 'BALANCED',
  // What leads back in the text leads back in the drawing.
  'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
  // The order of the text decides where two ways through the graph are equally good.
  'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
};

export type Direction = 'DOWN' | 'RIGHT';

/** A part of a graph, as one list of nodes whose insides are laid out already. */
export interface PartOptions {
  readonly size: (node: GraphNode) => Size;
  /** what comes before, or after, goes on from the first or last node: it stands alone at that end */
  readonly first: boolean;
  readonly last: boolean;
}

export function toElk({ nodes, edges }: Graph, direction: Direction, part: PartOptions): ElkShape {
  return {
    id: 'root',
    layoutOptions: { ...options, 'elk.direction': direction },
    children: nodes.map((node, index) => toShape(node, index, nodes.length - 1, part)),
    edges: edges.map(toLine),
  };
}

function toShape(node: GraphNode, index: number, last: number, part: PartOptions): ElkShape {
  const { width, height } = part.size(node);
  const shape = { id: node.id, width, height };
  const end =
    part.first && index === 0 ? 'FIRST_SEPARATE' : part.last && index === last ? 'LAST_SEPARATE' : undefined;
  if (end === undefined) return shape;
  return { ...shape, layoutOptions: { 'elk.layered.layering.layerConstraint': end } };
}

function toLine(edge: GraphEdge): ElkLine {
  const line = { id: edge.id, sources: [edge.from], targets: [edge.to] };
  if (edge.label === undefined) return line;
  return { ...line, labels: [{ text: edge.label, ...labelSize(edge.label) }] };
}

export function labelSize(label: string): Size {
  return { width: Math.ceil((textWidth(label, 6.2) + 12) / 16) * 16, height: 18 };
}

export function fromElk(answer: ElkShape, { nodes, edges }: Graph): Layout {
  const shapes = new Map((answer.children ?? []).map((shape) => [shape.id, shape]));
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

/** Room for a group's title above its children, in pixels. */
export const groupPadding = { top: 46, left: 18, bottom: 18, right: 18 };

/** Of a node that no others stand in. */
export function sizeOf(node: GraphNode): Size {
  return { width: widthOf(node), height: heightOf(node) };
}

export function groupSizeMin(node: GraphNode): Size {
  return { width: widthOf(node), height: 90 };
}

/** In pixels. */
export const taskWidths = { min: 132, max: 260 };
/** The icon, the padding, and how often it was entered. */
const besidePx = 76;

function widthOf({ kind, label, detail }: GraphNode): number {
  if (kind === 'start' || kind === 'end') return 20;
  const text = Math.max(textWidth(label, 7.6), textWidth(detail ?? '', 6.6));
  return Math.round(Math.min(taskWidths.max, Math.max(taskWidths.min, text + besidePx)));
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
  readonly part: number;
}

const marginPx = 28;

/**
 * How a graph is first seen: whole when that takes no less than `wholeMin`; otherwise what is looked for in it, or its
 * beginning.
 *
 * @param graph its size at zoom 1, in pixels
 * @param aim the middle of what is looked for
 */
export function firstViewport(
  graph: Size,
  frame: Size,
  { wholeMin, part }: FirstZoom,
  aim?: Point,
): Viewport {
  const fitting = fittingZoom(graph, frame);
  const zoom = fitting < wholeMin ? part : fitting;
  const place = (inner: number, outer: number, middle = 0) => {
    const room = outer - inner * zoom;
    return room > 0 ? room / 2 : clamp(outer / 2 - middle * zoom, room - marginPx / 2, marginPx / 2);
  };
  return {
    x: place(graph.width, frame.width, aim?.x),
    y: place(graph.height, frame.height, aim?.y),
    zoom,
  };
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}

/** The middle of a task, from the root's corner; undefined when it is not there. */
export function middleOf({ nodes }: Layout, id: string | undefined): Point | undefined {
  const places = new Map(nodes.map((placed) => [placed.node.id, placed]));
  const task = id === undefined ? undefined : places.get(id);
  if (task === undefined) return undefined;
  let [x, y] = [task.x + task.width / 2, task.y + Math.min(task.height, titlePx) / 2];
  for (let at = places.get(task.node.parent ?? ''); at !== undefined; at = places.get(at.node.parent ?? '')) {
    x += at.x;
    y += at.y;
  }
  return { x, y };
}

/** Of a group, what is looked for is its title. */
const titlePx = 60;

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
