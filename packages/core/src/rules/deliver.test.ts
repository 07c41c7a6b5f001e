/** Deliveries as they come: late, twice, to some listeners only, to several filters at once, at the bound of a decision. */
import { describe, expect, it } from 'vitest';
import type { Fact } from '../model/facts.ts';
import type { JsonObject } from '../model/json.ts';
import { completed, type Driven, drive, failed } from '../testing/drive.ts';
import { listenerOf, listenRowId, listenRows } from './listening.ts';

const eventOf = (id: string, more: JsonObject = {}): JsonObject => ({
  ...{ specversion: '1.0', id, source: 'urn:test', type: 'x' },
  ...more,
});

type Listeners = readonly { readonly version: number; readonly filter: number }[];

/** The facts that a delivery leads to. */
function deliver(run: Driven, event: JsonObject, listeners: Listeners): readonly string[] {
  const decided = run.command({ type: 'event.deliver', event, listeners });
  return decided.type === 'refused' ? [decided.refusal.code] : decided.facts.map(({ type }) => type);
}

describe('an event that is delivered', () => {
  it('reaches those that it was delivered to, and no other that listens', () => {
    const branch = (name: string) => `{ ${name}: { listen: { to: { any: [] } } } }`;
    const run = drive(`do: [{ f: { fork: { branches: [${branch('a')}, ${branch('b')}] } } }]`);
    const [first, second] = listenRows(run.state);
    expect(deliver(run, eventOf('1', { data: 1 }), second === undefined ? [] : [second])).toContain(
      'event.consumed',
    );
    expect(listenRows(run.state)).toEqual([first]);
  });

  it('lets those that take it go on in the order in which they began to listen', () => {
    const branch = (name: string) => `{ ${name}: { listen: { to: { any: [] } } } }`;
    const run = drive(`do: [{ f: { fork: { branches: [${branch('a')}, ${branch('b')}] } } }]`);
    const ended = run.publish({ type: 'x' }).of('task.completed');
    expect(ended.map(({ task }) => task.slice(-1)).slice(0, 2)).toEqual(['a', 'b']);
  });

  it('to a listener that has ended its listening changes nothing', () => {
    const text = `do: [{ w: { listen: { to: { any: [{ with: { type: x } }], until: { one: { with: { type: end } } } } },
      foreach: { do: [{ c: { call: work } }] } } }]`;
    const run = drive(text, { functions: ['work'] });
    const listeners = listenRows(run.state);
    run.publish({ type: 'x', data: 1 }).publish({ type: 'end' });
    expect(listenRows(run.state)).toEqual([]);
    expect(deliver(run, eventOf('late'), listeners)).toEqual([]);
  });

  it('to a filter that has had its event changes nothing', () => {
    const run = drive(
      'do: [{ w: { listen: { to: { all: [{ with: { type: x } }, { with: { type: y } }] } } } }]',
    );
    const listeners = listenRows(run.state);
    run.publish({ type: 'x' });
    expect(deliver(run, eventOf('late'), listeners)).toEqual([]);
  });

  it('goes to the first of the filters that it fits, in whatever order they are named', () => {
    const run = drive(
      `do: [{ w: { listen: { to: {
        any: [{ with: { type: z } }, { with: { type: x } }, { with: { type: '.*' } }],
        until: { all: [{ with: { type: y } }, { with: { type: end } }, { with: { type: 'e.*' } }] } } } } }]`,
    );
    const listeners = listenRows(run.state);
    const offer = (id: string, type: string, order: Listeners) => deliver(run, eventOf(id, { type }), order);
    offer('1', 'x', listeners.slice(0, 3).toReversed());
    offer('2', 'end', listeners.toReversed());
    offer('3', 'end', listeners);
    offer('4', 'y', [...listeners.slice(4), ...listeners.slice(0, 4)]);
    expect(run.of('event.consumed').map(({ filter }) => filter)).toEqual([1, 4, 5, 3]);
  });

  it('is recorded with what is read of it, and nothing more', () => {
    const run = drive(
      'do: [{ w: { listen: { to: { any: [{ with: { type: x } }], until: { one: { with: { type: end } } } }, read: raw } } }]',
    );
    run.publish({ type: 'x', data: { n: 1 } }).publish({ type: 'end', data: 2 });
    const [taken, end] = run.of('event.consumed');
    expect(taken).toEqual({
      ...{ type: 'event.consumed', task: '/do/0/w', filter: 0 },
      event: eventOf('e1', { data: { n: 1 } }),
      ...{ read: 'raw', value: '{"n":1}' },
    });
    expect(end).toEqual({
      ...{ type: 'event.consumed', task: '/do/0/w', filter: 1 },
      event: eventOf('e2', { type: 'end', data: 2 }),
      ...{ until: true, last: true },
    });
    const data = drive('do: [{ w: { listen: { to: { any: [] } } } }]').publish({ type: 'x' });
    expect(data.of('event.consumed')[0]).not.toHaveProperty('read');
    expect(data.of('event.consumed')[0]).not.toHaveProperty('value');
  });

  it('counts with its size', () => {
    const run = drive("do: [{ w: { listen: { to: { any: [], until: 'false' } } } }]");
    const size = (data: string) => {
      const listeners = listenRows(run.state);
      const decided = run.command({ type: 'event.deliver', event: eventOf(data, { data }), listeners });
      return decided.type === 'decided' ? decided.bytes : 0;
    };
    expect(size('x'.repeat(5_000)) - size('x')).toBeGreaterThan(4_000);
  });

  it('faults the task when its `until` fails, where that can be caught', () => {
    const text = `do: [{ t: { try: [{ w: { listen: { to: { any: [], until: '.[0].a.b' } } } }], catch: { as: e, do: [{ h: { set: { at: '\${ $e.instance }' } } }] } } }]`;
    expect(drive(text).publish({ type: 'x', data: 'text' }).state.output).toEqual({ at: '/do/0/t/try/0/w' });
  });

  it('is none that is meant when a regular expression takes too many steps over it', () => {
    const text = "do: [{ w: { listen: { to: { one: { with: { subject: '(a+)+b' } } } } } }]";
    const run = (subject: string) =>
      drive(text, { limits: { expressionStepsMax: 300 } }).publish({ type: 'x', subject }).state.phase;
    expect(run('aab')).toBe('completed');
    expect(run(`${'a'.repeat(2_000)}b`)).toBe('running');
  });

  it('at the bound of a decision lets all others go on that had stopped there', () => {
    const sets = Array.from({ length: 6 }, (_, n) => `{ s${n}: { set: { n: ${n} } } }`).join(', ');
    const text = `do: [{ f: { fork: { branches: [{ l: { listen: { to: { any: [] } } } }, { d: { do: [${sets}] } }] } } }]`;
    const run = drive(text, { begins: false, limits: { decisionEventsMax: 8 } }).start();
    for (let turns = 0; listenRows(run.state).length === 0 && turns < 20; turns++)
      run.command({ type: 'execution.continue' });
    expect(run.state.yielded).toBe(true);
    deliver(run, eventOf('1', { data: 1 }), listenRows(run.state));
    expect(run.run().state.output).toEqual([[1], { n: 5 }]);
  });
});

describe('what is listened for', () => {
  it('is nothing before the listening has started, though its task has', () => {
    const run = drive('do: [{ w: { listen: { to: { any: [] } } } }]', {
      begins: false,
      limits: { decisionEventsMax: 1 },
    }).start();
    for (let turns = 0; run.of('task.started').length === 0 && turns < 20; turns++)
      run.command({ type: 'execution.continue' });
    expect(run.of('listen.started')).toEqual([]);
    expect(listenRows(run.state)).toEqual([]);
  });

  it('is bound by all correlations once each is known, by those with `expect` until then, in the order of their names', () => {
    const both = 'correlate: { z: { from: .z }, a: { from: .a } }';
    const run = drive(
      `do: [{ w: { listen: { to: { all: [{ with: { type: x }, ${both} }, { with: { type: y }, correlate: { z: { from: .z } } }] } } } }]`,
    );
    run.publish({ type: 'y', z: 1 });
    expect(listenRows(run.state).map(({ filter, bound }) => [filter, bound])).toEqual([[0, []]]);
    const expected = drive(
      "do: [{ w: { listen: { to: { one: { with: { type: x }, correlate: { z: { from: .z, expect: '1' }, a: { from: .a, expect: '2' } } } } } } }]",
    );
    expect(listenRows(expected.state).map(({ bound }) => bound)).toEqual([
      [
        ['a', '2'],
        ['z', '1'],
      ],
    ]);
  });

  it('is recorded as its filters stand, without what they lack', () => {
    const run = drive(
      "do: [{ w: { listen: { to: { all: [{ with: { type: x } }, { with: { type: y }, correlate: { a: { from: .a, expect: '1' }, b: { from: .b } } }] } } } }]",
    );
    expect(run.of('listen.started')).toEqual([
      { type: 'listen.started', task: '/do/0/w', filters: [{}, { expect: { a: '1' }, open: ['b'] }] },
    ]);
  });

  it('counts with the size of what is expected', () => {
    const text = (expect: string) =>
      `do: [{ w: { listen: { to: { one: { with: { type: x }, correlate: { a: { from: .a, expect: '${expect}' } } } } } } }]`;
    const size = (expect: string) => {
      const run = drive(text(expect), { begins: false });
      const definition = { namespace: 'default', name: 'test', version: '1.0.0', digest: 'sha256:0' };
      const decided = run.command({ type: 'execution.start', execution: 'x', definition, input: {} });
      return decided.type === 'decided' ? decided.bytes : 0;
    };
    expect(size('"x" * 5000') - size('"x"')).toBeGreaterThan(4_000);
  });

  it('is named by the version and the number of the filter', () => {
    expect(listenRowId({ version: 7, filter: 2 })).toBe('7.2');
    expect(listenerOf('some/execution/7.2')).toEqual({ version: 7, filter: 2 });
  });
});

describe('`foreach` of a task that listens', () => {
  const each = (more: string, to = "{ any: [], until: 'length == 2' }") =>
    `do: [{ w: { listen: { to: ${to} }, foreach: { do: [{ c: { call: work } }]${more} } } }]`;
  const options = { functions: ['work'], answer: () => completed({ n: 1 }) };

  it('asks `until` when the tasks for an event have ended, not when it has come', () => {
    let answers = false;
    const run = drive(each(''), { ...options, answer: () => (answers ? completed(1) : undefined) });
    for (const n of [1, 2, 3]) run.publish({ type: 'x', data: n });
    expect(run.of('event.consumed')).toHaveLength(3);
    expect(run.of('listen.ended')).toHaveLength(0);
    answers = true;
    run.run();
    const order = run.facts
      .map(({ type }) => type)
      .filter((type) => /iteration.completed|listen.ended/.test(type));
    expect(order).toEqual(['iteration.completed', 'iteration.completed', 'listen.ended']);
    const once = drive(each('', "{ any: [], until: 'true' }"), options).publish({ type: 'x' });
    const types = once.facts.map(({ type }) => type);
    expect(types.filter((type) => /iteration.completed|listen.ended/.test(type))).toEqual([
      'iteration.completed',
      'listen.ended',
    ]);
  });

  it('holds nothing against the schema of a context that is not exported', () => {
    const text = each(', export: { schema: { document: { type: string } } }', '{ any: [] }');
    expect(drive(text, options).publish({ type: 'x' }).state.phase).toBe('completed');
  });

  it('goes on between events that end it otherwise', () => {
    const run = drive(
      each('', '{ any: [{ with: { type: x } }], until: { one: { with: { type: end } } } }'),
      options,
    );
    run.publish({ type: 'x' }).publish({ type: 'x' }).publish({ type: 'end' });
    expect(run.state.output).toEqual([{ n: 1 }, { n: 1 }]);
  });

  it('ends the workflow with what there is, its own output too, when one of its tasks says so', () => {
    const text = `do: [{ w: { listen: { to: { any: [], until: 'false' } }, foreach: { item: e, do: [
      { go: { set: '\${ $e }' } }, { over: { switch: [{ last: { when: '. == 2', then: end } }] } }] } } }, { never: { set: { n: 9 } } }]`;
    const run = drive(text).publish({ type: 'x', data: 1 }).publish({ type: 'x', data: 2 });
    expect(run.state).toMatchObject({ phase: 'completed', output: [1, 2] });
  });

  it('shapes and exports what it yields with `end` as with any other end, and does not ask `until` any more', () => {
    const text = `do: [{ w: { listen: { to: { any: [], until: 'error("asked")' } }, foreach: { item: e, do: [
      { go: { set: { n: '\${ $e }' }, then: end } }], output: { as: .n }, export: { as: '{ last: . }' } } } }]`;
    const run = drive(text).publish({ type: 'x', data: 1 });
    expect(run.state).toMatchObject({ phase: 'completed', output: [1], context: { last: 1 } });
  });

  it('holds each output, and what is exported, against their schemas', () => {
    const schema = 'schema: { document: { type: object, required: [m] } }';
    for (const [what, name] of [
      ['output', "the iteration's output"],
      ['export', 'the exported context'],
    ] as const) {
      const as = what === 'export' ? "as: '{ n: 1 }', " : '';
      const run = drive(each(`, ${what}: { ${as}${schema} }`), options).publish({ type: 'x' });
      expect(run.state.error).toMatchObject({ status: 400, detail: expect.stringContaining(name) });
      const fits = each(`, ${what}: { as: '{ m: 1 }', ${schema} }`, '{ any: [] }');
      expect(drive(fits, options).publish({ type: 'x' }).state.phase).toBe('completed');
    }
  });

  it('records an output and a context only where there are others', () => {
    const plain = drive(each('', '{ any: [] }'), options).publish({ type: 'x' });
    expect(plain.of('iteration.completed')).toEqual([
      { type: 'iteration.completed', task: '/do/0/w', index: 0 },
    ]);
    const other = drive(each(", output: { as: .n }, export: { as: '{ k: . }' }", '{ any: [] }'), options);
    expect(other.publish({ type: 'x' }).of('iteration.completed')).toMatchObject([
      { output: 1, context: { k: 1 } },
    ]);
  });

  it('carries the key of a deed that nobody knows the end of to the same event of the next attempt', () => {
    let asked = 0;
    const run = drive(
      `do: [{ t: { try: [${each('').slice('do: ['.length, -1)}], catch: { retry: { limit: { attempt: { count: 3 } } } } } }]`,
      { ...options, answer: () => (++asked === 2 ? failed(503, true) : completed(1)) },
    );
    for (const n of [1, 2, 3, 4]) run.publish({ type: 'x', data: n });
    expect(run.state.phase).toBe('completed');
    const second = run.of('effect.requested')[1];
    const unknown = run.facts.indexOf(second as Fact) + 1;
    expect(run.of('effect.requested').map(({ keyOf }) => keyOf)).toEqual([
      undefined,
      undefined,
      undefined,
      unknown,
    ]);
  });
});
