import { createRequire } from 'node:module';
import { parse } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { type Graph, graphOf } from './graph.ts';
import {
  type ElkShape,
  firstViewport,
  type Layout,
  middleOf,
  type PlacedNode,
  pathThrough,
} from './layout.ts';
import { layOutInParts } from './layout-parts.ts';

function graphOfTasks(tasks: string): Graph {
  const parsed = parse(
    `document: { dsl: '1.0.1', namespace: test, name: graph, version: '1.0.0' }\ndo:\n${tasks}`,
  );
  if (!parsed.ok) throw new Error(parsed.errors[0]?.message);
  return graphOf(parsed.workflow);
}

const arrows = ({ edges }: Graph) =>
  edges.map(
    ({ from, to, kind, label }) =>
      `${last(from)} ${kind} ${last(to)}${label === undefined ? '' : ` (${label})`}`,
  );
const last = (id: string) => id.slice(id.lastIndexOf('/') + 1);

describe('the graph of a definition', () => {
  it('goes from task to task in the order of the list, from the start to the end', () => {
    expect(arrows(graphOfTasks('- a: { set: { x: 1 } }\n- b: { set: { x: 2 } }'))).toEqual([
      'start next a',
      'a next b',
      'b next end',
    ]);
  });

  it('follows directives: by name, out of the list, and to the end of the workflow', () => {
    const graph = graphOfTasks(
      '- a: { set: { x: 1 }, then: c }\n- b: { set: { x: 2 }, then: end }\n- c: { set: { x: 3 }, then: exit }',
    );
    expect(arrows(graph)).toEqual(['start next a', 'a jump c', 'b jump end', 'c next end']);
  });

  it('a switch goes to each case by its name, and on when it has no default', () => {
    const cases =
      '- s: { switch: [ { yes: { when: .a, then: c } }, { no: { when: .b, then: end } } ] }\n- b: { set: { x: 1 } }\n- c: { set: { x: 1 } }';
    expect(arrows(graphOfTasks(cases)).slice(0, 4)).toEqual([
      'start next s',
      's case c (yes)',
      's case end (no)',
      's next b',
    ]);
  });

  it('two cases to one task are one edge with both names', () => {
    const cases =
      '- s: { switch: [ { one: { when: .a, then: b } }, { two: { then: b } } ] }\n- b: { set: { x: 1 } }';
    expect(arrows(graphOfTasks(cases))).toContain('s case b (one, two)');
  });

  it('nothing follows a raise', () => {
    const graph = graphOfTasks(
      '- r: { raise: { error: { type: "https://e.com/x", status: 500 } } }\n- b: { set: { x: 1 } }',
    );
    expect(arrows(graph).some((arrow) => arrow.startsWith('r '))).toBe(false);
  });

  it('has no end when nothing leads there', () => {
    const graph = graphOfTasks('- r: { raise: { error: { type: "https://e.com/x", status: 500 } } }');
    expect(graph.nodes.map(({ id }) => id)).toEqual(['start', '/do/0/r']);
  });

  it('tasks inside a task stand in it, named by the pointers that the run uses', () => {
    const graph = graphOfTasks(
      '- f: { fork: { branches: [ { l: { set: { x: 1 } } }, { r: { set: { x: 1 } } } ] } }',
    );
    expect(graph.nodes.filter(({ parent }) => parent === '/do/0/f').map(({ id }) => id)).toEqual([
      '/do/0/f/fork/branches/0/l',
      '/do/0/f/fork/branches/1/r',
    ]);
  });

  it('the handler of a try stands in it, behind an edge for errors', () => {
    const graph = graphOfTasks(
      '- t: { try: [ { w: { wait: PT1S } } ], catch: { do: [ { h: { set: { x: 1 } } } ] } }',
    );
    expect(graph.nodes.find(({ id }) => id === '/do/0/t/catch')).toMatchObject({
      kind: 'catch',
      parent: '/do/0/t',
    });
    expect(graph.nodes.find(({ id }) => id === '/do/0/t/catch/do/0/h')?.parent).toBe('/do/0/t/catch');
    expect(arrows(graph)).toContain('w error catch');
  });

  it('says in a few words what a task does', () => {
    const graph = graphOfTasks(
      '- c: { call: http, with: { method: get, endpoint: "https://e.com/a" } }\n- w: { wait: { minutes: 2, seconds: 5 } }\n- r: { run: { workflow: { namespace: shop, name: pay } } }\n- l: { listen: { to: { any: [ { with: { type: a } }, { with: { source: s } } ], until: { one: { with: { type: b } } } } } }',
    );
    expect(graph.nodes.map(({ detail }) => detail)).toEqual([
      undefined,
      undefined,
      'GET https://e.com/a',
      '2 min 5 s',
      'shop/pay',
      'a | * … b',
    ]);
  });
});

/** ELK without a worker. Its build for Node is a CommonJS module. */
const Elk = createRequire(import.meta.url)('elkjs/lib/elk.bundled.js') as new () => {
  layout(graph: ElkShape): Promise<ElkShape>;
};

function laidOut(graph: Graph, direction: 'DOWN' | 'RIGHT') {
  const elk = new Elk();
  return layOutInParts(graph, direction, (shape) => elk.layout(shape));
}

describe('the layout', () => {
  const tasks =
    '- a: { set: { x: 1 } }\n- t: { try: [ { w: { wait: PT1S } } ], catch: { do: [ { h: { set: { x: 1 } } } ] } }\n- b: { set: { x: 1 } }';

  it('places every node, and every edge from border to border', async () => {
    const graph = graphOfTasks(tasks);
    const { nodes, edges } = await laidOut(graph, 'DOWN');
    expect(nodes.map(({ node }) => node.id).sort()).toEqual(graph.nodes.map(({ id }) => id).sort());
    expect(edges.map(({ edge }) => edge.id).sort()).toEqual(graph.edges.map(({ id }) => id).sort());
    const a = nodes.find(({ node }) => node.id === '/do/0/a');
    const leaving = edges.find(({ edge }) => edge.from === '/do/0/a');
    expect(leaving?.points[0]?.y).toBeCloseTo((a?.y ?? 0) + (a?.height ?? 0));
  });

  it('begins with the start, also when the text leads back to its first task', async () => {
    const loop =
      '- fetch: { set: { x: 1 } }\n- more: { switch: [ { again: { when: .x, then: fetch } }, { done: { then: finish } } ] }\n- finish: { set: { x: 2 } }';
    const { nodes } = await laidOut(graphOfTasks(loop), 'DOWN');
    const downwards = nodes.toSorted((a, b) => a.y - b.y).map(({ node }) => last(node.id));
    expect(downwards).toEqual(['start', 'fetch', 'more', 'finish', 'end']);
  });

  it('draws what leads back beside the tasks that it leads past, and nothing before the first of them', async () => {
    const loop =
      '- a: { set: { x: 1 } }\n- b: { set: { x: 1 } }\n- c: { switch: [ { again: { when: .x, then: b } }, { self: { when: .y, then: c } }, { on: { then: continue } } ] }\n- d: { set: { x: 2 } }';
    const { nodes, edges } = await laidOut(graphOfTasks(loop), 'DOWN');
    expect(edges).toHaveLength(7);
    const task = (name: string) => nodes.find(({ node }) => last(node.id) === name);
    const back = edges.find(({ edge }) => edge.to.endsWith('/b') && edge.kind === 'case');
    const top = (task('a')?.y ?? 0) + (task('a')?.height ?? 0);
    for (const { y } of back?.points ?? [{ y: 0 }]) expect(y).toBeGreaterThan(top);
  });

  it('runs down or to the right, as it is told', async () => {
    const ends = (layout: Awaited<ReturnType<typeof laidOut>>) =>
      ['/do/0/a', '/do/2/b'].map((id) => layout.nodes.find(({ node }) => node.id === id));
    const [topA, topB] = ends(await laidOut(graphOfTasks(tasks), 'DOWN'));
    expect(topB?.y).toBeGreaterThan(topA?.y ?? 0);
    const [leftA, leftB] = ends(await laidOut(graphOfTasks(tasks), 'RIGHT'));
    expect(leftB?.x).toBeGreaterThan(leftA?.x ?? 0);
  });

  it('draws no group over another that does not hold it', async () => {
    const fork =
      '- f: { fork: { branches: [ { l: { do: [ { x: { set: { x: 1 } } } ] } }, { r: { do: [ { y: { set: { x: 1 } } } ] } } ] } }';
    const { nodes } = await laidOut(graphOfTasks(fork), 'DOWN');
    const [l, r] = nodes.filter(({ node }) => node.label === 'l' || node.label === 'r');
    if (l === undefined || r === undefined) throw new Error('both branches are placed');
    expect(l.x + l.width <= r.x || r.x + r.width <= l.x).toBe(true);
  });
});

describe('jumps to the end', () => {
  const jumps =
    '- s: { switch: [ { stop: { when: .x, then: end } }, { on: { then: t } } ] }\n- t: { do: [ { i: { set: { x: 1 }, then: end } } ] }\n- u: { set: { y: 1 } }';

  it('go to the one end of a small graph, and from inside a task to an end beside them', async () => {
    const { nodes } = await laidOut(graphOfTasks(jumps), 'DOWN');
    const ends = nodes.filter(({ node }) => node.kind === 'end').map(({ node }) => [node.id, node.parent]);
    expect(ends).toEqual([
      ['/do/1/t/do/0/i→end', '/do/1/t'],
      ['end', undefined],
    ]);
  });

  it('lead to a node that is there, also when all of them are inside tasks', async () => {
    const inside =
      '- t: { do: [ { i: { set: { x: 1 }, then: end } } ] }\n- r: { raise: { error: { type: "https://e.com/x", status: 500 } } }';
    const { nodes, edges } = await laidOut(graphOfTasks(inside), 'DOWN');
    const ids = new Set(nodes.map(({ node }) => node.id));
    expect(edges.filter(({ edge }) => !ids.has(edge.from) || !ids.has(edge.to))).toEqual([]);
    expect(edges.map(({ edge }) => edge.to)).toContain('/do/0/t/do/0/i→end');
  });
});

describe('the layout of a large graph', () => {
  const mixed = Array.from(
    { length: 20 },
    (_, n) => `
- first-${n}: { set: { n: ${n} } }
- guarded-${n}:
    try:
      - check-${n}: { switch: [ { bad: { when: .bad, then: end } }, { good: { then: continue } } ] }
      - use-${n}: { set: { used: true } }
    catch: { do: [ { mend-${n}: { set: { mended: true } } } ] }
- choose-${n}: { switch: [ { again: { when: .a, then: first-${n} } }, { none: { when: .b, then: none-${n} } }, { some: { then: some-${n} } } ] }
- none-${n}: { raise: { error: { type: 'https://e.com/none', status: 404 } } }
- some-${n}: { fork: { branches: [ { left-${n}: { set: { x: 1 } } }, { right-${n}: { do: [ { deep-${n}: { wait: PT1S } } ] } } ] } }`,
  ).join('');

  async function inParts(tasks: string, direction: 'DOWN' | 'RIGHT' = 'DOWN') {
    let asked = 0;
    const elk = new Elk();
    const graph = graphOfTasks(tasks);
    const layout = await layOutInParts(graph, direction, (shape) => {
      asked += 1;
      return elk.layout(shape);
    });
    return { graph, layout, asked };
  }

  it.each(['DOWN', 'RIGHT'] as const)(
    'places every node and every edge, and no two nodes over each other, %s',
    async (direction) => {
      const { graph, layout } = await inParts(mixed, direction);
      const placed = new Map(layout.nodes.map((each) => [each.node.id, each]));
      expect(graph.nodes.filter(({ id }) => !placed.has(id))).toEqual([]);
      expect(layout.edges.map(({ edge }) => edge.id).sort()).toEqual(graph.edges.map(({ id }) => id).sort());
      expect(overlapping(layout)).toEqual([]);
      for (const { node, x, y, width, height } of layout.nodes) {
        const around = node.parent === undefined ? layout : placed.get(node.parent);
        expect(x >= 0 && y >= 0, node.id).toBe(true);
        expect(x + width <= (around?.width ?? 0) && y + height <= (around?.height ?? 0), node.id).toBe(true);
      }
    },
  );

  it('lets each edge begin at the border of its task and end at that of another', async () => {
    const { layout } = await inParts(mixed);
    const boxes = layout.nodes.map(({ node, width, height }) => {
      const { x, y } = middleOf(layout, node.id) ?? { x: 0, y: 0 };
      const top = y - Math.min(height, 60) / 2;
      return { id: node.id, left: x - width / 2, right: x + width / 2, sides: [top, top + height] };
    });
    const at = (point: { x: number; y: number } | undefined) =>
      boxes
        .filter(({ left, right, sides }) => {
          if (point === undefined || point.x < left || point.x > right) return false;
          return sides.some((side) => Math.abs(side - point.y) < 1);
        })
        .map(({ id }) => id);
    for (const { edge, points } of layout.edges) {
      expect(at(points[0])).toContain(edge.from);
      expect(at(points.at(-1))).toContain(edge.to);
    }
  });

  it('gives each task that jumps to the end an end of its own, beside it', async () => {
    const { layout } = await inParts(mixed);
    const ends = layout.nodes.filter(({ node }) => node.kind === 'end');
    expect(ends.map(({ node }) => node.endOf)).toEqual([
      ...Array.from({ length: 20 }, (_, n) => `/do/${n * 5 + 1}/guarded-${n}/try/0/check-${n}`),
      undefined,
    ]);
    expect(ends[0]?.node.parent).toBe('/do/1/guarded-0');
  });

  it('asks ELK about nothing that is a plain sequence, and once about parts of one shape', async () => {
    const sequence = Array.from({ length: 500 }, (_, n) => `- t${n}: { set: { x: 1 } }`).join('\n');
    expect((await inParts(sequence)).asked).toBe(0);
    expect((await inParts(mixed)).asked).toBeLessThan(10);
  });
});

/** Pairs of nodes of one list that lie over each other. */
function overlapping({ nodes }: Layout): string[] {
  const over = (a: PlacedNode, b: PlacedNode) =>
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
  return nodes.flatMap((a, index) =>
    nodes
      .slice(index + 1)
      .filter((b) => a.node.parent === b.node.parent && over(a, b))
      .map((b) => `${a.node.id} ${b.node.id}`),
  );
}

describe('what is seen first of a graph', () => {
  const frame = { width: 800, height: 600 };
  const zooms = { wholeMin: 0.4, part: 0.7 };

  it('is all of it, in the middle and not enlarged, when it fits', () => {
    expect(firstViewport({ width: 200, height: 100 }, frame, zooms)).toEqual({ x: 300, y: 250, zoom: 1 });
  });

  it('is all of it, made smaller, while its shape tells something', () => {
    const { x, y, zoom } = firstViewport({ width: 400, height: 1_200 }, frame, zooms);
    expect([zoom, y]).toEqual([572 / 1_200, 14]);
    expect(x).toBeGreaterThan(0);
  });

  it('is its beginning at a legible size when all of it would be too small', () => {
    const { x, y, zoom } = firstViewport({ width: 400, height: 4_000 }, frame, zooms);
    expect([zoom, y]).toEqual([0.7, 14]);
    expect(x).toBeCloseTo((800 - 400 * 0.7) / 2);
  });
});

describe('what is looked for in a large graph', () => {
  const frame = { width: 800, height: 600 };
  const zooms = { wholeMin: 0.4, part: 0.5 };
  const graph = { width: 8_000, height: 400 };

  it('is in the middle of what is seen first', () => {
    const { x, zoom } = firstViewport(graph, frame, zooms, { x: 4_000, y: 200 });
    expect(4_000 * zoom + x).toBe(400);
  });

  it('stands at the side when it is at an end of the graph', () => {
    expect(firstViewport(graph, frame, zooms, { x: 20, y: 200 }).x).toBe(14);
    expect(firstViewport(graph, frame, zooms, { x: 7_990, y: 200 }).x).toBe(800 - 4_000 - 14);
  });
});

describe('the path of an edge', () => {
  it('rounds its corners by no more than half of a short stretch', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 0, y: 40 },
      { x: 6, y: 40 },
      { x: 6, y: 80 },
    ];
    expect(pathThrough(points, 8)).toBe('M0,0L0,37Q0,40 3,40L3,40Q6,40 6,43L6,80');
  });

  it('is nothing for no points, and straight for two', () => {
    expect(pathThrough([], 8)).toBe('');
    expect(
      pathThrough(
        [
          { x: 1, y: 2 },
          { x: 1, y: 9 },
        ],
        8,
      ),
    ).toBe('M1,2L1,9');
  });
});
