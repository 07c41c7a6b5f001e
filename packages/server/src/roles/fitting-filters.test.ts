import { type EventFilter, type JsonObject, link, listensOf, lower, parse } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { FittingFilters } from './fitting-filters.ts';

function filterOf(patterns: JsonObject, correlate: JsonObject = {}, mode = 'strict'): EventFilter {
  const parsed = parse(
    JSON.stringify({
      document: { dsl: '1.0.3', namespace: 't', name: 't', version: '1.0.0' },
      evaluate: { mode },
      do: [{ wait: { listen: { to: { one: { with: patterns, correlate } } } } }],
    }),
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  const [filter] = listensOf(link(lower(parsed.workflow))).flatMap(({ to }) => to.filters);
  if (filter === undefined) throw new Error('the definition of this test listens');
  return filter;
}

function filled(filters: Readonly<Record<string, JsonObject>>): FittingFilters<string> {
  const found = new FittingFilters<string>();
  for (const [name, patterns] of Object.entries(filters)) found.add('a', filterOf(patterns), name);
  return found;
}

const names = (found: Iterable<string>) => [...found].sort();
const none: ReadonlySet<string> = new Set();

describe('filters by their constants', () => {
  it('are found by every constant that they name, whatever else they ask', () => {
    const filters = filled({
      type: { type: 'paid' },
      other: { type: 'sent' },
      subject: { type: 'paid', subject: 'x' },
      member: { type: 'paid', data: { kind: 'a', deep: { n: 1 } } },
      another: { type: 'paid', data: { kind: 'b', deep: { n: 1 } } },
      asked: { type: 'paid', data: { kind: 'a', amount: '${ . > 3 }' } },
      any: { subject: 'x' },
      pattern: { type: 'pa.*', subject: 'x' },
      empty: { type: 'paid', subject: 'x', data: { kind: null } },
      list: { type: 'paid', data: { kind: ['a'] } },
    });
    const event = { type: 'paid', subject: 'x', data: { kind: 'a', deep: { n: 1, m: 2 } } };
    expect(names(filters.fitting('a', event))).toEqual([
      ...['any', 'asked', 'list', 'member', 'pattern', 'subject', 'type'],
    ]);
    expect(names(filters.fitting('b', event))).toEqual([]);
    expect(names(filters.fitting('a', { type: 'paid', data: { kind: null } }))).toEqual(['list', 'type']);
    expect(names(filters.fitting('a', { type: 'paid', subject: 'x', data: { kind: null } }))).toContain(
      'empty',
    );
  });

  it('tell a number from its text, and a member from one that every object has', () => {
    const filters = filled({
      number: { type: 't', data: { n: 1 } },
      inherited: { type: 't', data: { toString: { name: 'toString' } } },
    });
    expect(names(filters.fitting('a', { type: 't', data: { n: '1' } }))).toEqual([]);
    expect(names(filters.fitting('a', { type: 't', data: { n: 1 } }))).toEqual(['number']);
    expect(names(filters.fitting('a', { type: 't', data: [1] }))).toEqual([]);
    expect(names(filters.fitting('a', { type: 't' }))).toEqual([]);
  });

  it.each([
    ['${ .n == 1 }', { n: 1 }, { n: 2 }],
    ['${ .deep.text == "x y" and .m > 3 }', { deep: { text: 'x y' }, m: 4 }, { deep: { text: 'x' }, m: 4 }],
    ['${ .m > 3 and .b == true }', { b: true, m: 4 }, { b: false, m: 4 }],
    ['${ . == "x" }', 'x', 'y'],
  ])('are found by an equality in an expression: %s', (data, fits, misses) => {
    const filters = filled({ one: { type: 't', data } });
    expect(names(filters.fitting('a', { type: 't', data: fits }))).toEqual(['one']);
    expect(names(filters.fitting('a', { type: 't', data: misses }))).toEqual([]);
    expect(names(filters.fitting('a', { type: 't' }))).toEqual([]);
  });

  it.each([
    '${ .n == 1 or .m == 1 }',
    '${ .n == 1 | not }',
    '${ (.n == 1) == false }',
    '${ .n == null }',
    '${ .n == empty and .m == 1 }',
    '${ .n == "a and .m == 1" and .m }',
    '${ .n == "\\(1)" }',
    '${ .n == 1.0 }',
    '${ .n != 1 }',
    '${ .["n"] == 1 }',
    '${ .n == $input.n }',
    '${ .n == 12345678901234567890 }',
  ])('are asked where an expression says anything else: %s', (data) => {
    const filters = filled({ one: { type: 't', data } });
    expect(names(filters.fitting('a', { type: 't', data: { n: 2 } }))).toEqual(['one']);
  });

  it('are asked where an expression stands for its text when it fails', () => {
    const filters = new FittingFilters<string>();
    filters.add('a', filterOf({ type: 't', data: '${ .n == 1 }' }, {}, 'loose'), 'one');
    expect(names(filters.fitting('a', { type: 't', data: 'anything' }))).toEqual(['one']);
  });

  it('are found by what a correlation expects, a number as its text, unless it is computed', () => {
    const filters = new FittingFilters<string>();
    const by = (expected: string | number) =>
      filterOf({ type: 't' }, { order: { from: '.data.order', expect: expected } });
    filters.add('a', by('7'), 'text');
    filters.add('a', by(7), 'number');
    filters.add('a', by(8), 'other');
    filters.add('a', by('.order'), 'computed');
    filters.add('a', filterOf({ type: 't' }, { order: { from: '.data.order' } }), 'open');
    const fitting = (data: JsonObject) => names(filters.fitting('a', { type: 't', data }));
    expect(fitting({ order: 7 })).toEqual(['computed', 'number', 'open', 'text']);
    expect(fitting({ order: '8' })).toEqual(['computed', 'open', 'other']);
    expect(fitting({})).toEqual(['computed', 'open']);
  });

  it('are near when their type fits and they do not take the event, others each time', () => {
    const filters = filled(
      Object.fromEntries(Array.from({ length: 5 }, (_, n) => [`f${n}`, { type: 't', subject: `s${n}` }])),
    );
    const near = () => filters.near('a', { type: 't', subject: 's0' }, new Set(['f0']), 2);
    expect([near(), near(), near()].map(names)).toEqual([
      ['f1', 'f2'],
      ['f3', 'f4'],
      ['f1', 'f2'],
    ]);
    expect(filters.near('a', { type: 'u' }, none, 2)).toEqual([]);
  });

  it('are gone once they are removed, and leave nothing behind', () => {
    const patterns = { type: 't', data: { n: 1 } };
    const filters = filled({ one: patterns, two: patterns });
    filters.remove('a', filterOf(patterns), 'one');
    expect(names(filters.fitting('a', { type: 't', data: { n: 1 } }))).toEqual(['two']);
    expect(filters.near('a', { type: 't' }, none, 10)).toEqual(['two']);
    filters.remove('a', filterOf(patterns), 'two');
    expect(filters.size).toBe(0);
  });
});
