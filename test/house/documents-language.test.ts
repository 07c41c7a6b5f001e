/** What the manual says of the language, where no other test states it. `docs/language.md` names these titles. */
import { describe, expect, it } from 'vitest';
import { parse } from '../../packages/core/src/language/parse.ts';
import type { EffectRequested } from '../../packages/core/src/model/facts.ts';
import { completed, drive } from '../../packages/core/src/testing/drive.ts';
import { createEngine } from '../../packages/server/src/embedded.ts';
import { readFile } from './source-files.ts';

const header = "document: { dsl: '1.0.3', namespace: default, name: test, version: '1.0.0' }\n";

/** The first error of a definition; undefined: it has none. */
function errorOf(text: string): string | undefined {
  const parsed = parse(text.startsWith('document') ? text : header + text);
  return parsed.ok ? undefined : parsed.errors[0]?.message;
}

const outputOf = (text: string, input = {}) => drive(text, { input }).state.output;
const boom = "raise: { error: { type: 'https://example.com/e', status: 418 } }";

describe('a definition', () => {
  it('is of `dsl` 1.0.x, whatever x is; 1.1 is refused', () => {
    const of = (dsl: string) => errorOf(header.replace('1.0.3', dsl).concat('do: []'));
    expect([of('1.0.0'), of('1.0.9')]).toEqual([undefined, undefined]);
    expect(of('1.1.0')).toContain('is not supported');
  });

  it('has task names that are unique in their list, and are no directives', () => {
    expect(errorOf('do: [{ a: { set: { x: 1 } } }, { a: { set: { x: 1 } } }]')).toContain('defined twice');
    expect(errorOf('do: [{ a: { do: [{ a: { set: { x: 1 } } }] } }]')).toBeUndefined();
    for (const name of ['continue', 'exit', 'end'])
      expect(errorOf(`do: [{ ${name}: { set: { x: 1 } } }]`)).toContain('cannot be named');
  });

  it('may have members at its top that nobody knows, and nowhere else', () => {
    expect(errorOf('do: []\nmine: 1')).toBeUndefined();
    expect(errorOf('do: [{ a: { set: { x: 1 }, mine: 1 } }]')).toContain("unknown property 'mine'");
  });

  it('has durations without years and months; weeks and fractions of a second are taken', () => {
    for (const text of ['P1Y', 'P1M'])
      expect(errorOf(`do: [{ a: { wait: ${text} } }]`)).toContain('undefined');
    for (const text of ['P1W', 'PT0.5S']) expect(errorOf(`do: [{ a: { wait: ${text} } }]`)).toBeUndefined();
  });

  it('may have a schedule, even of several kinds; cron has five fields, or six with the second first', () => {
    expect(errorOf("schedule: { every: PT1M, cron: '* * * * *' }\ndo: []")).toBeUndefined();
    expect(errorOf("schedule: { cron: '* * * * * *' }\ndo: []")).toBeUndefined();
    expect(errorOf("schedule: { cron: '* * * * * * *' }\ndo: []")).toContain('5 fields');
  });

  it('returns of a workflow its output or nothing: it has no streams and no code', () => {
    const run = (more: string) =>
      errorOf(`do: [{ a: { run: { workflow: { namespace: a, name: b }${more} } } }]`);
    expect(run('')).toBeUndefined();
    expect(run(', return: none')).toBeUndefined();
    expect(run(', return: stdout')).toBeUndefined();
    expect(run(', return: all')).toContain("'all' is for processes");
  });

  it('may give a script its arguments as a list or as a map', () => {
    for (const args of ['[a]', '{ a: 1 }'])
      expect(
        errorOf(`do: [{ a: { run: { script: { language: js, code: x, arguments: ${args} } } } }]`),
      ).toBeUndefined();
  });

  it('may give a bearer token as a text, and spell grants with hyphens', () => {
    const of = (policy: string) =>
      errorOf(
        `do: [{ a: { call: http, with: { method: get, endpoint: { uri: https://a.io, authentication: ${policy} } } } }]`,
      );
    expect(of("{ bearer: '${ .token }' }")).toBeUndefined();
    expect(of('{ oauth2: { authority: https://a.io, grant: client-credentials } }')).toBeUndefined();
    expect(of('{ oauth2: { authority: https://a.io, grant: whatever } }')).toContain('the grant');
  });
});

describe('data', () => {
  it('is `{}` when a start gives no input, or null', async () => {
    const engine = await createEngine();
    const definition = `${header}do: [{ a: { set: { all: '\${ . }', raw: '\${ $workflow.input }' } } }]`;
    for (const request of [{ definition }, { definition, input: null }])
      expect((await engine.run(request)).output).toEqual({ all: {}, raw: {} });
    await engine.close();
  });

  it('passes an empty list as it is; an empty fork yields `[]`, an empty race its input', () => {
    expect(outputOf('do: []', { k: 1 })).toEqual({ k: 1 });
    expect(outputOf('do: [{ f: { fork: { branches: [] } } }]', { k: 1 })).toEqual([]);
    expect(outputOf('do: [{ f: { fork: { branches: [], compete: true } } }]', { k: 1 })).toEqual({ k: 1 });
  });

  it('of a skipped task is held against no schema', () => {
    const text =
      "do: [{ a: { if: 'false', input: { schema: { document: { required: [x] } } }, set: { y: 1 } } }]";
    expect(outputOf(text, { k: 1 })).toEqual({ k: 1 });
  });

  it('is held against `input.schema` before `input.from` shapes it', () => {
    const text =
      "do: [{ a: { input: { schema: { document: { required: [k] } }, from: .k }, set: '${ { v: . } }' } }]";
    expect(outputOf(text, { k: 1 })).toEqual({ v: 1 });
  });

  it('stays text where a value is meant and ${ } is missing', () => {
    expect(outputOf('do: [{ a: { set: { v: .k } } }]', { k: 1 })).toEqual({ v: '.k' });
  });

  it('of an inline list in `for.in` may be any values, with expressions in them', () => {
    const text =
      "do: [{ a: { for: { in: [1, { x: '${ .q }' }] }, do: [{ b: { set: { q: 7, all: '${ (.all // []) + [$item] }' } } }] } }]";
    expect(outputOf(text, { q: 5 })).toMatchObject({ all: [1, { x: 5 }] });
  });

  it('is true in a condition unless it is `false` or `null`', () => {
    const taken = (condition: string) =>
      outputOf(`do: [{ a: { if: '${condition}', set: { x: 1 } } }]`, { k: 1 });
    for (const condition of ['0', '""', '[]']) expect(taken(condition), condition).toEqual({ x: 1 });
    for (const condition of ['false', 'null', 'empty']) expect(taken(condition), condition).toEqual({ k: 1 });
  });

  it('is all that a function sees of its caller', () => {
    const text = "use: { functions: { f: { set: '${ . }' } } }\ndo: [{ a: { call: f, with: { n: 1 } } }]";
    expect(outputOf(text, { k: 1 })).toEqual({ n: 1 });
    expect(errorOf(text.replace('set: ', 'if: $item, set: '))).toContain('item');
  });

  it('goes to a function whole when the call has no `with`', () => {
    const answer = ({ request }: EffectRequested) =>
      completed(request.type === 'function' ? request.input : null);
    const { state } = drive('do: [{ a: { call: f } }]', { input: { k: 1 }, functions: ['f'], answer });
    expect(state.output).toEqual({ k: 1 });
  });
});

describe('a fork', () => {
  it('has one context for all its branches, which each export changes', () => {
    const branch = (name: string) =>
      `{ ${name}: { set: { x: 1 }, export: { as: '$context + { ${name}: 1 }' } } }`;
    const text = `do: [{ f: { fork: { branches: [${branch('a')}, ${branch('b')}] } } }, { z: { set: '\${ $context }' } }]`;
    expect(outputOf(text)).toEqual({ a: 1, b: 1 });
  });

  it('goes on when a branch ends with `exit`, and takes its output', () => {
    const text =
      'do: [{ f: { fork: { branches: [{ a: { set: { n: 1 }, then: exit } }, { b: { set: { m: 2 } } }] } } }]';
    expect(outputOf(text)).toEqual([{ n: 1 }, { m: 2 }]);
  });

  it('has branches that cannot go to each other', () => {
    const text =
      'do: [{ f: { fork: { branches: [{ a: { set: { n: 1 }, then: b } }, { b: { set: { m: 2 } } }] } } }]';
    expect(errorOf(text)).toContain('from a branch');
  });

  it('that races faults when no branch is left, with the last error', () => {
    const raise = (name: string, status: number) => `{ ${name}: { ${boom.replace('418', String(status))} } }`;
    const text = `do: [{ f: { fork: { compete: true, branches: [${raise('a', 401)}, ${raise('b', 402)}] } } }]`;
    expect(drive(text).state).toMatchObject({ phase: 'faulted', error: { status: 402 } });
  });
});

describe('a retry', () => {
  const retried = (policy: string) =>
    drive(`do: [{ t: { try: [{ a: { ${boom} } }], catch: { retry: { ${policy} } } } }]`, {
      limits: { historyEventsMax: 60 },
    });
  const secondsOf = (backoff: string) => {
    const { commits } = retried(`delay: PT1S, ${backoff} limit: { attempt: { count: 4 } }`);
    const scheduled = commits.flatMap(({ time, facts }) =>
      facts.flatMap((fact) => (fact.type === 'retry.scheduled' ? [(fact.due - time) / 1_000] : [])),
    );
    return scheduled;
  };

  it('waits 1, 1, 1 s, linear 1, 2, 3 s, exponential 1, 2, 4 s after a delay of 1 s', () => {
    expect(secondsOf('')).toEqual([1, 1, 1]);
    expect(secondsOf('backoff: { constant: {} },')).toEqual([1, 1, 1]);
    expect(secondsOf('backoff: { linear: {} },')).toEqual([1, 2, 3]);
    expect(secondsOf('backoff: { exponential: {} },')).toEqual([1, 2, 4]);
  });

  it('with a count of 0 or 1 tries nothing again', () => {
    for (const count of [0, 1])
      expect(retried(`limit: { attempt: { count: ${count} } }`).of('retry.scheduled')).toEqual([]);
  });

  it('without a limit goes on until the history is full', () => {
    const { state } = retried('delay: PT1S');
    expect(state).toMatchObject({
      phase: 'faulted',
      error: { detail: expect.stringContaining('60 events') },
    });
  });
});

describe('an error', () => {
  it('has as its instance the pointer of the task, with / and ~ escaped', () => {
    expect(drive(`do: [{ 'a/b~c': { ${boom} } }]`).state.error?.instance).toBe('/do/0/a~1b~0c');
  });

  const caught = (catching: string) =>
    outputOf(
      `do: [{ c: { set: '\${ . }', export: { as: '"kept"' } } }, { t: { input: { from: .k }, try: [{ s: { set: { z: 1 } } }, { a: { raise: { error: { type: 'https://example.com/e', status: 418, detail: cold } } } }], catch: { ${catching}, do: [{ h: { set: { handled: true } } }] } } }]`,
      { k: { q: 1 } },
    );

  it('is seen by the conditions of a `catch`, with the context and the input of the `try`', () => {
    expect(caught('as: e, when: \'$e.status == 418 and $context == "kept" and .q == 1\'')).toEqual({
      handled: true,
    });
  });

  it('gives `catch.do` the input of the `try` as `.`', () => {
    const text = `do: [{ t: { input: { from: .k }, try: [{ s: { set: { z: 1 } } }, { a: { ${boom} } }], catch: { do: [{ h: { set: { got: '\${ . }' } } }] } } }]`;
    expect(outputOf(text, { k: { q: 1 } })).toEqual({ got: { q: 1 } });
  });

  it('is filtered by `details` as by `detail`', () => {
    expect(caught('errors: { with: { details: cold } }')).toEqual({ handled: true });
    expect(caught('errors: { with: { detail: cold } }')).toEqual({ handled: true });
    expect(caught('errors: { with: { details: hot } }')).toBeUndefined();
  });
});

const refusedParts: readonly (readonly [told: string, text: string])[] = [
  ['`run`', 'do: [{ a: { run: { shell: { command: ls } } } }]'],
  [
    '`call: mcp`',
    'do: [{ a: { call: mcp, with: { method: tools/list, transport: { http: { endpoint: https://a.io } } } } }]',
  ],
  [
    '`authorization_code`',
    'do: [{ a: { call: http, with: { method: get, endpoint: { uri: https://a.io, authentication: { oauth2: { authority: https://a.io, grant: authorization_code } } } } } }]',
  ],
  ['`schema.resource`', "input: { schema: { resource: { endpoint: '${ .uri }' } } }\ndo: []"],
];

describe('what is refused', () => {
  const page = readFile('docs/language.md').text;
  const section = /^## What is refused\n([\s\S]*?)^## /m.exec(page)?.[1] ?? '';

  it.each(refusedParts)('%s is read, refused at a start, and told in the manual', (told, text) => {
    expect(section).toContain(told);
    const driven = drive(text);
    expect(driven.executable.program.unsupported).toHaveLength(1);
    expect(driven.state.phase).toBe('absent');
  });
});
