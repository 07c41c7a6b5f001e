import { describe, expect, it } from 'vitest';
import { phaseOf } from '../projections/phase.ts';
import { completed, type Driven, type DriveOptions, drive } from '../testing/drive.ts';
import { listenRows } from './listening.ts';

function listen(to: string, more = '', options?: DriveOptions): Driven {
  return drive(`do: [{ wait: { listen: { to: ${to}${more.startsWith(',') ? '' : ''} }${more} } }]`, options);
}

function output(run: Driven): unknown {
  return run.state.phase === 'completed' ? run.state.output : (run.state.error ?? run.state.phase);
}

describe('a task that listens', () => {
  it('waits, and ends with the data of the one event in an array', () => {
    const run = listen('{ one: { with: { type: paid } } }');
    expect(phaseOf(run.state)).toBe('waiting');
    expect(output(run.publish({ type: 'sent' }))).toBe('running');
    expect(output(run.publish({ type: 'paid', data: { amount: 3 } }))).toEqual([{ amount: 3 }]);
  });

  it('takes any one of several, each of all, and each of two that are the same an event of its own', () => {
    const any = listen('{ any: [{ with: { type: a } }, { with: { type: b } }] }');
    expect(output(any.publish({ type: 'b', data: 2 }))).toEqual([2]);
    const all = listen('{ all: [{ with: { type: a } }, { with: { type: b } }] }');
    expect(output(all.publish({ type: 'b', data: 2 }).publish({ type: 'b', data: 3 }))).toBe('running');
    expect(output(all.publish({ type: 'a', data: 1 }))).toEqual([2, 1]);
    const both = listen('{ all: [{ with: { type: a } }, { with: { type: a } }] }');
    expect(output(both.publish({ type: 'a', data: 1 }))).toBe('running');
    expect(output(both.publish({ type: 'a', data: 2 }))).toEqual([1, 2]);
  });

  it('takes every event when `any` is empty, and ends at once when `all` is', () => {
    expect(output(listen('{ any: [] }').publish({ type: 'whatever', data: 1 }))).toEqual([1]);
    expect(output(listen('{ all: [] }'))).toEqual([]);
    expect(output(listen('{ any: [{ with: { type: x } }], until: { all: [] } }'))).toEqual([]);
  });

  it('goes on until a condition over what it has consumed holds', () => {
    const run = listen("{ any: [], until: '( . | length ) > 2' }");
    for (const n of [1, 2]) expect(output(run.publish({ type: 'x', data: n }))).toBe('running');
    expect(output(run.publish({ type: 'x', data: 3 }))).toEqual([1, 2, 3]);
  });

  it('goes on until other events have come, which are not in its output', () => {
    const to =
      '{ any: [{ with: { type: x } }], until: { all: [{ with: { type: a } }, { with: { type: b } }] } }';
    const run = listen(to);
    run.publish({ type: 'x', data: 1 }).publish({ type: 'a' }).publish({ type: 'x', data: 2 });
    expect(output(run)).toBe('running');
    expect(output(run.publish({ type: 'b', data: 9 }))).toEqual([1, 2]);
  });

  it('counts an event that fits `to` and `until` for `until`', () => {
    const run = listen('{ any: [], until: { one: { with: { type: stop } } } }');
    expect(output(run.publish({ type: 'x', data: 1 }).publish({ type: 'stop', data: 2 }))).toEqual([1]);
  });

  it('reads data, envelopes, and the raw text of the data', () => {
    const event = { type: 'x', data: { n: 1 } };
    const read = (how: string) =>
      drive(`do: [{ w: { listen: { to: { any: [] }, read: ${how} } } }]`).publish(event).state.output;
    expect(read('data')).toEqual([{ n: 1 }]);
    expect(read('envelope')).toEqual([{ specversion: '1.0', id: 'e1', source: 'urn:test', ...event }]);
    expect(read('raw')).toEqual(['{"n":1}']);
  });

  it('is timed out like any other task, and the error can be caught', () => {
    const run = drive(`do:
  - guard:
      try: [{ w: { listen: { to: { any: [] } }, timeout: { after: { seconds: 5 } } } }]
      catch: { errors: { with: { status: 408 } }, do: [{ late: { set: { late: true } } }] }
`);
    expect(output(run)).toEqual({ late: true });
    expect(listenRows(run.state)).toEqual([]);
  });

  it('takes an event once, however often and for however many listeners it is delivered', () => {
    const two = 'do: [{ a: { listen: { to: { any: [] } } } }, { b: { listen: { to: { any: [] } } } }]';
    const run = drive(two).publish({ id: 'same', type: 'x' }).publish({ id: 'same', type: 'x' });
    expect(output(run)).toBe('running');
    expect(run.of('event.consumed')).toHaveLength(1);
    expect(output(run.publish({ id: 'other', type: 'x', data: 2 }))).toEqual([2]);
  });

  it('gives one event to every branch that listens at that moment', () => {
    const branch = (name: string) => `{ ${name}: { listen: { to: { any: [] } } } }`;
    const run = drive(`do: [{ f: { fork: { branches: [${branch('a')}, ${branch('b')}] } } }]`);
    expect(output(run.publish({ type: 'x', data: 1 }))).toEqual([[1], [1]]);
  });

  it('records what comes while it is suspended, and goes on when it is resumed', () => {
    const run = listen('{ any: [] }');
    run.command({ type: 'execution.suspend' });
    run.publish({ type: 'x', data: 1 });
    expect(run.of('event.consumed')).toHaveLength(1);
    expect(run.state.phase).toBe('suspended');
    run.command({ type: 'execution.resume' });
    expect(output(run)).toEqual([1]);
  });

  it('ends with its error at once when `until` fails over what comes while it is suspended; a `catch` goes on later', () => {
    const listening = 'listen: { to: { any: [], until: \'error("no")\' } }';
    const bare = drive(`do: [{ l: { ${listening} } }]`);
    const caught = drive(
      `do: [{ t: { try: [{ l: { ${listening} } }], catch: { do: [{ h: { set: { x: 1 } } }] } } }]`,
    );
    for (const run of [bare, caught]) {
      run.command({ type: 'execution.suspend' });
      run.publish({ type: 'x' });
    }
    expect(bare.state).toMatchObject({ phase: 'faulted', error: { status: 400 } });
    expect(caught.state.phase).toBe('suspended');
    caught.command({ type: 'execution.resume' });
    expect(output(caught)).toEqual({ x: 1 });
  });
});

describe('a task that listens when its execution is retried', () => {
  it('goes on with what it had, under a name that no later task of the new stream has', () => {
    const branches = '[{ l: { listen: { to: { any: [], until: "length == 3" } } } }, { w: { call: work } }]';
    const text = `do: [{ f: { fork: { branches: ${branches} } } }, { next: { listen: { to: { any: [] } } } }]`;
    const before = drive(text, { functions: ['work'] }).publish({ type: 'x', data: 1 });
    const state = JSON.parse(JSON.stringify(before.state));
    const again = drive(text, { functions: ['work'], begins: false, answer: () => completed(1) });
    again.command({
      ...{ type: 'execution.restore', execution: 'y', from: { execution: 'x', version: state.version } },
      ...{ state, task: '/do/0/f/fork/branches/1/w' },
    } as const);
    again.run();
    expect(listenRows(again.state).map(({ version }) => version < 0)).toEqual([true]);
    for (const n of [2, 3]) again.publish({ id: `again${n}`, type: 'x', data: n });
    expect(listenRows(again.state).map(({ version }) => version > 0)).toEqual([true]);
    expect(output(again.publish({ id: 'last', type: 'x', data: 4 }))).toEqual([4]);
  });
});

describe('a filter', () => {
  const takes = (filter: string, event: object, options?: DriveOptions) =>
    listen(`{ one: { with: ${filter} } }`, '', options).publish({ type: 't', ...event }).state.phase ===
    'completed';

  it('compares an attribute, and reads a text with the signs of a regular expression as one, from end to end', () => {
    expect(takes('{ type: com.a.b }', { type: 'com.a.b' })).toBe(true);
    expect(takes('{ type: com.a.b }', { type: 'com-a-b' })).toBe(false);
    expect(takes("{ type: 'com\\.a\\..*' }", { type: 'com.a.b' })).toBe(true);
    expect(takes("{ type: 'a.*' }", { type: 'com.a.b' })).toBe(false);
    expect(takes("{ source: 'https://x.y/z?a=1' }", { source: 'https://x.y/z?a=1' })).toBe(true);
    expect(takes("{ subject: 'a(b' }", { subject: 'a(b' })).toBe(true);
  });

  it('asks an expression over the attribute: a boolean decides, another value must be equal', () => {
    expect(takes("{ data: '${ .t > 38 }' }", { data: { t: 39 } })).toBe(true);
    expect(takes("{ data: '${ .t > 38 }' }", { data: { t: 37 } })).toBe(false);
    expect(takes("{ subject: '${ $input.order }' }", { subject: 'o1' }, { input: { order: 'o1' } })).toBe(
      true,
    );
    expect(takes("{ subject: 'order-${ $input.n }' }", { subject: 'order-2' }, { input: { n: 1 } })).toBe(
      false,
    );
  });

  it('takes an object of `data` for members that must be there, beside which there may be others', () => {
    expect(takes('{ data: { a: 1, b: { c: x } } }', { data: { a: 1, b: { c: 'x', d: 2 }, e: 3 } })).toBe(
      true,
    );
    expect(takes('{ data: { a: 1 } }', { data: { b: 1 } })).toBe(false);
    expect(takes("{ data: { a: '${ . > 2 }' } }", { data: { a: 3 } })).toBe(true);
  });

  it('takes an event that its expression fails on for none that is meant', () => {
    expect(takes("{ data: '${ .t.u.v > 38 }' }", { data: 'text' })).toBe(false);
    expect(takes('{ subject: x }', {})).toBe(false);
  });

  it('evaluates nothing that stands in an event', () => {
    expect(takes('{ subject: \'${ . == "x" }\' }', { subject: '${ true }' })).toBe(false);
    const run = listen('{ any: [] }').publish({ type: 'x', data: { a: '${ 1 + 1 }' } });
    expect(run.state.output).toEqual([{ a: '${ 1 + 1 }' }]);
  });
});

describe('a correlation', () => {
  const pair = (name: string) => `{ with: { type: ${name} }, correlate: { room: { from: .roomid } } }`;

  it('expects the first value from then on, in all filters of the task', () => {
    const run = listen(`{ all: [${pair('warm')}, ${pair('damp')}] }`);
    expect(listenRows(run.state).map(({ bound }) => bound)).toEqual([[], []]);
    run.publish({ type: 'warm', roomid: 4, data: 1 });
    expect(listenRows(run.state)).toMatchObject([{ filter: 1, bound: [['room', '4']] }]);
    expect(output(run.publish({ type: 'damp', roomid: 5, data: 2 }))).toBe('running');
    expect(output(run.publish({ type: 'damp', roomid: '4', data: 3 }))).toEqual([1, 3]);
    expect(run.of('event.consumed').map(({ keys }) => keys)).toEqual([{ room: 4 }, undefined]);
  });

  it("expects what `expect` yields over the task's input, from the start", () => {
    const to = '{ one: { with: { type: t }, correlate: { order: { from: .data.order, expect: .order } } } }';
    const run = listen(to, '', { input: { order: 'o1' } });
    expect(listenRows(run.state)).toMatchObject([{ bound: [['order', 'o1']] }]);
    expect(output(run.publish({ type: 't', data: { order: 'o2' } }))).toBe('running');
    expect(output(run.publish({ type: 't' }))).toBe('running');
    expect(output(run.publish({ type: 't', data: { order: 'o1' } }))).toEqual([{ order: 'o1' }]);
  });

  it('that would wait for null for ever faults instead', () => {
    const run = listen('{ one: { with: { type: t }, correlate: { o: { from: .x, expect: .order } } } }');
    expect(run.state.error).toMatchObject({
      status: 400,
      detail: '`correlate.o.expect` yields null, which no event can be correlated by',
    });
  });

  it('by a value that nests too deep to be compared is an error of the task, and such an event is not meant', () => {
    const deep = 'reduce range(700) as $i (1; [.])';
    const waits = listen(
      `{ one: { with: { type: t }, correlate: { o: { from: .data, expect: '\${ ${deep} }' } } } }`,
    );
    expect(output(waits)).toMatchObject({
      type: expect.stringMatching(/\/expression$/),
      instance: '/do/0/wait',
      detail: expect.stringContaining('a value that nests too deep to be compared'),
    });
    const pair = (type: string) =>
      `{ with: { type: ${type} }, correlate: { o: { from: '.data | ${deep}' } } }`;
    const run = listen(`{ all: [${pair('a')}, ${pair('b')}] }`).publish({ type: 'a', data: 1 });
    expect(run.of('event.consumed')).toEqual([]);
    expect(listenRows(run.state)).toHaveLength(2);
  });

  it('that extracts by what is not in the event is refused when it is read', () => {
    const to = '{ one: { with: { type: t }, correlate: { o: { from: $context.x } } } }';
    expect(() => listen(to)).toThrow(/\d+:\d+ .*context/);
  });
});

describe('`foreach`', () => {
  const each = (more: string, until = 'length == 2') => `do:
  - w:
      listen: { to: { any: [], until: '${until}' } }
      foreach: { item: event, at: i, do: [{ c: { call: work, with: { e: '\${ $event }', i: '\${ $i }' } } }]${more} }
`;

  it('runs its tasks for one event after the other, and keeps what comes meanwhile', () => {
    let answers = false;
    const run = drive(each(''), {
      functions: ['work'],
      answer: ({ request }) =>
        answers && request.type === 'function' ? completed({ got: request.input }) : undefined,
    });
    for (const n of [1, 2, 3]) run.publish({ type: 'x', data: n });
    expect(run.of('effect.requested')).toHaveLength(1);
    expect(phaseOf(run.state)).toBe('running');
    answers = true;
    run.run();
    expect(output(run)).toEqual([{ got: { e: 1, i: 0 } }, { got: { e: 2, i: 1 } }]);
  });

  it('transforms each output, exports to the context, and asks `until` after that', () => {
    const run = drive(
      each(
        ', output: { as: .e * 10 }, export: { as: "{ sum: (($context.sum // 0) + .) }" }',
        '$context.sum > 35',
      ),
      {
        functions: ['work'],
        answer: ({ request }) => completed(request.type === 'function' ? request.input : null),
      },
    );
    for (const n of [1, 2]) run.publish({ type: 'x', data: n });
    expect(output(run.publish({ type: 'x', data: 3 }))).toEqual([10, 20, 30]);
    expect(run.state.context).toEqual({ sum: 60 });
  });

  it('names the event and its index where it transforms an output and exports', () => {
    const run = drive(
      each(', output: { as: "{ e: $event, i: $i }" }, export: { as: "{ last: $event, at: $i }" }'),
      { functions: ['work'], answer: () => completed(null) },
    );
    run.publish({ type: 'x', data: 'a' });
    expect(run.state.context).toEqual({ last: 'a', at: 0 });
    expect(output(run.publish({ type: 'x', data: 'b' }))).toEqual([
      { e: 'a', i: 0 },
      { e: 'b', i: 1 },
    ]);
    expect(run.state.context).toEqual({ last: 'b', at: 1 });
  });

  it('keeps the context when its tasks export none', () => {
    const run = drive(
      "do: [{ s: { set: { a: 1 }, export: { as: '{ kept: true }' } } }, { l: { listen: { to: { one: { with: { type: x } } } }, foreach: { do: [{ n: { set: { b: 2 } } }] } } }]",
    );
    run.publish({ type: 'x', data: 1 });
    expect(run.state).toMatchObject({ phase: 'completed', context: { kept: true } });
  });

  it('works through what was consumed before the events of an `until` came', () => {
    let answers = false;
    const text = `do: [{ w: { listen: { to: { any: [{ with: { type: x } }], until: { one: { with: { type: end } } } } },
      foreach: { do: [{ c: { call: work, with: '\${ {n: $item} }' } }] } } }]`;
    const run = drive(text, {
      functions: ['work'],
      answer: ({ request }) =>
        answers && request.type === 'function' ? completed(request.input) : undefined,
    });
    run.publish({ type: 'x', data: 1 }).publish({ type: 'x', data: 2 }).publish({ type: 'end' });
    answers = true;
    expect(output(run.run())).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it("passes an event on when it has no tasks, and an error of its tasks is the task's", () => {
    const text = "do: [{ w: { listen: { to: { any: [] } }, foreach: { output: { as: '. + 1' } } } }]";
    expect(output(drive(text).publish({ type: 'x', data: 1 }))).toEqual([2]);
    expect(drive(text).publish({ type: 'x', data: {} }).state.error).toMatchObject({ instance: '/do/0/w' });
  });
});
