import { describe, expect, it } from 'vitest';
import { largeOf, noteLarge } from './large-values.ts';

const part = { preview: '{"rows":[', bytes: 52_428_800, href: '/api/v1/executions/x/output' };

describe('values of which only the beginning came', () => {
  it('are those that the server points at, whatever they look like', () => {
    const answer = { output: { ...part }, input: { ...part } };
    noteLarge(answer, ['/output']);
    expect(largeOf(answer.output)).toEqual(part);
    expect(largeOf(answer.input)).toBeUndefined();
  });

  it('are found below names that hold a slash, in lists, and nowhere else', () => {
    const fact = { state: { 'a/b': [{ ...part }] } };
    noteLarge(fact, ['/state/a~1b/0', '/state/missing/value', '/constructor']);
    expect(largeOf(fact.state['a/b'][0])).toEqual(part);
    expect(largeOf(JSON.parse('{"a":1}'))).toBeUndefined();
  });
});
