import { describe, expect, it } from 'vitest';
import { compare } from './compare.ts';
import { inWayOfSchemas, stricter, wider } from './differences.ts';
import { mutants } from './mutants.ts';
import { hasSchemas, type Oracles, openOracles } from './oracles.ts';
import { runDifferential } from './run.ts';

const absent = 'the schemas of the specification are not beside the repository';
const header = { dsl: '1.0.3', namespace: 'a', name: 'b', version: '1.0.0' };
const good = { document: header, do: [{ a: { set: { x: 1 } } }] };

/** Readers that say the same of everything. */
const oraclesOf = (answer: boolean): Oracles => {
  const oracle = { name: 'sample', accepts: () => answer };
  return { released: oracle, main: oracle, sdk: oracle };
};

describe('readers of definitions', () => {
  it('agree about every scenario, every official example and 1,000 changed definitions, or differ for a listed reason', {
    timeout: 60_000,
  }, ({ skip }) => {
    if (!hasSchemas()) skip(absent);
    const found = runDifferential(openOracles(), { count: 1_000, seed: 20_260_101 });
    expect(found.unexplained).toEqual([]);
    expect(found.accepted).toBeGreaterThan(500);
    expect(found.agreed).toBeGreaterThan(1_000);
  });

  it('differ without a reason when one takes what nobody should, or refuses what is right', () => {
    const twoThings = { ...good, do: [{ a: { set: { x: 1 }, sett: 2 } }] };
    expect(compare(twoThings, oraclesOf(true)).unexplained).toContain(
      'the schemas take it, we refuse it: unknown property',
    );
    expect(compare(good, oraclesOf(false)).unexplained).toBe('we take it, the schemas refuse it');
    expect(compare(good, { ...oraclesOf(true), sdk: oraclesOf(false).sdk }).unexplained).toContain(
      'the SDK refuses it',
    );
    expect(compare(good, { ...oraclesOf(false), sdk: oraclesOf(true).sdk }).unexplained).toContain(
      'the SDK takes it',
    );
    expect(compare(good, oraclesOf(true))).toEqual({ accepted: true, explained: [] });
  });

  it('differ for a listed reason when a name is not there', () => {
    const dangling = { ...good, do: [{ a: { set: { x: 1 }, then: 'nowhere' } }] };
    expect(compare(dangling, oraclesOf(true))).toEqual({ accepted: false, explained: ['references'] });
  });
});

it('what we take beyond the schemas is written in their way, and nothing else is touched', () => {
  expect(inWayOfSchemas(good)).toEqual(good);
  expect(inWayOfSchemas({ bearer: 'x', grant: 'client-credentials', status: '${ 1 }' })).toEqual({
    bearer: { token: 'x' },
    grant: 'client_credentials',
    status: 400,
  });
});

it('every row of the differences has an id of its own and a sentence', () => {
  const rows = [...stricter, ...wider];
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
  expect(rows.filter(({ says }) => !/^[A-Z].+\.$/.test(says))).toEqual([]);
});

it('the same seed changes definitions in the same way, another one otherwise', () => {
  const take = (seed: number) => {
    const drawn = mutants([good], seed);
    return Array.from({ length: 20 }, () => drawn.next().value);
  };
  expect(take(1)).toEqual(take(1));
  expect(take(1)).not.toEqual(take(2));
});
