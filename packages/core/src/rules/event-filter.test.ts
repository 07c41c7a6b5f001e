import { describe, expect, it } from 'vitest';
import type { Json } from '../model/json.ts';
import type { EventFilter, Pattern, Template } from '../program/program.ts';
import { type Evaluated, type FilterSight, matchFilter, sameKey, sameValue } from './event-filter.ts';

/** Templates stand for what they yield: a value, `own`, or an error that they throw. */
function sightOf(
  yields: (dot: Json) => Evaluated | Error,
  charge: (steps: number) => void = () => {},
): FilterSight {
  return {
    evaluate(_, dot) {
      const found = yields(dot);
      if (found instanceof Error) throw found;
      return found;
    },
    charge,
  };
}

const template = null as unknown as Template;
const value = (of: Json): Evaluated => ({ type: 'value', value: of });
const computed: Pattern = { type: 'computed', value: template };
const text = (of: string, regex = false): Pattern => ({ type: 'text', value: of, regex });
const object = (...members: [string, Pattern][]): Pattern => ({ type: 'object', members });
const filter = (...members: [string, Pattern][]): EventFilter => ({
  with: members,
  correlate: [],
  pointer: '',
});
const correlating: EventFilter = { ...filter(), correlate: [{ name: 'order', from: template as never }] };
const always = sightOf(() => value(true));
const unknown = sightOf(() => ({ type: 'own' }));

describe('a filter says of an event', () => {
  it('which predicate it misses, and why where that is not plain', () => {
    expect(matchFilter(filter(['type', text('a')], ['subject', text('s')]), { type: 'a' }, always)).toEqual({
      type: 'miss',
      predicate: 'subject',
      detail: 'the event has no subject',
    });
    expect(matchFilter(filter(['type', text('a')]), { type: 'b' }, always)).toEqual({
      type: 'miss',
      predicate: 'type',
    });
  });

  it('that it misses an attribute that is not there, whatever an expression would say of it', () => {
    expect(matchFilter(filter(['subject', computed]), {}, always)).toMatchObject({ type: 'miss' });
    expect(matchFilter(filter(['data', object(['a', computed])]), { data: {} }, always)).toEqual({
      type: 'miss',
      predicate: 'data',
    });
  });

  it('that an expression over it failed, and with what words', () => {
    const failing = sightOf(() => new Error('no such member'));
    expect(matchFilter(filter(['data', computed]), { data: 1 }, failing)).toEqual({
      type: 'miss',
      predicate: 'data',
      detail: 'no such member',
    });
    const broken = sightOf(() => new Error('broken rule: something'));
    expect(() => matchFilter(filter(['data', computed]), { data: 1 }, broken)).toThrow('broken rule');
    const thrown: FilterSight = {
      ...always,
      evaluate: () => {
        throw 'no error at all';
      },
    };
    expect(() => matchFilter(filter(['data', computed]), { data: 1 }, thrown)).toThrow('no error at all');
  });

  it("which predicates are over an execution's own data", () => {
    const both = filter(['type', text('t')], ['subject', computed], ['data', object(['a', computed])]);
    expect(matchFilter(both, { type: 't', subject: 's', data: { a: 1 } }, unknown)).toEqual({
      type: 'match',
      values: {},
      own: ['subject', 'data'],
    });
    expect(matchFilter(filter(['type', text('t')]), { type: 't' }, unknown)).toEqual({
      type: 'match',
      values: {},
      own: [],
    });
  });

  it('that it misses when one member misses, though another is not known', () => {
    const data = object(['a', computed], ['b', text('x')]);
    expect(matchFilter(filter(['data', data]), { data: { a: 1, b: 'y' } }, unknown)).toEqual({
      type: 'miss',
      predicate: 'data',
    });
    expect(matchFilter(filter(['data', data]), { data: { a: 1, b: 'x' } }, unknown)).toMatchObject({
      own: ['data'],
    });
    expect(
      matchFilter(filter(['data', object(['b', text('x')])]), { data: { b: 'x' } }, unknown),
    ).toMatchObject({
      own: [],
    });
    const other = object(['b', text('x')], ['a', computed]);
    expect(matchFilter(filter(['data', other]), { data: { a: 1, b: 'x' } }, unknown)).toMatchObject({
      own: ['data'],
    });
  });

  it('what its correlations extract, and that it misses without a value', () => {
    expect(
      matchFilter(
        correlating,
        {},
        sightOf(() => value('o1')),
      ),
    ).toEqual({
      type: 'match',
      values: { order: 'o1' },
      own: [],
    });
    expect(
      matchFilter(
        correlating,
        {},
        sightOf(() => value(null)),
      ),
    ).toEqual({
      type: 'miss',
      predicate: 'correlate.order',
      detail: 'the event has no value for it',
    });
    expect(() => matchFilter(correlating, {}, unknown)).toThrow('broken rule');
  });

  it('that it misses when what a correlation extracts nests too deep to be compared', () => {
    const nested = (levels: number) => {
      let value: Json = 'o1';
      for (let level = 0; level < levels; level++) value = [value];
      return value;
    };
    const extracts = (levels: number) =>
      matchFilter(
        correlating,
        {},
        sightOf(() => value(nested(levels))),
      );
    expect(extracts(600)).toMatchObject({ type: 'match' });
    expect(extracts(601)).toEqual({
      type: 'miss',
      predicate: 'correlate.order',
      detail: 'the value for it nests too deep to be compared',
    });
  });
});

describe('a pattern', () => {
  const fits = (pattern: Pattern, of: Json, sight = always) =>
    matchFilter(filter(['data', pattern]), { data: of }, sight);

  it('of a list fits a list that is equal, member by member', () => {
    const pattern: Pattern = { type: 'equals', value: [1, { a: 2, b: 3 }] };
    expect(fits(pattern, [1, { b: 3, a: 2 }])).toMatchObject({ type: 'match' });
    expect(fits(pattern, [1, { b: 3, a: 4 }])).toEqual({ type: 'miss', predicate: 'data' });
  });

  it('of a regular expression misses what is no text', () => {
    expect(fits(text('a.*', true), 5)).toEqual({ type: 'miss', predicate: 'data' });
    expect(fits(text('a.*', true), 'abc')).toMatchObject({ type: 'match' });
  });

  it('of members misses what is no object', () => {
    for (const other of [null, 'a', ['a']])
      expect(fits(object(['0', text('a')]), other)).toEqual({ type: 'miss', predicate: 'data' });
  });

  it('of a regular expression charges its steps to whoever asks', () => {
    let steps = 0;
    fits(
      text('a.*', true),
      'a'.repeat(50),
      sightOf(
        () => value(true),
        (more) => {
          steps += more;
        },
      ),
    );
    expect(steps).toBeGreaterThan(10);
    const none = sightOf(
      () => value(true),
      () => {
        throw new Error('too many steps');
      },
    );
    expect(fits(text('a.*', true), 'aaa', none)).toMatchObject({ detail: 'too many steps' });
  });
});

describe('two values', () => {
  it('are one where their JSON is, and one key where their text is', () => {
    expect(sameValue({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
    expect(sameValue(1, '1')).toBe(false);
    expect(sameValue({ a: 1 }, { a: 2 })).toBe(false);
    expect(sameKey(1, '1')).toBe(true);
    expect(sameKey({ a: 1 }, { a: 2 })).toBe(false);
  });
});
