/** Filters as the matcher asks them, for all executions of a definition at once: what it does not bring, nobody gets. */
import { describe, expect, it } from 'vitest';
import { asJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Expression, ListenNode, Template } from '../program/program.ts';
import { Driven, startOfTime } from '../testing/drive.ts';
import { type FilterSight, matchFilter } from './event-filter.ts';
import { defaultLimits } from './limits.ts';
import { sharedSight } from './shared-sight.ts';
import { filtersOf } from './tasks/listen.ts';

const at = '/do/0/l';
const whole = (event: JsonObject): JsonObject => ({
  specversion: '1.0',
  id: 'e1',
  source: 'urn:test',
  type: 't',
  ...event,
});

/** A task that listens by one filter, as the matcher sees it. */
function listening(filter: string, { mode = 'strict', limits = {}, now = startOfTime } = {}) {
  const text = `evaluate: { mode: ${mode} }\ndo: [{ l: { listen: { to: { one: ${filter} } } } }]`;
  const driven = new Driven(text, { limits }).start();
  const { node, scoped } = driven.executable.node(at);
  const sight = sharedSight(driven.executable, scoped, { ...defaultLimits, ...limits }, now);
  const [asked] = filtersOf(node as ListenNode);
  if (asked === undefined) throw new Error('the task has a filter');
  return { driven, sight, judge: (event: JsonObject) => matchFilter(asked, whole(event), sight) };
}

/** What the matcher says, and what the execution itself would say if it were asked. */
function both(filter: string, event: JsonObject, mode = 'strict'): readonly [string, string] {
  const { driven, judge } = listening(filter, { mode });
  const said = judge(event);
  driven.publish(whole(event));
  const own = said.type === 'match' && said.own.length > 0 ? 'own' : said.type;
  return [own, driven.of('event.consumed').length === 1 ? 'match' : 'miss'];
}

describe('a filter that depends on the event alone', () => {
  it.each<[string, string, JsonObject, JsonObject]>([
    ['a condition', '{ with: { subject: \'${ startswith("a") }\' } }', { subject: 'ab' }, { subject: 'b' }],
    ['a value', "{ with: { data: { n: '${ 1 + 1 }' } } }", { data: { n: 2 } }, { data: { n: 3 } }],
    ['no value at all', "{ with: { data: '${ empty }' } }", { data: null }, { data: 0 }],
    [
      'a text around values',
      "{ with: { subject: 'n-${ 1 + 1 }/${ [3] }' } }",
      { subject: 'n-2/[3]' },
      { subject: 'n-2/3' },
    ],
    [
      'a number that JSON has not',
      "{ with: { subject: 'n ${ infinite }' } }",
      { subject: 'n 1.7976931348623157e+308' },
      { subject: 'n Infinity' },
    ],
    [
      'a correlation',
      '{ with: { type: t }, correlate: { o: { from: .data.o } } }',
      { data: { o: 1 } },
      { data: {} },
    ],
    ['an error', "{ with: { data: '${ .n + 1 == 2 }' } }", { data: { n: 1 } }, { data: 'a' }],
  ])('by %s is told as the execution itself would', (_, filter, taken, missed) => {
    expect(both(filter, taken)).toEqual(['match', 'match']);
    expect(both(filter, missed)).toEqual(['miss', 'miss']);
  });

  it.each<[string, string, JsonObject, JsonObject]>([
    [
      'is no expression',
      "{ with: { subject: '${ no jq }' } }",
      { subject: '${ no jq }' },
      { subject: 'no jq' },
    ],
    ['fails', "{ with: { subject: '${ error(1) }' } }", { subject: '${ error(1) }' }, { subject: '1' }],
    [
      'fails beside others',
      "{ with: { subject: '${ 1 }${ error(1) }' } }",
      { subject: '1${ error(1) }' },
      { subject: '1' },
    ],
  ])('stands for itself in mode loose where it %s', (_, filter, taken, missed) => {
    expect(both(filter, taken, 'loose')).toEqual(['match', 'match']);
    expect(both(filter, missed, 'loose')).toEqual(['miss', 'miss']);
  });

  it('is a miss that says why where an expression fails, or takes more than one may, in mode loose too', () => {
    const failing = listening('{ with: { data: \'${ error("no") }\' } }');
    expect(failing.judge({ data: 1 })).toEqual({
      type: 'miss',
      predicate: 'data',
      detail: 'error("no"): no',
    });
    const endless = "{ with: { data: '${ [range(1e9)] | length }' } }";
    for (const mode of ['strict', 'loose'])
      expect(
        listening(endless, { mode, limits: { expressionStepsMax: 1_000 } }).judge({ data: 1 }),
      ).toMatchObject({
        type: 'miss',
        detail: expect.stringContaining('steps'),
      });
    const large = listening("{ with: { data: '${ [range(9)] }' } }", { limits: { valueBytesMax: 10 } });
    expect(large.judge({ data: 1 })).toMatchObject({
      type: 'miss',
      detail: expect.stringMatching(/more data than its budget/),
    });
  });

  it('sees the clock of whoever asks, in seconds', () => {
    const { judge } = listening("{ with: { data: '${ now }' } }", { now: 5_500 });
    expect(judge({ data: 5.5 }).type).toBe('match');
    expect(judge({ data: 5_500 }).type).toBe('miss');
  });

  it('may take no more steps by its regular expressions together than one expression may', () => {
    const filter = "{ with: { source: 'urn:[a-z]+', subject: '[a-z]+x' } }";
    const event = { subject: 'abcdefghijkx' };
    expect(listening(filter).judge(event).type).toBe('match');
    const judged = (expressionStepsMax: number) =>
      listening(filter, { limits: { expressionStepsMax } }).judge(event);
    const why = { detail: 'the regular expressions of a filter took too many steps' };
    expect(judged(1)).toMatchObject({ predicate: 'source', ...why });
    const most =
      Array.from({ length: 1_000 }, (_, max) => max).find((max) => judged(max).type === 'match') ?? 0;
    // Each alone fits.
    expect(judged(most - 1)).toMatchObject({ predicate: 'subject', ...why });
  });
});

describe("a filter over an execution's own data", () => {
  it.each([
    ['a variable', "{ with: { data: '${ . == $context }' } }"],
    ['a variable in a text', "{ with: { subject: 'a-${ 1 }-${ $input.n }' } }"],
  ])('by %s is left to the execution, whatever the event is', (_, filter) => {
    expect(both(filter, { subject: 'x', data: 1 })).toEqual(['own', 'miss']);
  });

  it('is left to it by a variable that a task around binds', () => {
    const text = `do: [{ f: { for: { each: x, in: '[7]' }, do: [{ l: { listen: { to: { one: { with: { data: '\${ . == $x }' } } } } } }] } }]`;
    const { executable } = new Driven(text);
    const { node, scoped } = executable.node('/do/0/f/do/0/l');
    const [filter] = filtersOf(node as ListenNode);
    const sight = sharedSight(executable, scoped, defaultLimits, startOfTime);
    expect(matchFilter(filter as never, whole({ data: 7 }), sight)).toMatchObject({ own: ['data'] });
  });
});

describe('a value with expressions at its leaves', () => {
  const jq = (source: string): Expression => ({ type: 'jq', source, at });
  const literal = (value: Json): Template => ({ type: 'literal', value });
  const evaluate = (template: Template, dot: Json = { n: 1 }) => {
    const { sight }: { sight: FilterSight } = listening('{ with: { type: t } }');
    return sight.evaluate(template, dot);
  };

  it('has their values in their places', () => {
    const list: Template = { type: 'array', items: [literal(0), jq('.n'), jq('empty')] };
    expect(evaluate(list)).toEqual({ type: 'value', value: [0, 1, null] });
    const object: Template = {
      type: 'object',
      members: [
        ['__proto__', list],
        ['b', jq('.n + 1')],
      ],
    };
    const { value } = asJsonObject(evaluate(object));
    expect(JSON.stringify(value)).toBe('{"__proto__":[0,1,null],"b":2}');
  });

  it("is the execution's own when one of them is", () => {
    const own = jq('$context');
    for (const template of [
      { type: 'array', items: [jq('.n'), own] },
      { type: 'object', members: [['a', { type: 'array', items: [own] }]] },
      { type: 'text', parts: ['a', own], at },
    ] as const)
      expect(evaluate(template)).toEqual({ type: 'own' });
  });
});
