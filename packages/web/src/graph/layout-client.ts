/** Lays graphs out in a worker, so that the page stays at hand meanwhile. */
import type { ELK, ElkNode } from 'elkjs';
import Elk from 'elkjs/lib/elk-api.js';
import workerAddress from 'elkjs/lib/elk-worker.min.js?url';
import type { Graph } from './graph.ts';
import { type Direction, type ElkShape, fittingZoom, type Layout, type Size } from './layout.ts';
import { layOutInParts, nodesOfSmallMax } from './layout-parts.ts';

// Made at once: the worker reads its 1.6 MB while the definition is parsed.
const elk: ELK = new Elk({ workerFactory: () => new Worker(workerAddress) });

/** Lays a graph out for a frame; the time that it took stands among the browser's measures, as `layout`. */
export async function layOut(graph: Graph, frame: Size): Promise<Layout> {
  const start = performance.now();
  const layout = await layOutLegibly(graph, frame);
  performance.measure('layout', { start });
  return layout;
}

/** In the direction in which more of it is legible in a frame of this size. */
async function layOutLegibly(graph: Graph, frame: Size): Promise<Layout> {
  const directions: readonly Direction[] =
    frame.width > frame.height * 1.2 ? ['RIGHT', 'DOWN'] : ['DOWN', 'RIGHT'];
  const [first = 'DOWN', second] = directions;
  const one = await layOutInParts(graph, first, ask);
  // A large one is not seen whole in either direction.
  const isSettled = graph.nodes.length > nodesOfSmallMax || fittingZoom(one, frame) > 0.8;
  if (second === undefined || isSettled) return one;
  const other = await layOutInParts(graph, second, ask);
  return fittingZoom(other, frame) > fittingZoom(one, frame) * 1.1 ? other : one;
}

async function ask(shape: ElkShape): Promise<ElkShape> {
  return shapeOf(await elk.layout(nodeOf(shape)));
}

/** ELK's own types are mutable; it is given a fresh value each time and may change it. */
function nodeOf(shape: ElkShape): ElkNode {
  return shape as ElkNode;
}

function shapeOf(node: ElkNode): ElkShape {
  return node as ElkShape;
}
