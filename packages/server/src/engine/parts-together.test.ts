import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, type EmbeddedEngine } from '../embedded.ts';

let engine: EmbeddedEngine;
afterEach(() => engine.close());

const header = "document: { dsl: '1.0.3', namespace: default, name: test, version: '1.0.0' }\n";
const child = "document: { dsl: '1.0.3', namespace: default, name: child, version: '1.0.0' }\n";
const runsChild =
  "{ run: { workflow: { namespace: default, name: child, version: '1.0.0', input: { n: 20 } } } }";
const hears = (type: string) => `{ listen: { to: { one: { with: { type: ${type} } } } } }`;

async function open(): Promise<{ failing: { times: number }; calls: string[] }> {
  const failing = { times: 0 };
  const calls: string[] = [];
  engine = await createEngine({
    functions: {
      work: (input) => {
        calls.push(JSON.stringify(input));
        if (failing.times-- > 0) throw new Error('not yet');
        return input;
      },
    },
  });
  await engine.deploy(`${child}do: [{ double: { set: { n: '\${ .n * 2 }' } } }]`);
  return { failing, calls };
}

async function start(definition: string): Promise<string> {
  return (await engine.start({ definition: header + definition })).execution.id;
}

/** Publishes once the execution waits for it, and answers how it ends. */
async function heard(id: string, type: string, data: string) {
  await expect.poll(async () => (await engine.wakeUps(id)).map(({ kind }) => kind)).toContain('event');
  await engine.publish([{ specversion: '1.0', id: data, source: 'urn:test', type, data }]);
}

async function ended(id: string) {
  const { status, output, error } = await engine.wait(id, 10_000);
  return { status, output, ...(error === undefined ? {} : { error }) };
}

/** The tasks that completed, in their order, by the names that the definition gives them. */
async function completed(id: string): Promise<readonly string[]> {
  const { rows } = await engine.events(id, { limit: 1_000 });
  const names = rows.flatMap(({ fact }) =>
    fact.type === 'task.completed' ? [fact.task.slice(fact.task.lastIndexOf('/') + 1)] : [],
  );
  return names.filter((name) => !['before', 'after', 'extended'].includes(name));
}

describe('a task that listens', () => {
  it('does so within a function, which several executions call', async () => {
    await open();
    const text = `use: { functions: { hear: ${hears('said')} } }\ndo: [{ a: { call: hear } }, { b: { call: hear } }]`;
    const ids = [await start(text), await start(text)];
    for (const id of ids) await expect.poll(async () => (await engine.wakeUps(id)).length).toBe(1);
    await engine.publish([{ specversion: '1.0', id: '1', source: 'urn:test', type: 'said', data: 1 }]);
    for (const id of ids)
      await expect.poll(async () => await completed(id)).toEqual(expect.arrayContaining(['a']));
    for (const id of ids) await expect.poll(async () => (await engine.wakeUps(id)).length).toBe(1);
    await engine.publish([{ specversion: '1.0', id: '2', source: 'urn:test', type: 'said', data: 2 }]);
    for (const id of ids) expect(await ended(id)).toEqual({ status: 'completed', output: [2] });
  });

  it('does so within an extension, before the task and after it', async () => {
    await open();
    const id = await start(
      `use: { extensions: [{ x: { extend: set, before: [{ b: ${hears('before')} }], after: [{ a: ${hears('after')} }] } }] }\ndo: [{ s: { set: { x: 1 } } }]`,
    );
    await heard(id, 'before', 'one');
    await heard(id, 'after', 'two');
    expect(await ended(id)).toEqual({ status: 'completed', output: { x: 1 } });
    expect(await completed(id)).toEqual(['b', 's', 'a']);
  });

  it('is extended like any other, by its kind', async () => {
    await open();
    const id = await start(
      `use: { extensions: [{ x: { extend: listen, before: [{ b: { set: { y: 1 } } }], after: [{ a: { call: work, with: { seen: true } } }] } }] }\ndo: [{ l: ${hears('said')} }, { s: { set: { got: '\${ . }' } } }]`,
    );
    await heard(id, 'said', 'word');
    expect(await ended(id)).toEqual({ status: 'completed', output: { got: ['word'] } });
    expect(await completed(id)).toEqual(['b', 'l', 'a', 's']);
  });
});

describe('a task that runs a workflow', () => {
  it.each([
    ['a function', `use: { functions: { sub: ${runsChild} } }\ndo: [{ r: { call: sub } }]`, { n: 40 }],
    [
      'an extension',
      `use: { extensions: [{ x: { extend: set, before: [{ b: ${runsChild.slice(0, -2)}, export: { as: '\${ { doubled: .n } }' } } }] } }] }\ndo: [{ s: { set: { got: '\${ $context.doubled }' } } }]`,
      { got: 40 },
    ],
  ])('does so within %s', async (_where, text, output) => {
    await open();
    expect(await ended(await start(text))).toEqual({ status: 'completed', output });
  });

  it('is extended like any other, by its kind, and not for what it is not', async () => {
    const { calls } = await open();
    const extension = (kind: string, name: string) =>
      `{ ${kind}-${name}: { extend: ${kind}, before: [{ ${name}: { call: work, with: { at: ${name} } } }] } }`;
    const id = await start(
      `use: { extensions: [${extension('run', 'one')}, ${extension('listen', 'two')}] }\ndo: [{ r: ${runsChild} }]`,
    );
    expect(await ended(id)).toEqual({ status: 'completed', output: { n: 40 } });
    expect(calls).toEqual(['{"at":"one"}']);
  });
});

describe('a retry of an execution that faulted', () => {
  it('after it listened does not listen again, and has what it heard', async () => {
    const { failing } = await open();
    failing.times = 1;
    const id = await start(`do: [{ l: ${hears('said')} }, { w: { call: work, with: { got: '\${ . }' } } }]`);
    await heard(id, 'said', 'word');
    expect((await ended(id)).status).toBe('faulted');
    const { id: again } = await engine.retry(id);
    expect(await ended(again)).toEqual({ status: 'completed', output: { got: ['word'] } });
    expect(await completed(again)).toEqual(['w']);
  });

  it('beside a task that listens, which goes on listening under its own name', async () => {
    const { failing } = await open();
    failing.times = 1;
    const correlated =
      '{ listen: { to: { all: [{ with: { type: first }, correlate: { k: { from: .data } } }, { with: { type: second }, correlate: { k: { from: .data } } }] } } }';
    const id = await start(
      `do: [{ f: { fork: { branches: [{ l: ${correlated} }, { w: { do: [{ h: ${hears('go')} }, { c: { call: work } }] } }] } } }]`,
    );
    await heard(id, 'first', 'k1');
    await expect.poll(async () => (await engine.wakeUps(id)).length).toBe(2);
    await heard(id, 'go', 'now');
    expect((await ended(id)).status).toBe('faulted');
    const { id: again } = await engine.retry(id);
    await heard(again, 'second', 'k0');
    await heard(again, 'second-of-nobody', 'k1');
    await engine.publish([{ specversion: '1.0', id: 'x', source: 'urn:test', type: 'second', data: 'k1' }]);
    expect(await ended(again)).toEqual({ status: 'completed', output: [['k1', 'k1'], ['now']] });
  });

  it('after its child completed does not run it again', async () => {
    const { failing } = await open();
    failing.times = 1;
    const id = await start(`do: [{ r: ${runsChild} }, { w: { call: work, with: { got: '\${ .n }' } } }]`);
    expect((await ended(id)).status).toBe('faulted');
    const { id: again } = await engine.retry(id);
    expect(await ended(again)).toEqual({ status: 'completed', output: { got: 40 } });
    const { rows } = await engine.executions({ workflow: 'child' });
    expect(rows).toHaveLength(1);
  });
});

describe('the lifecycle events of an execution that listens', () => {
  it('have the beginning and the end of a correlation, with its keys, wherever it listens', async () => {
    await open();
    const listens =
      '{ listen: { to: { one: { with: { type: said }, correlate: { k: { from: .data } } } } } }';
    const id = await start(`use: { functions: { hear: ${listens} } }\ndo: [{ a: { call: hear } }]`);
    await heard(id, 'said', 'k1');
    expect((await ended(id)).status).toBe('completed');
    const { rows } = await engine.lifecycle(id, {});
    const told = rows.filter(({ type }) => type.includes('correlation')) as readonly {
      type: string;
      data: object;
    }[];
    expect(told.map(({ type, data }) => [type.split('.').at(-2), Object.keys(data).sort()])).toEqual([
      ['correlation-started', ['name', 'startedAt']],
      ['correlation-completed', ['completedAt', 'correlationKeys', 'name']],
    ]);
    expect(told[1]?.data).toMatchObject({ correlationKeys: { k: 'k1' } });
  });
});
