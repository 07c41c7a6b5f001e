/** A definition's graph, and on it the run: loaded when a graph is first shown. */
import '@xyflow/react/dist/base.css';
import './graph-view.css';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import {
  type Edge,
  type EdgeTypes,
  MarkerType,
  type Node,
  type NodeHandle,
  type NodeTypes,
  Panel,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useMessages } from '../app/preferences.ts';
import type { TaskSummary } from '../run/rows.ts';
import { stepOf } from '../run/run.ts';
import { IconButton } from '../ui/button.tsx';
import { Skeleton } from '../ui/notice.tsx';
import { FlowEdge, type FlowEdgeData } from './flow-edge.tsx';
import { type Graph, type GraphNode, ownEndOf } from './graph.ts';
import {
  firstViewport,
  type Layout,
  middleOf,
  type PlacedEdge,
  type PlacedNode,
  pathThrough,
  type Size,
} from './layout.ts';
import { layOut } from './layout-client.ts';
import { TaskNode, type TaskNodeData } from './task-node.tsx';

export interface GraphOverlay {
  readonly summaries: ReadonlyMap<string, TaskSummary>;
  readonly transitions: ReadonlyMap<string, number>;
  /** the execution was started, and has ended: the two ends are drawn as reached */
  readonly started: boolean;
  readonly ended: boolean;
  /** the task that one looks for, at fault or entered last: it comes into sight */
  readonly active?: string | undefined;
}

export interface GraphViewProps {
  readonly graph: Graph;
  readonly overlay?: GraphOverlay;
  readonly selected?: string | undefined;
  readonly onSelect?: (task: string) => void;
}

const nodeTypes: NodeTypes = { task: TaskNode };
const edgeTypes: EdgeTypes = { flow: FlowEdge };
/** Beyond this, what is out of sight is not drawn. */
const drawnNodesMax = 150;
const fit = { padding: 0.05, maxZoom: 1, duration: 200 };
/** All of a graph is seen first, as long as its names can be read: below, they have less than 6 px. */
const firstZoom = { wholeMin: 0.48, part: 0.72 };

export default function GraphView(props: GraphViewProps) {
  const messages = useMessages();
  const { graph } = props;
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<Size>();
  useLayoutEffect(() => {
    const { clientWidth: width = 0, clientHeight: height = 0 } = frame.current ?? {};
    setSize({ width, height });
  }, []);
  const layout = useQuery({
    queryKey: ['layout', graph, size],
    enabled: size !== undefined,
    queryFn: () => layOut(graph, size ?? { width: 0, height: 0 }),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
    placeholderData: keepPreviousData,
  });
  return (
    <div ref={frame} className="size-full">
      {layout.isError ? <p className="p-6 text-soft">{messages.graphNotDrawn}</p> : null}
      {layout.isPending ? <Skeleton className="size-full !rounded-none opacity-40" /> : null}
      {layout.data === undefined || size === undefined ? null : (
        <ReactFlowProvider initialWidth={size.width} initialHeight={size.height}>
          <Drawing {...props} layout={layout.data} size={size} />
        </ReactFlowProvider>
      )}
    </div>
  );
}

interface DrawingProps extends GraphViewProps {
  readonly layout: Layout;
  readonly size: Size;
}

function Drawing({ layout, size, overlay, selected, onSelect }: DrawingProps) {
  const messages = useMessages();
  const flow = useReactFlow();
  const nodes = useNodes(layout, overlay, selected);
  const edges = useMemo(() => layout.edges.map((placed) => toEdge(placed, overlay)), [layout, overlay]);
  const [aim] = useState(selected ?? overlay?.active);
  const first = useMemo(
    () => firstViewport(layout, size, firstZoom, middleOf(layout, aim) ?? middleOf(layout, 'start')),
    [layout, size, aim],
  );
  useEffect(() => void flow.setViewport(first), [flow, first]);
  useShown(selected ?? overlay?.active, size);
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      nodesDraggable={false}
      nodesConnectable={false}
      edgesFocusable={false}
      elementsSelectable={onSelect !== undefined}
      // By pointer and by keyboard alike; what is selected is decided by the page, not by the drawing.
      onNodesChange={(changes) => {
        for (const change of changes) if (change.type === 'select' && change.selected) onSelect?.(change.id);
      }}
      onlyRenderVisibleElements={layout.nodes.length > drawnNodesMax}
      defaultViewport={first}
      minZoom={0.08}
      maxZoom={1.75}
      zoomOnScroll={false}
      preventScrolling={false}
      panOnScroll={false}
      deleteKeyCode={null}
      proOptions={{ hideAttribution: true }}
      aria-label={messages.graph}
      ariaLabelConfig={{ 'node.a11yDescription.default': '', 'edge.a11yDescription.default': '' }}
    >
      <Panel position="bottom-right" className="card !m-2 flex overflow-hidden">
        <IconButton icon="minus" label={messages.zoomOut} onClick={() => void flow.zoomOut()} />
        <IconButton icon="plus" label={messages.zoomIn} onClick={() => void flow.zoomIn()} />
        <IconButton icon="fit" label={messages.zoomFit} onClick={() => void flow.fitView(fit)} />
      </Panel>
    </ReactFlow>
  );
}

/** A task that was chosen elsewhere comes into sight. */
function useShown(selected: string | undefined, { width, height }: Size): void {
  const flow = useReactFlow();
  useEffect(() => {
    const node = selected === undefined ? undefined : flow.getInternalNode(selected);
    if (node === undefined) return;
    const { x, y, zoom } = flow.getViewport();
    const { x: left, y: top } = node.internals.positionAbsolute;
    const middle = { x: left + (node.width ?? 0) / 2, y: top + Math.min(node.height ?? 0, 60) / 2 };
    const seen = { x: middle.x * zoom + x, y: middle.y * zoom + y };
    const inside = seen.x > 40 && seen.x < width - 40 && seen.y > 20 && seen.y < height - 20;
    if (!inside) void flow.setCenter(middle.x, middle.y, { zoom, duration: 200 });
  }, [selected, flow, width, height]);
}

/** A node that is drawn as before keeps its identity: an event redraws what it changed and nothing else. */
function useNodes(layout: Layout, overlay: GraphOverlay | undefined, selected: string | undefined): Node[] {
  const before = useRef(new Map<string, Node<TaskNodeData>>());
  return useMemo(() => {
    const nodes = layout.nodes.map((placed) => {
      const kept = before.current.get(placed.node.id);
      const next = toNode(placed, overlay, placed.node.id === selected);
      return kept !== undefined && isSame(kept, next) ? kept : next;
    });
    before.current = new Map(nodes.map((node) => [node.id, node]));
    return nodes;
  }, [layout, overlay, selected]);
}

function toNode(
  placed: PlacedNode,
  overlay: GraphOverlay | undefined,
  selected: boolean,
): Node<TaskNodeData> {
  const { node, x, y, width, height } = placed;
  const summary = overlay?.summaries.get(node.id);
  const reached = isReached(node, overlay);
  const isTask = node.kind !== 'start' && node.kind !== 'end';
  return {
    id: node.id,
    type: 'task',
    position: { x, y },
    width,
    height,
    // Told, so that nothing has to be drawn to be measured: of 500 tasks, only those in sight ever are.
    measured: { width, height },
    handles: handlesOf(placed),
    ...(node.parent === undefined ? {} : { parentId: node.parent }),
    data: {
      node,
      status: summary?.status,
      visits: summary?.visits ?? 0,
      // Without a run the two ends are drawn as not reached, and the tasks as they are.
      dimmed: !reached && node.kind !== 'catch' && (overlay !== undefined || !isTask),
    },
    selected,
    focusable: isTask,
    selectable: isTask && node.kind !== 'catch',
    draggable: false,
    ...(isTask ? { ariaLabel: node.label } : {}),
  };
}

function isReached({ id, kind, endOf }: GraphNode, overlay: GraphOverlay | undefined): boolean {
  if (overlay === undefined) return false;
  if (kind === 'start') return overlay.started;
  if (kind !== 'end') return overlay.summaries.has(id);
  return overlay.ended && (endOf === undefined || overlay.summaries.get(endOf)?.status === 'completed');
}

/** An edge is drawn along its own way; it only has to begin and end somewhere. */
function handlesOf({ width, height }: PlacedNode): NodeHandle[] {
  return [
    { type: 'target', position: Position.Top, x: width / 2, y: 0 },
    { type: 'source', position: Position.Bottom, x: width / 2, y: height },
  ];
}

function isSame(a: Node<TaskNodeData>, b: Node<TaskNodeData>): boolean {
  return (
    a.data.node === b.data.node &&
    a.data.status === b.data.status &&
    a.data.visits === b.data.visits &&
    a.data.dimmed === b.data.dimmed &&
    a.selected === b.selected &&
    a.position.x === b.position.x &&
    a.position.y === b.position.y
  );
}

function toEdge({ edge, points, label }: PlacedEdge, overlay: GraphOverlay | undefined): Edge<FlowEdgeData> {
  const taken = overlay !== undefined && isTaken(edge.from, edge.to, edge.kind, overlay);
  const colour = edge.kind === 'error' ? 'var(--faulted)' : taken ? 'var(--completed)' : 'var(--line-strong)';
  return {
    id: edge.id,
    type: 'flow',
    source: edge.from,
    target: edge.to,
    focusable: false,
    // Above the groups that it runs in, however deep.
    zIndex: taken ? 102 : 101,
    data: {
      path: pathThrough(points, 8),
      colour,
      dashed: edge.kind === 'error',
      wide: taken,
      ...(edge.label === undefined || label === undefined ? {} : { label: { ...label, text: edge.label } }),
    },
    markerEnd: { type: MarkerType.ArrowClosed, color: colour, width: 14, height: 14 },
  };
}

function isTaken(from: string, to: string, kind: string, overlay: GraphOverlay): boolean {
  // A retried execution goes on in the midst: its first task may have been done before.
  if (from === 'start') return overlay.started && (to === 'end' || overlay.summaries.has(to));
  if (to === 'end' || to === ownEndOf(from))
    return overlay.ended && overlay.summaries.get(from)?.status === 'completed';
  if (kind === 'error') return [...overlay.summaries.keys()].some((task) => task.startsWith(`${to}/`));
  return overlay.transitions.has(stepOf(from, to));
}
