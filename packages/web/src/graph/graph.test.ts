import { createRequire } from 'node:module';
import { parse } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { type Graph, graphOf } from './graph.ts';
import { type ElkShape, firstViewport, fromElk, pathThrough, toElk } from './layout.ts';

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
      '- c: { call: http, with: { method: get, endpoint: "https://e.com/a" } }\n- w: { wait: { minutes: 2, seconds: 5 } }',
    );
    expect(graph.nodes.map(({ detail }) => detail)).toEqual([
      undefined,
      undefined,
      'GET https://e.com/a',
      '2 min 5 s',
    ]);
  });
});

/** ELK without a worker. Its build for Node is a CommonJS module. */
const Elk = createRequire(import.meta.url)('elkjs/lib/elk.bundled.js') as new () => {
  layout(graph: ElkShape): Promise<ElkShape>;
};

async function laidOut(graph: Graph, direction: 'DOWN' | 'RIGHT') {
  return fromElk(await new Elk().layout(toElk(graph, direction)), graph);
}

describe('the layout', () => {
  const tasks =
    '- a: { set: { x: 1 } }\n- t: { try: [ { w: { wait: PT1S } } ], catch: { do: [ { h: { set: { x: 1 } } } ] } }\n- b: { set: { x: 1 } }';

  it('places every node, and every edge from border to border', async () => {
    const graph = graphOfTasks(tasks);
    const { nodes, edges } = await laidOut(graph, 'DOWN');
    expect(nodes.map(({ node }) => node.id)).toEqual(graph.nodes.map(({ id }) => id));
    expect(edges.map(({ edge }) => edge.id)).toEqual(graph.edges.map(({ id }) => id));
    const a = nodes.find(({ node }) => node.id === '/do/0/a');
    const leaving = edges.find(({ edge }) => edge.from === '/do/0/a');
    expect(leaving?.points[0]?.y).toBeCloseTo((a?.y ?? 0) + (a?.height ?? 0));
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

  it('a graph of 500 tasks is laid out in a second of one processor', async () => {
    const graph = graphOfTasks(
      Array.from({ length: 500 }, (_, n) => `- t${n}: { set: { x: 1 } }`).join('\n'),
    );
    await laidOut(graphOfTasks(tasks), 'DOWN');
    // Not by the clock: other tests run beside this one.
    const before = process.threadCpuUsage();
    await laidOut(graph, 'DOWN');
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(1_000);
  });
});

describe('what is seen first of a graph', () => {
  const frame = { width: 800, height: 600 };
  const zooms = { wholeMin: 0.4, beginning: 0.7 };

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
