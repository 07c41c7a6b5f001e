/**
 * Programs that DSL 1.0 cannot say, lowered by hand: three workflows of DSL 0.8 and a graph. They show that the
 * program and the state have a place for each of them, before the languages themselves are read.
 */
import { describe, expect, test } from 'vitest';
import type { Fact } from '../model/facts.ts';
import { type ExecutionState, emptyState } from '../model/state.ts';
import { decide } from '../rules/decide.ts';
import { evolve } from '../rules/evolve.ts';
import { link } from './link.ts';
import type { Expression, Node, Program, Template } from './program.ts';

const literal = (value: Extract<Template, { type: 'literal' }>['value']): Template => ({
  type: 'literal',
  value,
});
const jq = (source: string): Expression => ({ type: 'jq', source, at: '/states' });
const call = (name: string, pointer: string): Node => ({
  kind: 'call',
  name,
  pointer,
  call: { type: 'function', name },
});

function program(language: Program['language'], name: string, tasks: readonly Node[]): Program {
  return {
    language,
    namespace: 'default',
    name,
    version: '1.0',
    definition: {},
    pointer: '/states',
    tasks,
    functions: {},
    secrets: [],
    unsupported: [],
  };
}

const definition = { namespace: 'default', name: 'x', version: '1.0', digest: 'sha256:0' };

function fold(facts: readonly Fact[]): ExecutionState {
  const state = emptyState();
  for (const fact of facts) evolve(state, fact, 1_000 + state.version);
  return state;
}

/** 0.8: `{"type": "parallel", "completionType": "atLeast", "numCompleted": 2, "branches": [a, b, c]}` */
const quorum = program('dsl-0.8', 'ask-three-lenders', [
  {
    kind: 'fork',
    name: 'AskLenders',
    pointer: '/states/0',
    join: { type: 'quorum', count: 2 },
    branches: [
      { kind: 'set', name: 'a', pointer: '/states/0/branches/0', value: literal({ offer: 1 }) },
      { kind: 'set', name: 'b', pointer: '/states/0/branches/1', value: literal({ offer: 2 }) },
      {
        kind: 'wait',
        name: 'c',
        pointer: '/states/0/branches/2',
        duration: { type: 'fixed', milliseconds: 60_000 },
      },
    ],
  },
]);

/** 0.8: a state with `compensatedBy`, and a transition with `compensate: true` */
const compensation = program('dsl-0.8', 'book-trip', [
  { ...call('bookFlight', '/states/0'), compensatedBy: [call('cancelFlight', '/states/3')] },
  {
    kind: 'switch',
    name: 'HotelFree',
    pointer: '/states/1',
    cases: [
      { name: 'free', when: jq('.hotelFree'), then: 'end' },
      { name: 'full', then: 'Undo' },
    ],
  },
  { kind: 'compensate', name: 'Undo', pointer: '/states/1/dataConditions/1/transition' },
]);

/** 0.8: `"end": {"continueAs": {"workflowId": "poll", "data": "${ .cursor }"}}` */
const continueAs = program('dsl-0.8', 'poll', [
  call('readPage', '/states/0'),
  {
    kind: 'continueAs',
    name: 'NextPage',
    pointer: '/states/0/end/continueAs',
    workflow: { name: 'poll' },
    with: jq('.cursor'),
  },
]);

/** nodes and edges: `check` decides by the conditions on its edges, `report` runs after whichever came */
const graph = program('graph', 'review', [
  {
    kind: 'graph',
    name: 'review',
    pointer: '/nodes',
    nodes: [
      call('check', '/nodes/0'),
      call('approve', '/nodes/1'),
      call('reject', '/nodes/2'),
      call('report', '/nodes/3'),
    ],
    edges: [
      { from: 'check', to: 'approve', when: jq('.amount <= 100') },
      { from: 'check', to: 'reject', when: jq('.amount > 100') },
      { from: 'approve', to: 'report' },
      { from: 'reject', to: 'report' },
    ],
    joins: { report: 'any' },
  },
]);

describe('programs beyond DSL 1.0', () => {
  test.each([quorum, compensation, continueAs, graph])('$name is plain data, and links', (golden) => {
    expect(JSON.parse(JSON.stringify(golden))).toEqual(golden);
    expect(link(golden).main.nodes).toHaveLength(golden.tasks.length);
  });

  test('a join by quorum ends with the branches that came, and cancels the rest', () => {
    const state = emptyState();
    const moment = { now: 1_000, random: () => 0 };
    const start = { type: 'execution.start', execution: 'q', definition, input: {} } as const;
    const decided = decide(state, start, { execution: 'q', executable: link(quorum), moment });
    expect(decided).toMatchObject({ type: 'decided' });
    expect(state).toMatchObject({ phase: 'completed', output: [{ offer: 1 }, { offer: 2 }, null] });
  });

  test.each([
    [1, 'completed'],
    [2, 'completed'],
    [3, 'faulted'],
  ])('a join by %i of 3 branches, of which one fails, is %s', (count, phase) => {
    const set = (name: string): Node => ({
      kind: 'set',
      name,
      pointer: `/states/0/${name}`,
      value: literal(1),
    });
    const error = { type: literal('https://example.com/e'), status: literal(500) };
    const fork: Node = {
      kind: 'fork',
      name: 'ask',
      pointer: '/states/0',
      join: { type: 'quorum', count },
      branches: [{ kind: 'raise', name: 'r', pointer: '/states/0/r', error }, set('a'), set('b')],
    };
    const state = emptyState();
    const moment = { now: 1_000, random: () => 0 };
    const start = { type: 'execution.start', execution: 'q', definition, input: {} } as const;
    decide(state, start, { execution: 'q', executable: link(program('dsl-0.8', 'ask', [fork])), moment });
    expect(state.phase).toBe(phase);
  });

  test('an expression that is no jq, as of a text that nobody has checked, is an error of its task', () => {
    const set: Node = { kind: 'set', name: 'a', pointer: '/states/0', value: jq(' no jq ') };
    const state = emptyState();
    const moment = { now: 1_000, random: () => 0 };
    const start = { type: 'execution.start', execution: 'q', definition, input: {} } as const;
    decide(state, start, { execution: 'q', executable: link(program('dsl-0.8', 'odd', [set])), moment });
    expect(state).toMatchObject({
      phase: 'faulted',
      error: { status: 400, instance: '/states/0', detail: expect.stringMatching(/^no jq: syntax error/) },
    });
  });

  test('what can be undone is remembered in the order in which it was done', () => {
    const state = fold([
      { type: 'execution.started', definition, input: {} },
      { type: 'task.started', task: '/states/0', kind: 'call' },
      {
        type: 'effect.requested',
        task: '/states/0',
        request: { type: 'function', name: 'bookFlight', input: {} },
      },
      { type: 'effect.completed', effect: 3, output: { flight: 7 } },
      { type: 'task.completed', task: '/states/0', compensable: true },
      { type: 'task.started', task: '/states/1/dataConditions/1/transition', kind: 'compensate' },
    ]);
    expect(state.main.compensable).toEqual(['/states/0']);
    expect(state.tasks['/states/1/dataConditions/1/transition']).toMatchObject({
      kind: 'compensate',
      input: { flight: 7 },
    });
  });

  test('an execution that goes on as another names it when it ends', () => {
    const state = fold([
      { type: 'execution.started', definition, input: { cursor: 2 } },
      { type: 'task.started', task: '/states/0/end/continueAs', kind: 'continueAs' },
      { type: 'task.completed', task: '/states/0/end/continueAs', output: { cursor: 3 } },
      { type: 'execution.completed', continuedAs: 'poll-2' },
    ]);
    expect(state).toMatchObject({ phase: 'completed', continuedAs: 'poll-2', output: { cursor: 3 } });
  });

  test('a graph keeps the outputs of its nodes and which were left out', () => {
    const state = fold([
      { type: 'execution.started', definition, input: { amount: 50 } },
      { type: 'task.started', task: '/nodes', kind: 'graph' },
      { type: 'task.started', task: '/nodes/0', kind: 'call', parent: '/nodes' },
      { type: 'task.completed', task: '/nodes/0', output: { amount: 50 } },
      { type: 'task.skipped', task: '/nodes/2', kind: 'call', parent: '/nodes' },
      { type: 'task.started', task: '/nodes/1', kind: 'call', parent: '/nodes' },
    ]);
    expect(state.tasks['/nodes']).toMatchObject({
      outputs: { '/nodes/0': { amount: 50 } },
      skipped: ['/nodes/2'],
      live: 1,
    });
  });
});
